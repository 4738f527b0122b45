//! Conditional requests: `If-None-Match` against the strong `ETag` of an answer.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::http::ApiError;

/// The value of `ETag` for a text. What does not fit into a header is a fault of ours: it is a digest or a number.
pub fn etag(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&format!("\"{text}\""))
        .map_err(|error| ApiError::internal(format!("an ETag cannot be sent: {error}")))
}

/// Whether the client has the answer with this `ETag`, given without quotes. Lists and `*` count, and weak ones as strong: the
/// comparison is the weak one, as RFC 9110 wants for `If-None-Match`.
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH);
    values.iter().filter_map(given).any(|list| list.trim() == "*" || tags(list).any(|tag| tag == etag))
}

/// A condition that is no text cannot be met: the answer is sent in full.
fn given(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// The entity tags of a list, without `W/` and quotes. Commas within quotes are part of a tag.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('"')?;
        let (tag, further) = after.split_once('"')?;
        rest = further;
        Some(tag)
    })
}

/// 304, with the `ETag` that the client has.
pub fn not_modified(etag: HeaderValue) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (header::IF_NONE_MATCH, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn lists_stars_and_weak_tags_are_understood() {
        for (values, expected) in [
            (&[][..], false),
            (&["\"a\""], true),
            (&["W/\"a\""], true),
            (&["*"], true),
            (&[" * "], true),
            (&["\"b\", \"a\""], true),
            (&["\"b\",W/\"c\" , W/\"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["\"x,a\""], false),
            (&["\"x\",\"a,b\""], false),
            (&["a"], false),
            (&["\"a"], false),
            (&["\"aa\""], false),
            (&["\"*\""], false),
            (&[""], false),
        ] {
            assert_eq!(is_known(&headers(values), "a"), expected, "{values:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_no_match() {
        let mut given = HeaderMap::new();
        given.insert(header::IF_NONE_MATCH, HeaderValue::from_bytes(b"\"a\", \"\xff\"").unwrap());
        assert!(!is_known(&given, "a"));
    }
}
