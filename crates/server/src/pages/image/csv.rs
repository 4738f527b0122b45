//! `GET …/report.csv`: the findings that the page shows, all of them, for a table of one's own.

use limpid_core::report::Finding;

use super::{
    choice::{Choice, layer_of},
    place::Place,
};
use crate::{
    face::work,
    http::ApiError,
    pages::{
        answer::{Reply, download},
        frame::Frame,
        query,
    },
    public::Call,
};

const COLUMNS: [&str; 16] = [
    "severity",
    "id",
    "aliases",
    "package",
    "source",
    "installed",
    "fixed in",
    "status",
    "vendor's words",
    "layer",
    "path",
    "feed",
    "why",
    "suppressed",
    "fix known since",
    "fix known by",
];

/// See the module. Findings that a decision took out are in it, and marked.
pub(in crate::pages) async fn csv(call: Call, _frame: Frame) -> Reply {
    let choice = Choice { suppressed: true, ..Choice::of(&query(&call))? };
    let place = Place::of(&call);
    let (name, text) = work(&call.engine, move |engine| {
        let found = place.find(engine)?;
        let seen = found.report(engine)?;
        let mut text = line(COLUMNS.map(str::to_owned));
        for finding in choice.of_report(&seen.report) {
            let layer = layer_of(&seen.report, finding).map(|place| place.to_string()).unwrap_or_default();
            text.push_str(&line(fields(finding, layer)));
        }
        Ok::<_, ApiError>((found.file_name("csv"), text))
    })
    .await?;
    download("text/csv; charset=utf-8", &name, text)
}

fn fields(finding: &Finding, layer: String) -> [String; 16] {
    let package = &finding.package;
    let fix = finding.fix_known.as_ref();
    let status = serde_json::to_value(finding.status).ok();
    [
        finding.severity.to_string(),
        finding.id.clone(),
        finding.aliases.join(" "),
        package.name.clone(),
        package.source.clone().unwrap_or_default(),
        package.version.clone(),
        finding.fixed_in.clone().unwrap_or_default(),
        status.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        finding.vendor_status.clone(),
        layer,
        package.path.clone().unwrap_or_default(),
        finding.feed.clone(),
        finding.why.clone(),
        finding.suppressed.as_ref().map(|one| format!("{}: {}", one.by, one.reason)).unwrap_or_default(),
        fix.map(|fix| fix.since.to_string()).unwrap_or_default(),
        fix.map(|fix| fix.by.as_str()).unwrap_or_default().to_owned(),
    ]
}

/// A line, as RFC 4180 has it.
fn line(fields: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = fields.into_iter().map(|field| cell(&field)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. Programs for tables take for a formula what begins like one, and that a stranger may have written.
fn cell(text: &str) -> String {
    let begins = text.chars().next();
    let is_formula = begins.is_some_and(|first| "=+-@\t\r\n".contains(first));
    let shown: String = text
        .chars()
        .flat_map(|character| {
            let is_hidden = character.is_control();
            if is_hidden { character.escape_debug().collect::<Vec<char>>() } else { vec![character] }
        })
        .collect();
    let guarded = if is_formula { format!("'{shown}") } else { shown };
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_its_line() {
        for (text, expected) in [
            ("plain", "\"plain\""),
            ("=HYPERLINK(\"http://evil.example\")", "\"'=HYPERLINK(\"\"http://evil.example\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            ("\t=1", r#""'\t=1""#),
            ("a\r\n=1", r#""a\r\n=1""#),
            ("a,b", "\"a,b\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
