//! What changed between two update operations, written while it is compared: no difference is too large for memory.

use std::{
    io::{self, Write},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use limpid_catalog::segment::Change;
use limpid_core::{
    Advisory, Affected,
    clair::{self, ClairUpdateOperation},
};
use limpid_store::{
    StoreError,
    catalog::{self, UpdateOperation},
};
use serde::Serialize;
use uuid::Uuid;

use super::{media_types, updates::clair_operation};
use crate::{
    engine::Engine,
    face::{Pieces, Query, room, stream, work},
    http::ApiError,
    updating::{self, UpdateFailure},
};

/// `GET update_diff`: from `prev` (left out: from nothing) to `cur`.
pub(super) async fn differences(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = Query::of(query.as_deref());
    let expected = || ApiError::bad_request("cur: the identifier of an update operation is expected");
    let after = query.uuid("cur")?.ok_or_else(expected)?;
    let before = query.uuid("prev")?;
    let (before, after) = work(&engine, move |engine| {
        let before = before.map(|id| operation(engine, id)).transpose()?;
        Ok::<_, ApiError>((before, operation(engine, after)?))
    })
    .await?;
    if let Some(before) = before.as_ref().filter(|before| before.feed != after.feed) {
        let message =
            format!("prev is of {} and cur of {}: they cannot be compared", before.feed, after.feed);
        return Err(ApiError::bad_request(message));
    }
    let room = room(&engine, 1)?;
    let write = move |pieces: &mut Pieces<UpdateFailure>| {
        let written = write(&engine, before.as_ref(), &after, pieces);
        drop(room);
        written
    };
    let body: Body = stream(write).await?;
    Ok(([(CONTENT_TYPE, media_types::JSON)], body).into_response())
}

/// Clair answers 500 where it does not know one; nothing is broken, so this is 404.
fn operation(engine: &Engine, id: Uuid) -> Result<UpdateOperation, ApiError> {
    let found = engine.database.read::<_, StoreError>(|tx| catalog::operation(tx, id))?;
    found.ok_or_else(|| ApiError::not_found(format!("there is no update operation {id}")))
}

/// The two lists stand one after the other, and the statements come mixed: they are compared twice.
fn write(
    engine: &Engine,
    before: Option<&UpdateOperation>,
    after: &UpdateOperation,
    pieces: &mut Pieces<UpdateFailure>,
) -> Result<(), UpdateFailure> {
    let mut list = List { pieces, feed: &after.feed, written: 0, is_first: true, outcome: Ok(()) };
    let operation = before.map_or_else(ClairUpdateOperation::none, clair_operation);
    list.value("{\"prev\":", &operation);
    list.value(",\"cur\":", &clair_operation(after));
    list.text(",\"added\":[");
    updating::diff(engine, before, after, &mut |change| match change {
        Change::Added(affected, advisory) => list.push(&affected, &advisory),
        Change::Removed(..) => {}
    })?;
    list.text("],\"removed\":[");
    list.is_first = true;
    updating::diff(engine, before, after, &mut |change| match change {
        Change::Removed(affected, advisory) => list.push(&affected, &advisory),
        Change::Added(..) => {}
    })?;
    list.text("]}");
    list.outcome.map_err(|error| UpdateFailure::Local(format!("the answer cannot be written: {error}")))
}

/// Writes a document with lists. What fails once is not tried again: the client is gone.
struct List<'a> {
    pieces: &'a mut Pieces<UpdateFailure>,
    feed: &'a str,
    written: u64,
    is_first: bool,
    outcome: io::Result<()>,
}

impl List<'_> {
    fn push(&mut self, affected: &Affected, advisory: &Advisory) {
        let id = (self.written + 1).to_string();
        let Some(vulnerability) = clair::vulnerability(affected, advisory, self.feed, id) else { return };
        self.written += 1;
        let before = if std::mem::take(&mut self.is_first) { "" } else { "," };
        self.value(before, &vulnerability);
    }

    fn value(&mut self, before: &str, value: &impl Serialize) {
        self.text(before);
        self.attempt(|pieces| serde_json::to_writer(pieces, value).map_err(io::Error::from));
    }

    fn text(&mut self, text: &str) {
        self.attempt(|pieces| pieces.write_all(text.as_bytes()));
    }

    fn attempt(&mut self, write: impl FnOnce(&mut Pieces<UpdateFailure>) -> io::Result<()>) {
        if self.outcome.is_ok() {
            self.outcome = write(self.pieces);
        }
    }
}
