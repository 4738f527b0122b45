//! Compression of answers.
//!
//! Strong `ETag`s stay as they are, although compressed and plain bytes differ: Quay keeps the value of `POST
//! index_report` and compares it with the index state, letter by letter, and Clair sends it so. `Vary` keeps caches from
//! mixing them up.
//!
//! Answers that are remembered are kept as they go out ([`Encoding`]); all others are compressed anew each time.

use axum::Router;
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};

use crate::limits;

mod encoding;

pub(crate) use encoding::Encoding;

/// Compresses answers as the client asks for, with zstd, gzip or deflate. Reports are JSON with much repetition: the fastest
/// levels have nearly all of the gain. What is compressed already stays as it is.
pub fn compress(routes: Router) -> Router {
    let layer = CompressionLayer::new()
        .gzip(true)
        .deflate(true)
        .zstd(true)
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(limits::COMPRESSED_BYTES));
    routes.layer(layer)
}
