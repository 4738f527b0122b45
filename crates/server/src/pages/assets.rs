//! The files that pages need: one style sheet, one script, one icon. They are named by their contents, so a browser keeps them
//! for ever and never shows a page with those of another version.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use limpid_core::Digest;

use super::problem;
use crate::public::Call;

/// Hexadecimal digits of a name.
const DIGITS: usize = 16;

/// A file.
#[derive(Debug)]
pub(super) struct Asset {
    /// Where it is.
    pub(super) address: String,
    media_type: &'static str,
    body: &'static [u8],
}

/// All files.
#[derive(Debug)]
pub(super) struct Assets {
    /// The style sheet.
    pub(super) style: Asset,
    /// The script.
    pub(super) script: Asset,
    /// The icon.
    pub(super) icon: Asset,
}

pub(super) const STYLE: &str = include_str!("static/style.css");
pub(super) const SCRIPT: &str = include_str!("static/script.js");
const ICON: &str = include_str!("static/icon.svg");

/// See [`Assets`].
pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: asset("style", "css", "text/css; charset=utf-8", STYLE),
    script: asset("script", "js", "text/javascript; charset=utf-8", SCRIPT),
    icon: asset("icon", "svg", "image/svg+xml", ICON),
});

fn asset(name: &str, ending: &str, media_type: &'static str, text: &'static str) -> Asset {
    let digest = Digest::of(text.as_bytes());
    let revision: String = digest.hex().chars().take(DIGITS).collect();
    Asset { address: format!("/assets/{name}.{revision}.{ending}"), media_type, body: text.as_bytes() }
}

/// `GET /assets/{file}`.
pub(super) async fn answer(call: Call) -> Response {
    let path = call.request.uri().path();
    let assets = &*ASSETS;
    let files = [&assets.style, &assets.script, &assets.icon];
    let Some(file) = files.into_iter().find(|file| file.address == path) else {
        return problem::unknown(&call.engine, &call.principal, &call.request);
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    (headers, Bytes::from_static(file.body)).into_response()
}
