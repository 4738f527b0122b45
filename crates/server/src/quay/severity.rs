//! Quay's table of severities: a level is a place in it, from 0 (critical) to 5 (unknown).

use limpid_core::Severity;
use serde_json::Value;

/// The severity that `eventConfig` of a notification names: `{"level": "1"}`, or the older `{"vulnerability": {"priority": …}}`
/// with a level or a word. `None` where it names none.
pub(crate) fn of_event_config(configuration: &Value) -> Option<Severity> {
    let named = configuration.get("level").or_else(|| configuration.get("vulnerability")?.get("priority"))?;
    of(named)
}

fn of(named: &Value) -> Option<Severity> {
    let text = match named {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    match text.parse::<usize>() {
        Ok(level) => Severity::WORST_FIRST.get(level).copied(),
        Err(_no_number) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_level_is_a_place_or_a_word() {
        let cases = [
            (json!({"level": "0"}), Some(Severity::Critical)),
            (json!({"level": 1}), Some(Severity::High)),
            (json!({"level": "5"}), Some(Severity::Unknown)),
            (json!({"level": "medium"}), Some(Severity::Medium)),
            (json!({"vulnerability": {"priority": "Low"}}), Some(Severity::Low)),
            (json!({"level": "6"}), None),
            (json!({}), None),
            (json!({"level": null}), None),
        ];
        for (configuration, expected) in cases {
            assert_eq!(of_event_config(&configuration), expected, "{configuration}");
        }
    }
}
