//! How a client is asked to say who it is (`WWW-Authenticate`).

use axum::{
    extract::Request,
    http::{HeaderMap, Method, Uri},
};

use super::{name, origin};
use crate::engine::Engine;

/// Where bearer tokens are had.
pub(super) const TOKEN_PATH: &str = "/v2/auth";

/// For clients of the registry where tokens are had, and for what; for others that a name and password are wanted.
pub(crate) fn challenge(engine: &Engine, request: &Request) -> String {
    of(engine, request.uri(), request.headers(), request.method())
}

fn of(engine: &Engine, uri: &Uri, headers: &HeaderMap, method: &Method) -> String {
    let path = uri.path();
    if !path.starts_with("/v2/") || path == TOKEN_PATH {
        return "Basic realm=\"Limpid\", charset=\"UTF-8\"".to_owned();
    }
    let base = origin::base(engine, uri, headers);
    let service = origin::authority(engine, uri, headers);
    let scope = scope(path, method).map(|scope| format!(",scope=\"{scope}\"")).unwrap_or_default();
    format!("Bearer realm=\"{base}{TOKEN_PATH}\",service=\"{service}\"{scope}")
}

/// What a request of the registry needs, in the words of the token service.
fn scope(path: &str, method: &Method) -> Option<String> {
    if path == "/v2/_catalog" {
        return Some("registry:catalog:*".to_owned());
    }
    let rest = path.strip_prefix("/v2/")?;
    let repository = ["/manifests/", "/blobs/", "/tags/", "/referrers/"]
        .iter()
        .filter_map(|part| rest.rfind(part))
        .max()
        .and_then(|end| rest.get(..end))?;
    name::whole(repository)?;
    let actions = match *method {
        // Also who asks how far an upload is goes on with it.
        _ if rest.contains("/blobs/uploads/") => "pull,push",
        Method::GET | Method::HEAD => "pull",
        Method::DELETE => "pull,delete",
        _ => "pull,push",
    };
    Some(format!("repository:{repository}:{actions}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_that_of_the_route() {
        let scope = |method: Method, path: &str| scope(path, &method).unwrap_or_default();
        assert_eq!(scope(Method::GET, "/v2/"), "");
        assert_eq!(scope(Method::GET, "/v2/_catalog"), "registry:catalog:*");
        assert_eq!(scope(Method::HEAD, "/v2/a/b/manifests/1"), "repository:a/b:pull");
        assert_eq!(scope(Method::GET, "/v2/alpine/tags/list"), "repository:alpine:pull");
        assert_eq!(scope(Method::GET, "/v2/a/manifests/manifests/1"), "repository:a/manifests:pull");
        assert_eq!(scope(Method::POST, "/v2/a/b/blobs/uploads/"), "repository:a/b:pull,push");
        assert_eq!(scope(Method::DELETE, "/v2/a/b/blobs/uploads/1"), "repository:a/b:pull,push");
        assert_eq!(scope(Method::GET, "/v2/a/b/blobs/uploads/1"), "repository:a/b:pull,push");
        assert_eq!(scope(Method::DELETE, "/v2/a/b/blobs/sha256:1"), "repository:a/b:pull,delete");
        assert_eq!(scope(Method::PUT, "/v2/A\"/manifests/1"), "");
    }
}
