//! Pages of names: `n` and `last` of the distribution specification, and `Link` to the next one.

use axum::http::HeaderValue;
use url::form_urlencoded;

use super::{RegistryError, text};
use crate::{face::Query, limits::NAMES_PAGE};

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// How many names. Never more than one answer may have.
    pub(super) most: u64,
    /// Behind which name; empty: from the beginning.
    pub(super) after: String,
}

impl Page {
    pub(super) fn of(query: &Query) -> Result<Self, RegistryError> {
        let most = match query.get("n") {
            None => NAMES_PAGE,
            Some(text) => {
                let number: Option<u64> = text.parse().ok().filter(|_| !text.starts_with('+'));
                number.ok_or_else(RegistryError::page_invalid)?.min(NAMES_PAGE)
            }
        };
        Ok(Self { most, after: query.get("last").unwrap_or_default().to_owned() })
    }

    /// The address of the page behind `last`, as the value of `Link`.
    pub(super) fn link(&self, path: &str, last: &str) -> Result<HeaderValue, RegistryError> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("n", &self.most.to_string())
            .append_pair("last", last)
            .finish();
        text(&format!("<{path}?{query}>; rel=\"next\""))
    }
}
