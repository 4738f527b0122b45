//! JSON in the bodies of requests.
//!
//! As Clair's clients need it: the `Content-Type` is not looked at, because Quay and clairctl send different ones, and
//! fields that nobody knows are left out.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::limit::{BodyLimit, bound, read};
use crate::http::ApiError;

/// The value in a request's body. Where the route sets no other limit, the default ones of [`BodyLimit`] count.
///
/// It is refused with 413 if it is too large, 408 if it does not come in time, and 400 with its line and column if it
/// is not the JSON that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let request = bound(request, BodyLimit::default())?;
        let bytes = read(request.into_body()).await?;
        parse(&bytes).map(Json)
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// The same, for who has no state.
    pub(crate) async fn from_request_of(request: Request) -> Result<Self, ApiError> {
        Self::from_request(request, &()).await
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ApiError::bad_request("the body is empty; JSON is expected"));
    }
    // Its text ends with the line and the column.
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::bad_request(format!("the body is not the JSON that is expected: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Manifest {
        hash: String,
    }

    #[test]
    fn an_error_names_the_place() {
        assert_eq!(
            parse::<Manifest>(b"{\"hash\": \"a\", \"other\": [1]}\n"),
            Ok(Manifest { hash: "a".into() })
        );
        for (body, expected) in [
            ("", "the body is empty; JSON is expected"),
            (" \n", "the body is empty; JSON is expected"),
            (
                "{\"hash\":\n 7}",
                "the body is not the JSON that is expected: invalid type: integer `7`, expected a string at line 2 column 2",
            ),
            ("{}", "the body is not the JSON that is expected: missing field `hash` at line 1 column 2"),
            (
                "{\"hash\": \"a",
                "the body is not the JSON that is expected: EOF while parsing a string at line 1 column 11",
            ),
            (
                "{\"hash\":\"a\"} {}",
                "the body is not the JSON that is expected: trailing characters at line 1 column 14",
            ),
        ] {
            assert_eq!(parse::<Manifest>(body.as_bytes()), Err(ApiError::bad_request(expected)), "{body}");
        }
        let deep = "[".repeat(100_000);
        let error = parse::<serde_json::Value>(deep.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
    }
}
