//! Who may ask: whoever has the key, in any of the three ways in which Harbor sends one.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::refusal::Refusal;
use crate::{http::auth::is_same, secret::Secret};

/// Harbor's own header for a key.
const API_KEY: HeaderName = HeaderName::from_static("x-scanneradapter-api-key");

/// Lets requests through that have the key. Others are answered with 401.
pub(super) fn guard(routes: Router, key: Secret) -> Router {
    routes.layer(middleware::from_fn(move |request: Request, next: Next| {
        let has_key = has_key(request.headers(), &key);
        async move { if has_key { next.run(request).await } else { refused() } }
    }))
}

fn has_key(headers: &HeaderMap, key: &Secret) -> bool {
    let given = [single(headers, &API_KEY), of_authorization(headers)];
    given.iter().flatten().any(|given| is_same(given, key.reveal().as_bytes()))
}

/// A token, or a password whoever the user is.
fn of_authorization(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = single(headers, &header::AUTHORIZATION)?;
    let (scheme, rest) = std::str::from_utf8(&value).ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().as_bytes().to_vec());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = STANDARD.decode(rest.trim()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}

/// A header that is there once.
fn single(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    Some(value.as_bytes().to_vec())
}

fn refused() -> Response {
    let refusal =
        Refusal::new(StatusCode::UNAUTHORIZED, "the key is missing, or is not harbor.api_key of Limpid");
    let mut response = refusal.into_response();
    let challenge = HeaderValue::from_static("Basic realm=\"Limpid\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, String)]) -> bool {
        let pair = |(name, value): &(&'static str, String)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        has_key(&pairs.iter().map(pair).collect(), &Secret::new("the:key"))
    }

    #[test]
    fn the_key_may_come_in_three_ways_and_no_other() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for good in [
            ("x-scanneradapter-api-key", "the:key".to_owned()),
            ("authorization", "Bearer the:key".to_owned()),
            ("authorization", "bearer  the:key".to_owned()),
            ("authorization", basic("harbor:the:key")),
            ("authorization", basic(":the:key")),
        ] {
            assert!(with(std::slice::from_ref(&good)), "{good:?}");
        }
        for bad in [
            ("x-scanneradapter-api-key", String::new()),
            ("x-scanneradapter-api-key", "the:ke".to_owned()),
            ("authorization", "the:key".to_owned()),
            ("authorization", "Digest the:key".to_owned()),
            ("authorization", basic("the:key")),
            ("authorization", basic("thekey")),
            ("authorization", "Basic the:key".to_owned()),
            ("x-api-key", "the:key".to_owned()),
        ] {
            assert!(!with(std::slice::from_ref(&bad)), "{bad:?}");
        }
        let twice = ("authorization", "Bearer the:key".to_owned());
        assert!(!with(&[twice.clone(), twice]), "which of two is meant is not for us to choose");
        assert!(!with(&[]));
    }
}
