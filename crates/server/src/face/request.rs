//! What a request says: its query, and the names in its path.

use std::collections::BTreeMap;

use limpid_core::{Digest, digest::InvalidDigest};
use url::form_urlencoded;
use uuid::Uuid;

use crate::http::ApiError;

/// The query of a request. Of a name that is there several times the first counts.
#[derive(Debug, Default)]
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads a query.
    pub(crate) fn of(raw: Option<&str>) -> Self {
        let mut query = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            query.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(query)
    }

    /// A value, where it is given and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A UUID. The one of zeros is none, as with Clair.
    pub(crate) fn uuid(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        let id = self.get(name).map(|text| uuid(name, text)).transpose()?;
        Ok(id.filter(|id| !id.is_nil()))
    }

    /// Yes or no; left out is no.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(other) => {
                Err(ApiError::bad_request(format!("{name}: true or false is expected, not “{other}”")))
            }
        }
    }

    /// A number of things in one answer: `default` where it is left out or 0, and at most `most`.
    pub(crate) fn size(&self, name: &str, default: u64, most: u64) -> Result<u64, ApiError> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let size: u64 = text.parse().map_err(|error| {
            ApiError::bad_request(format!("{name}: “{text}” is not a number from 0 on: {error}"))
        })?;
        Ok(if size == 0 { default } else { size.min(most) })
    }
}

/// A digest in a path.
pub(crate) fn digest(text: &str) -> Result<Digest, ApiError> {
    text.parse().map_err(|error: InvalidDigest| ApiError::bad_request(format!("malformed path: {error}")))
}

/// A UUID, in a path or query.
pub(crate) fn uuid(name: &str, text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text)
        .map_err(|error| ApiError::bad_request(format!("{name}: “{text}” is not a UUID: {error}")))
}
