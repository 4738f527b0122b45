//! The policy of a namespace: what it does not let be pulled, and the exceptions. It stands in the settings of the namespace.

use chrono::{DateTime, Utc};
use limpid_core::Severity;
use limpid_store::{StoreError, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{limits::GATE_EXCEPTIONS, matching::policy_file};

/// The key of the policy in the settings.
const KEY: &str = "gate";

/// What is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Nothing.
    #[default]
    Off,
    /// It is said, and nothing is refused.
    Warn,
    /// It is refused.
    Refuse,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// What is done.
    pub(crate) mode: Mode,
    /// The lowest severity of findings that count; none: no finding does.
    #[serde(default, with = "word", skip_serializing_if = "Option::is_none")]
    pub(crate) severity: Option<Severity>,
    /// Whether findings that have no fix count.
    #[serde(default = "yes")]
    pub(crate) unfixed: bool,
    /// Whether an image counts of which something was not judged.
    #[serde(default)]
    pub(crate) unproven: bool,
    /// Whether an image counts that is not indexed, or cannot be.
    #[serde(default)]
    pub(crate) unscanned: bool,
    /// Whether what trips the gates of the namespace's own decisions counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) policy: bool,
    /// Findings that do not count.
    #[serde(default)]
    pub(crate) allow: Vec<Exception>,
}

/// A vulnerability that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// Its identifier, or another name of it.
    pub(crate) id: String,
    /// Why.
    pub(crate) reason: String,
    /// Until when; for ever where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<DateTime<Utc>>,
    /// In which repository, by its whole name; in all of the namespace where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) repository: Option<String>,
}

const fn yes() -> bool {
    true
}

impl Policy {
    /// The policy in the settings of a namespace; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]: what cannot be read is not no policy.
    pub(crate) fn of_settings(settings: &str) -> Result<Option<Self>, StoreError> {
        let damaged =
            |error: serde_json::Error| StoreError::Damaged(format!("the settings of a namespace: {error}"));
        if settings.trim().is_empty() {
            return Ok(None);
        }
        let settings: Value = serde_json::from_str(settings).map_err(damaged)?;
        let policy = settings.get(KEY).filter(|policy| !policy.is_null());
        policy.map(|policy| Self::deserialize(policy).map_err(damaged)).transpose()
    }

    /// The settings of a namespace with this policy in the place of the one before.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where these settings cannot be read.
    pub(crate) fn put_into(&self, settings: &str) -> Result<String, StoreError> {
        let damaged =
            |error: serde_json::Error| StoreError::Damaged(format!("the settings of a namespace: {error}"));
        let text = if settings.trim().is_empty() { "{}" } else { settings };
        let mut settings: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(damaged)?;
        settings.insert(KEY.to_owned(), serde_json::to_value(self).map_err(damaged)?);
        Ok(Value::Object(settings).to_string())
    }

    /// What is wrong with a policy that somebody wants to set.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.allow.len() > GATE_EXCEPTIONS {
            return Err(format!("allow: at most {GATE_EXCEPTIONS} exceptions are kept"));
        }
        for one in &self.allow {
            if one.id.trim().is_empty() || one.id.len() > 200 {
                return Err("allow: each exception names an id".to_owned());
            }
            if one.reason.trim().is_empty() || one.reason.len() > 2_000 {
                return Err(format!("allow: the exception of {} needs a reason", one.id));
            }
        }
        let counts = self.severity.is_some() || self.unproven || self.unscanned || self.policy;
        if self.mode != Mode::Off && !counts {
            return Err("nothing would count: set severity, unproven, unscanned or policy".to_owned());
        }
        Ok(())
    }

    /// What is wrong with it in a namespace: what would count on decisions that are not there is refused. Its settings are locked.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Damaged`] where the decisions cannot be read.
    pub(crate) fn check_in(
        &self,
        tx: &mut Transaction<'_>,
        namespace: &str,
    ) -> Result<Result<(), String>, StoreError> {
        if !self.policy || self.mode == Mode::Off {
            return Ok(Ok(()));
        }
        let has_gates = policy_file(tx, namespace)?.is_some_and(|(_, file)| !file.gates.is_empty());
        Ok(if has_gates {
            Ok(())
        } else {
            Err("policy: the policy of the namespace has no gate that could count".to_owned())
        })
    }

    /// Whether a vulnerability, given by all of its names, is an exception in this repository now.
    pub(super) fn allows<'a>(
        &self,
        mut names: impl Iterator<Item = &'a str>,
        repository: &str,
        now: DateTime<Utc>,
    ) -> bool {
        names.any(|name| {
            self.allow.iter().any(|one| {
                one.id == name
                    && one.expires.is_none_or(|expires| expires > now)
                    && one.repository.as_ref().is_none_or(|other| other == repository)
            })
        })
    }
}

/// Severities in any capitalisation.
mod word {
    use limpid_core::Severity;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(
        severity: &Option<Severity>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match severity {
            Some(severity) => serializer.serialize_str(&severity.as_str().to_ascii_lowercase()),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Severity>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_is_kept_beside_other_settings() {
        let policy: Policy =
            serde_json::from_value(json!({"mode": "refuse", "severity": "High", "unproven": true,
            "allow": [{"id": "CVE-1", "reason": "not reachable", "expires": "2099-01-01T00:00:00Z"}]}))
            .unwrap();
        assert_eq!(policy.check(), Ok(()));
        let settings = policy.put_into(r#"{"other": 1}"#).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&settings).unwrap()["other"], 1);
        assert_eq!(Policy::of_settings(&settings).unwrap(), Some(policy));
        assert_eq!(Policy::of_settings("{}").unwrap(), None);
        assert!(Policy::of_settings(r#"{"gate": {"mode": "sometimes"}}"#).is_err(), "not no policy");
        assert!(Policy::of_settings("{").is_err());
    }

    #[test]
    fn an_exception_ends_and_is_of_its_repository() {
        let policy: Policy = serde_json::from_value(json!({"mode": "refuse", "severity": "low", "allow": [
            {"id": "CVE-1", "reason": "r", "expires": "2026-01-02T00:00:00Z"},
            {"id": "CVE-2", "reason": "r", "repository": "a/one"}]}))
        .unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let allows =
            |id: &str, repository: &str, now: &str| policy.allows([id].into_iter(), repository, at(now));
        assert!(allows("CVE-1", "a/any", "2026-01-01T00:00:00Z"));
        assert!(!allows("CVE-1", "a/any", "2026-01-02T00:00:00Z"));
        assert!(allows("CVE-2", "a/one", "2026-01-02T00:00:00Z"));
        assert!(!allows("CVE-2", "a/two", "2026-01-02T00:00:00Z"));
    }

    #[test]
    fn what_would_do_nothing_or_says_no_reason_is_refused() {
        let policy = |value: Value| serde_json::from_value::<Policy>(value).unwrap().check();
        assert!(policy(json!({"mode": "refuse"})).is_err());
        assert!(policy(json!({"mode": "off"})).is_ok());
        assert!(policy(json!({"mode": "off", "allow": [{"id": "CVE-1", "reason": " "}]})).is_err());
    }
}
