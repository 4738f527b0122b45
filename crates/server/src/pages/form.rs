//! What a form or a query says. A name may be there several times, as with boxes to check.

use axum::extract::Request;
use url::form_urlencoded;

use crate::{
    http::{ApiError, limit},
    limits::FORM_BYTES,
};

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a query.
    pub(super) fn of_query(query: Option<&str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// Reads the body of a request.
    pub(super) async fn of_body(request: Request) -> Result<Self, ApiError> {
        let bytes = limit::read_within(request, FORM_BYTES).await?;
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }

    /// The value of a field; empty where it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// All values of a field that are not empty.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, value)| own == name && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// Whether a box is checked.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The number of a page, from 1.
    pub(super) fn page(&self) -> Result<u64, ApiError> {
        match self.get("page") {
            "" => Ok(1),
            text => text
                .parse()
                .map(|page: u64| page.max(1))
                .map_err(|error| ApiError::bad_request(format!("page: “{text}” is no number: {error}"))),
        }
    }
}

/// Writes a query, `?` and all; empty where nothing is to be said.
pub(super) fn query_of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let text = query.finish();
    if text.is_empty() { text } else { format!("?{text}") }
}
