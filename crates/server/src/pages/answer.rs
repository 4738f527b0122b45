//! Pages as answers: rendered, made visible, compressed, and under a policy that lets nothing of a stranger's run.

use std::future::Future;

use askama::Template;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{frame::Frame, problem, visible::visible};
use crate::{
    engine::Engine,
    http::{ApiError, compression::Encoding},
    limits::COMPRESSED_BYTES,
    public::{Answer, Call},
};

/// What a handler of a page answers; an error becomes a page too.
pub(super) type Reply = Result<Response, ApiError>;

/// Nothing but our own files, and no script that is made of text.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'";

/// Answers a call with a page.
pub(super) fn answered<Page>(call: Call, page: fn(Call, Frame) -> Page) -> Answer
where
    Page: Future<Output = Reply> + Send + 'static,
{
    let frame = Frame::of(&call);
    let encoding = Encoding::wanted(call.request.headers());
    let engine = std::sync::Arc::clone(&call.engine);
    let making = page(call, frame.clone());
    Box::pin(async move {
        let response = making.await.unwrap_or_else(|error| problem::page(frame, &error));
        guarded(&engine, compressed(response, encoding).await)
    })
}

/// A page.
pub(super) fn page(page: &impl Template) -> Reply {
    page_with(StatusCode::OK, page)
}

/// A page, with another status.
pub(super) fn page_with(status: StatusCode, page: &impl Template) -> Reply {
    let html =
        page.render().map_err(|error| ApiError::internal(format!("a page cannot be written: {error}")))?;
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    Ok((status, kind, visible(html)).into_response())
}

/// Leads on to another page of this service, after something was done.
pub(super) fn lead_to(address: &str) -> Reply {
    let value = HeaderValue::from_str(address)
        .map_err(|error| ApiError::internal(format!("an address cannot be sent: {error}")))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, value)]).into_response())
}

/// The same answer under the policy that all pages have.
pub(super) fn guarded(engine: &Engine, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`, with which browsers hide from us too where a form comes from.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if engine.configuration.registry.tls.is_some() {
        let value = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

async fn compressed(response: Response, encoding: Encoding) -> Response {
    let Some(value) = encoding.header() else { return response };
    let (mut head, body) = response.into_parts();
    // What is in it was made here, in one piece.
    let plain = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(plain) => plain,
        Err(error) => return ApiError::internal(format!("a page broke off: {error}")).into_response(),
    };
    if plain.len() <= usize::from(COMPRESSED_BYTES) {
        return Response::from_parts(head, plain.into());
    }
    match encoding.encode(plain.clone()) {
        Ok(encoded) => {
            head.headers.insert(header::CONTENT_ENCODING, value);
            head.headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Cookie"));
            Response::from_parts(head, encoded.into())
        }
        Err(error) => {
            tracing::warn!("a page is sent as it is: {error}");
            Response::from_parts(head, plain.into())
        }
    }
}

/// A file to be kept, not shown.
pub(super) fn download(media_type: &'static str, name: &str, body: impl Into<Bytes>) -> Reply {
    let plain: String = name
        .chars()
        .map(
            |character| {
                if character.is_ascii_alphanumeric() || "-._".contains(character) { character } else { '_' }
            },
        )
        .collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""))
        .map_err(|error| ApiError::internal(format!("a file's name cannot be sent: {error}")))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok((headers, body.into()).into_response())
}
