//! What a letter says: an event of a repository, in words.
//!
//! Most of it was written by strangers (tags, packages, advisories): each of their texts is one line, and nothing in it is invisible.

use serde_json::Value;
use uuid::Uuid;

use super::events::Event;
use crate::mail::Letter;

/// Characters of a description that are shown.
const DESCRIPTION: usize = 300;

/// Writes the letter of an event.
pub(super) fn of(event: &Event, to: &str, title: &str, id: Uuid) -> Letter {
    let repository = text(event.get("repository"));
    let (subject, mut lines) = if event.contains_key("findings") {
        findings(&repository, event)
    } else {
        pushed(&repository, event)
    };
    let home = text(event.get("homepage"));
    let title = if title.is_empty() { String::new() } else { format!(" “{}”", plain(title)) };
    lines.extend([
        String::new(),
        "--".to_owned(),
        format!("This comes from the notification{title} of {repository}: {home}"),
        "Who administers the repository can end it.".to_owned(),
    ]);
    Letter { to: to.to_owned(), subject, text: lines.join("\n") + "\n", id }
}

fn pushed(repository: &str, event: &Event) -> (String, Vec<String>) {
    let tags = list(event.get("updated_tags"));
    let subject = format!("{repository}: pushed {tags}");
    let lines = vec![
        format!("{repository} has new images under {tags}."),
        String::new(),
        text(event.get("homepage")),
    ];
    (subject, lines)
}

fn findings(repository: &str, event: &Event) -> (String, Vec<String>) {
    let none = Vec::new();
    let found = event.get("findings").and_then(Value::as_array).unwrap_or(&none);
    let tags = list(event.get("tags"));
    let (first, limpid) = (found.first(), event.get("limpid"));
    let more = limpid.and_then(|limpid| limpid.get("not_told")).and_then(Value::as_u64).unwrap_or(0);
    let count = more.saturating_add(found.len() as u64);
    let noun = if count == 1 { "vulnerability" } else { "vulnerabilities" };
    let worst = text(first.and_then(|found| found.pointer("/vulnerability/priority")));
    let subject = format!("{repository}: {count} new {noun}, {worst} the worst");
    let mut lines = vec![format!("{count} new {noun} in {repository}, {tags}"), String::new()];
    lines.extend(found.iter().flat_map(finding));
    if more > 0 {
        lines.push(format!("And {more} more, none of them worse."));
        lines.push(String::new());
    }
    let digest = text(limpid.and_then(|limpid| limpid.get("digest")));
    let report = text(event.get("homepage"));
    lines.push(format!("Report: {}/image/{digest}", report.trim_end_matches("/tags")));
    (subject, lines)
}

fn finding(found: &Value) -> Vec<String> {
    let get = |pointer: &str| text(found.pointer(pointer));
    let fixed = get("/limpid/fixed_in");
    let fixed = if fixed.is_empty() { "no fix is known".to_owned() } else { format!("fixed in {fixed}") };
    let mut lines = vec![format!(
        "{}  {}  {} {}, {fixed}",
        get("/vulnerability/priority"),
        get("/vulnerability/id"),
        get("/limpid/package"),
        get("/limpid/version"),
    )];
    let description: String = get("/vulnerability/description").chars().take(DESCRIPTION).collect();
    let link = get("/vulnerability/link");
    lines.extend(
        [description, link].into_iter().filter(|line| !line.is_empty()).map(|line| format!("    {line}")),
    );
    lines.push(String::new());
    lines
}

fn list(values: Option<&Value>) -> String {
    let none = Vec::new();
    let values = values.and_then(Value::as_array).unwrap_or(&none);
    values.iter().map(|value| text(Some(value))).collect::<Vec<_>>().join(", ")
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).map(plain).unwrap_or_default()
}

/// One line, in which every character can be seen.
fn plain(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_plain =
        |character: char| matches!(character, '\'' | '"' | '\\') || character.escape_debug().count() == 1;
    words
        .chars()
        .flat_map(|character| {
            let shown = if is_plain(character) {
                character.to_string()
            } else {
                character.escape_debug().to_string()
            };
            shown.chars().collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(value: Value) -> Event {
        let Value::Object(event) = value else { panic!("{value}") };
        event
    }

    #[test]
    fn a_letter_names_each_finding_and_hides_nothing() {
        let found = |id: &str, fixed: Value| {
            json!({"vulnerability": {"id": id, "priority": "High", "description": "line one\nline\u{202e} two", "link": "https://a.example/x"},
                "limpid": {"package": "zlib", "version": "1", "fixed_in": fixed}})
        };
        let event = event(
            json!({"repository": "team/app", "homepage": "https://r.example/repository/team/app/-/tags", "tags": ["1", "2"],
            "findings": [found("CVE-2099-0001", json!("2")), found("CVE-2099-0002", Value::Null)],
            "limpid": {"digest": "sha256:ab", "not_told": 3}}),
        );
        let letter = of(&event, "a@example.com", "to\nus", Uuid::nil());
        assert_eq!(letter.subject, "team/app: 5 new vulnerabilities, High the worst");
        let expected = "\
5 new vulnerabilities in team/app, 1, 2

High  CVE-2099-0001  zlib 1, fixed in 2
    line one line\\u{202e} two
    https://a.example/x

High  CVE-2099-0002  zlib 1, no fix is known
    line one line\\u{202e} two
    https://a.example/x

And 3 more, none of them worse.

Report: https://r.example/repository/team/app/-/image/sha256:ab

--
This comes from the notification “to us” of team/app: https://r.example/repository/team/app/-/tags
Who administers the repository can end it.
";
        assert_eq!(letter.text, expected);
    }

    #[test]
    fn a_letter_of_a_push_names_its_tags() {
        let event = event(
            json!({"repository": "a/b", "homepage": "https://r.example/x", "updated_tags": ["1", "latest"]}),
        );
        let letter = of(&event, "a@example.com", "", Uuid::nil());
        assert_eq!(letter.subject, "a/b: pushed 1, latest");
        assert!(
            letter.text.starts_with("a/b has new images under 1, latest.\n\nhttps://r.example/x\n"),
            "{}",
            letter.text
        );
    }
}
