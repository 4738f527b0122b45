//! `POST …/rescan`: has an image read again.

use limpid_core::Digest;
use limpid_store::{
    StoreError, jobs,
    jobs::{JobKind, NewJob},
};

use super::place::Place;
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    face::work,
    http::ApiError,
    pages::{
        answer::{Reply, lead_to},
        frame::Frame,
    },
    public::Call,
    security,
};

/// Whether whoever asks may have the image read again; to show the button.
pub(super) fn may(engine: &Engine, principal: &Principal, place: &Place) -> Result<bool, StoreError> {
    let (action, object) = match place {
        Place::Repository(name, _) => (Action::RequestIndex, Object::Repository(name.clone())),
        Place::Service(_) => (Action::Operate, Object::Service),
    };
    let decided = engine.database.read(|tx| accounts::authorize(tx, principal, action, &object))?;
    Ok(decided == Decision::Allowed)
}

/// See the module.
pub(in crate::pages) async fn rescan(call: Call, _frame: Frame) -> Reply {
    let place = Place::of(&call);
    let path = place.path();
    work(&call.engine, move |engine| {
        let found = place.find(engine)?;
        match &found.pushed {
            Some(_) => security::rescan(engine, &found.digest)?,
            None => begin(engine, &found.digest)?,
        }
        Ok::<_, ApiError>(())
    })
    .await?;
    lead_to(&path)
}

/// A job that makes the report anew from what was read. Higher than those that the service makes for itself.
fn begin(engine: &Engine, digest: &Digest) -> Result<(), StoreError> {
    let job = NewJob {
        kind: JobKind::Reindex,
        key: digest.to_string(),
        lane: String::new(),
        requires: engine.own_index_state().to_string(),
        priority: 1,
        payload: Vec::new(),
        delay: std::time::Duration::ZERO,
    };
    engine.database.write(|tx| jobs::submit_unless_running(tx, &job))?;
    engine.bell.ring(JobKind::Reindex);
    Ok(())
}
