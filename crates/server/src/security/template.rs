//! Templates of webhooks' bodies, as Quay has them: a JSON document in whose texts `${path}` stands for a part of the event.
//!
//! A text that is one expression becomes the part itself, whatever it is; among other text it becomes text, and `(none)` where there
//! is no such part. Of Quay's paths (JSONPath) these are known: names with dots between, `[0]`, `[*]`, and a `$.` before them.

use serde_json::{Map, Value};

/// Longest template, in bytes.
const LONGEST: usize = 8_000;
/// Most expressions: each may become the whole event.
const MOST: usize = 100;
/// What stands for a part that is not there, among other text.
const MISSING: &str = "(none)";

/// A template that can be filled in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template(Value);

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step<'a> {
    Name(&'a str),
    Place(usize),
    Every,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Expression(Vec<Step<'a>>),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("a template has at most {LONGEST} bytes"));
        }
        let template: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let mut expressions = 0;
        check(&template, &mut expressions)?;
        if expressions > MOST {
            return Err(format!("a template has at most {MOST} expressions"));
        }
        Ok(Self(template))
    }

    /// The body that it makes of an event.
    ///
    /// # Errors
    /// Where it is not one that was checked.
    pub(super) fn fill(&self, event: &Value) -> Result<Value, String> {
        fill(&self.0, event)
    }
}

fn check(value: &Value, expressions: &mut usize) -> Result<(), String> {
    match value {
        Value::String(text) => count(text, expressions),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, expressions)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            count(name, expressions)?;
            check(value, expressions)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn count(text: &str, expressions: &mut usize) -> Result<(), String> {
    *expressions += parts(text)?.iter().filter(|part| matches!(part, Part::Expression(_))).count();
    Ok(())
}

fn fill(value: &Value, event: &Value) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => {
            let parts = parts(text)?;
            match parts.as_slice() {
                [Part::Expression(path)] => find(path, event).unwrap_or(Value::Null),
                several => Value::String(written(several, event)),
            }
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| fill(item, event)).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let mut filled = Map::new();
            for (name, value) in fields {
                filled.insert(written(&parts(name)?, event), fill(value, event)?);
            }
            Value::Object(filled)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn written(parts: &[Part<'_>], event: &Value) -> String {
    let text = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Expression(path) => find(path, event).map_or_else(|| MISSING.to_owned(), |found| shown(&found)),
    };
    parts.iter().map(text).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => MISSING.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// The part of an event at a path: of several, a list.
fn find(path: &[Step<'_>], event: &Value) -> Option<Value> {
    let mut found = vec![event];
    for step in path {
        found = match step {
            Step::Name(name) => found.into_iter().filter_map(|value| value.get(*name)).collect(),
            Step::Place(place) => found.into_iter().filter_map(|value| value.get(*place)).collect(),
            Step::Every => found.into_iter().filter_map(Value::as_array).flatten().collect(),
        };
    }
    match found.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        several => Some(Value::Array(several.iter().map(|value| (*value).clone()).collect())),
    }
}

/// A text in its parts. A `${` that does not end is text, as with Quay.
fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, (expression, after))) =
        rest.split_once("${").and_then(|(before, from)| Some((before, from.split_once('}')?)))
    {
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        parts.push(Part::Expression(steps(expression)?));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

fn steps(expression: &str) -> Result<Vec<Step<'_>>, String> {
    let wrong = || format!("${{{expression}}} is no path such as ${{vulnerability.id}} or ${{tags[0]}}");
    let path = expression.trim();
    let path = path.strip_prefix("$.").unwrap_or(path);
    let mut steps = Vec::new();
    for word in path.split('.') {
        let (name, places) = word.find('[').map_or((word, ""), |at| word.split_at(at));
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(wrong());
        }
        steps.push(Step::Name(name));
        let mut rest = places;
        while let Some((place, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            steps.push(match place {
                "*" => Step::Every,
                number => Step::Place(number.parse().map_err(|_no_number| wrong())?),
            });
            rest = after;
        }
        if !rest.is_empty() {
            return Err(wrong());
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(template: &Value) -> Value {
        let event = json!({"repository": "team/app", "tags": ["1", "latest"], "vulnerability": {"id": "CVE-1", "has_fix": true},
            "findings": [{"id": "a"}, {"id": "b"}], "one": [{"id": "c"}]});
        Template::parse(&template.to_string()).unwrap().fill(&event).unwrap()
    }

    #[test]
    fn expressions_become_what_they_name() {
        for (template, expected) in [
            (json!({"text": "${repository}: ${vulnerability.id}!"}), json!({"text": "team/app: CVE-1!"})),
            (
                json!({"fix": "${vulnerability.has_fix}", "n": 5, "x": null}),
                json!({"fix": true, "n": 5, "x": null}),
            ),
            (json!("${vulnerability}"), json!({"id": "CVE-1", "has_fix": true})),
            (
                json!(["${tags}", "t: ${tags}", "${tags[1]}", "${tags[7]}", "${$.tags[0]}"]),
                json!([["1", "latest"], "t: 1,latest", "latest", null, "1"]),
            ),
            (
                json!(["${findings[*].id}", "${one[*].id}", "${nothing[*].id}"]),
                json!([["a", "b"], "c", null]),
            ),
            (json!("x ${nothing.at.all} ${findings[0]}"), json!("x (none) {\"id\":\"a\"}")),
            (
                json!({"in ${repository}": "${", "b": "$${repository}}"}),
                json!({"in team/app": "${", "b": "$team/app}"}),
            ),
        ] {
            assert_eq!(filled(&template), expected, "{template}");
        }
    }

    #[test]
    fn what_is_no_template_is_said_at_once() {
        for (template, why) in [
            ("{\"a\": ", "it is no JSON"),
            ("\"${}\"", "is no path"),
            ("\"${a b}\"", "is no path"),
            ("\"${a[x]}\"", "is no path"),
            ("\"${a[0}\"", "is no path"),
            ("\"${a..b}\"", "is no path"),
            ("{\"${a?(@.b)}\": 1}", "is no path"),
        ] {
            let error = Template::parse(template).unwrap_err();
            assert!(error.contains(why), "{template}: {error}");
        }
        let many = Value::String("${a}".repeat(MOST + 1)).to_string();
        assert!(Template::parse(&many).unwrap_err().contains("at most 100 expressions"));
        assert!(Template::parse(&Value::String("a".repeat(LONGEST)).to_string()).is_err());
    }
}
