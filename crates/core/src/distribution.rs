//! A distribution and its release, as an image declares them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Which distribution an image is, and which of its releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Distribution {
    /// `ID` of os-release: `alpine`.
    pub id: String,
    /// `VERSION_ID` of os-release, as written: `3.16.2`. Empty where there is none (rolling releases).
    pub version: String,
    /// Name for people, such as `Alpine Linux v3.16`.
    pub name: String,
    /// The namespace under which its packages are judged: an OSV ecosystem with its release, such as `Alpine:v3.16`.
    pub ecosystem: String,
    /// The day after which the release gets no more advisories, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_of_life: Option<NaiveDate>,
}
