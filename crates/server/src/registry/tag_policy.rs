//! Which tags of a namespace must stay as they are. It stands in the settings of the namespace, as the gate does.

mod api;

use limpid_store::{
    StoreError, Transaction,
    registry::{Tag, ending_tags, keep_tags},
    security as stored,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use self::api::{READ, WRITE};
use super::name;
use crate::limits::{TAG_PATTERN_BYTES, TAG_PATTERNS};

/// The key of the policy in the settings.
const KEY: &str = "tags";

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagPolicy {
    /// Patterns of tags: `*` stands for anything, `?` for one character. With the whole name of a repository and `:` before it, one
    /// is for that repository alone.
    #[serde(default)]
    pub(crate) immutable: Vec<String>,
}

impl TagPolicy {
    /// The policy of the namespace of a repository, or of the namespace itself. One that says nothing where there is no namespace.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Damaged`]: what cannot be read is not no policy.
    pub(crate) fn of(tx: &mut Transaction<'_>, name: &str) -> Result<Self, StoreError> {
        let settings = stored::namespace_settings(tx, name::namespace(name))?;
        settings.map_or_else(|| Ok(Self::default()), |settings| Self::of_settings(&settings))
    }

    /// The same, which nobody changes until the transaction ends: to be asked before a tag is given an end, because who sets the policy
    /// takes the end from the tags that are there.
    ///
    /// # Errors
    /// As [`TagPolicy::of`].
    pub(crate) fn held(tx: &mut Transaction<'_>, name: &str) -> Result<Self, StoreError> {
        let settings = stored::lock_namespace_settings(tx, name::namespace(name))?;
        settings.map_or_else(|| Ok(Self::default()), |settings| Self::of_settings(&settings))
    }

    /// The policy in these settings.
    pub(crate) fn of_settings(settings: &str) -> Result<Self, StoreError> {
        let settings: Value = serde_json::from_str(settings).map_err(|error| damaged(&error))?;
        let policy = settings.get(KEY).filter(|policy| !policy.is_null());
        policy.map_or_else(
            || Ok(Self::default()),
            |policy| Self::deserialize(policy).map_err(|error| damaged(&error)),
        )
    }

    /// Sets it. Tags that must stay from now on do not end any more. Whether there is such a namespace.
    pub(crate) fn set(&self, tx: &mut Transaction<'_>, namespace: &str) -> Result<bool, StoreError> {
        let Some(settings) = stored::lock_namespace_settings(tx, namespace)? else { return Ok(false) };
        let mut settings: serde_json::Map<String, Value> =
            serde_json::from_str(&settings).map_err(|error| damaged(&error))?;
        settings.insert(KEY.to_owned(), serde_json::to_value(self).map_err(|error| damaged(&error))?);
        stored::set_namespace_settings(tx, namespace, &Value::Object(settings).to_string())?;
        let ending = ending_tags(tx, namespace)?.into_iter();
        let kept = ending.filter(|(_, repository, tag)| self.keeps(repository, tag));
        let kept: Vec<_> = kept.map(|(repository, _, tag)| (repository, tag)).collect();
        keep_tags(tx, &kept)?;
        Ok(true)
    }

    /// What is wrong with one that somebody wants to set.
    pub(crate) fn check(&self, namespace: &str) -> Result<(), String> {
        if self.immutable.len() > TAG_PATTERNS {
            return Err(format!("at most {TAG_PATTERNS} patterns are kept"));
        }
        for pattern in &self.immutable {
            let (repository, tag) = parts(pattern);
            let is_here = repository.is_none_or(|name| name::namespace(name) == namespace);
            if !is_here {
                return Err(format!("“{pattern}” is for a repository of another namespace"));
            }
            let is_letter = |letter: char| {
                letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '*' | '?')
            };
            if tag.is_empty() || tag.len() > TAG_PATTERN_BYTES || !tag.chars().all(is_letter) {
                return Err(format!("“{pattern}” is no pattern of tags, such as v* or {namespace}/app:v*"));
            }
        }
        Ok(())
    }

    /// Whether a tag of a repository, given by its whole name, must stay as it is.
    pub(crate) fn keeps(&self, repository: &str, tag: &str) -> bool {
        self.immutable.iter().map(|pattern| parts(pattern)).any(|(of, pattern)| {
            of.is_none_or(|of| of == repository) && matches(pattern.as_bytes(), tag.as_bytes())
        })
    }

    /// Whether this tag must stay, by the policy or by itself.
    pub(crate) fn holds(&self, repository: &str, tag: &Tag) -> bool {
        tag.is_immutable || self.keeps(repository, &tag.name)
    }
}

fn damaged(error: &serde_json::Error) -> StoreError {
    StoreError::Damaged(format!("the settings of a namespace: {error}"))
}

/// The repository and the pattern.
fn parts(pattern: &str) -> (Option<&str>, &str) {
    pattern.split_once(':').map_or((None, pattern), |(repository, tag)| (Some(repository), tag))
}

/// In steps that are no more than the product of both lengths.
fn matches(mut pattern: &[u8], mut text: &[u8]) -> bool {
    // What follows the last `*`, and the text from where on it was tried.
    let mut again: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                again = Some((rest, text));
                pattern = rest;
            }
            (Some((wanted, rest)), Some((found, after))) if *wanted == b'?' || wanted == found => {
                (pattern, text) = (rest, after);
            }
            (None, None) => return true,
            (Some(_) | None, _) => {
                let Some((rest, tried)) = again else { return false };
                let Some((_, after)) = tried.split_first() else { return false };
                again = Some((rest, after));
                (pattern, text) = (rest, after);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_for_tags_and_for_one_repository_where_they_say_so() {
        for (pattern, tag, expected) in [
            ("v*", "v1", true),
            ("v*", "v", true),
            ("v*", "xv1", false),
            ("*", "", true),
            ("v?.?", "v1.2", true),
            ("v?.?", "v1.22", false),
            ("*-rc*", "1-rc-rc2", true),
            ("*a*b", "aab", true),
            ("*a*b", "aaba", false),
            ("1.0", "1.0", true),
            ("1.0", "100", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), tag.as_bytes()), expected, "{pattern} {tag}");
        }
        let policy = TagPolicy { immutable: vec!["v*".to_owned(), "team/app:release-*".to_owned()] };
        assert_eq!(policy.check("team"), Ok(()));
        assert!(policy.keeps("team/other", "v1") && policy.keeps("team/app", "release-1"));
        assert!(!policy.keeps("team/other", "release-1") && !policy.keeps("team/app", "latest"));
        for wrong in ["", "a b", "other/app:v*", "team/app:", &"x".repeat(200)] {
            assert!(TagPolicy { immutable: vec![wrong.to_owned()] }.check("team").is_err(), "{wrong}");
        }
    }
}
