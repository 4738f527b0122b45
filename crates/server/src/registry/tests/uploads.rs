//! Uploads that are gone, or stand elsewhere, when their bytes are there.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    thread,
};

use axum::body::{Body, Bytes};
use futures_core::Stream;
use limpid_core::Digest;
use limpid_store::accounts::ServiceRole;

use super::pushes::{code, send};
use crate::{
    accounts::tests::place::{PASSWORD, Place, basic},
    engine::Engine,
};

type Piece = Box<dyn FnOnce() -> &'static str + Send>;

/// A body whose pieces are made when they are asked for.
struct Pieces(VecDeque<Piece>);

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Bytes::from(piece()))))
    }
}

/// A body during which something happens to all uploads.
fn body(engine: &Arc<Engine>, statement: &'static str) -> Body {
    let engine = Arc::clone(engine);
    let happens = move || {
        // Databases block, and this is asked for by what must not.
        let changed = thread::spawn(move || engine.database.write(|tx| tx.execute(statement, &[])).unwrap());
        assert!(changed.join().unwrap() > 0);
        "second"
    };
    let pieces: [Piece; 2] = [Box::new(|| "first"), Box::new(happens)];
    Body::from_stream(Pieces(pieces.into()))
}

#[test]
fn an_upload_that_was_collected_is_unknown_and_one_that_went_on_stands_elsewhere() {
    Place::on_each(|place| {
        place.user("team", ServiceRole::None);
        let digest = Digest::of(b"firstsecond");
        for (statement, status, expected) in [
            ("DELETE FROM upload", 404, "BLOB_UPLOAD_UNKNOWN"),
            ("UPDATE upload SET bytes = 7", 416, "BLOB_UPLOAD_INVALID"),
        ] {
            for (method, query) in [("PATCH", String::new()), ("PUT", format!("?digest={digest}"))] {
                let begun = send(place, "team", "POST", "/v2/team/app/blobs/uploads/", "").with(202);
                let path = format!("{}{query}", begun.header("location"));
                let path = path.split_once("/v2/").map_or(path.clone(), |(_, rest)| format!("/v2/{rest}"));
                let answer = place.send_body(
                    method,
                    &path,
                    &[basic("team", PASSWORD)],
                    body(&place.engine, statement),
                );
                assert_eq!((answer.status, code(&answer)), (status, expected.into()), "{method} {statement}");
                if status == 416 {
                    assert_eq!(answer.header("range"), "0-6");
                }
            }
        }
        send(place, "team", "GET", &format!("/v2/team/app/blobs/{digest}"), "").with(404);
    });
}
