//! The service in one document: what two of them are compared by, and what a person wants to see first.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use limpid_core::Digest;
use limpid_store::{StoreError, jobs, manifests, reports};
use serde::Serialize;

use super::{JSON, jobs::Count};
use crate::{
    configuration::Role,
    engine::Engine,
    face::{Document, work},
    http::ApiError,
    indexing, matching, updating,
};

#[derive(Serialize)]
struct Service {
    version: &'static str,
    node: String,
    roles: Vec<&'static str>,
    database: &'static str,
    index_state: Digest,
    catalog: CatalogInForce,
    policy: Digest,
    manifests: Manifests,
    jobs: Vec<Count>,
}

#[derive(Serialize)]
struct CatalogInForce {
    digest: Digest,
    version: i64,
}

#[derive(Serialize)]
struct Manifests {
    total: u64,
    /// With a report of this index state.
    current: u64,
    /// With a report of another.
    stale: u64,
    /// Whose last attempt failed.
    failed: u64,
    /// Without any report.
    missing: u64,
}

/// `GET state`.
pub(super) async fn state(State(engine): State<Arc<Engine>>) -> Result<Response, ApiError> {
    let document = work(&engine, |engine| Document::json(JSON, &service(engine)?)).await?;
    Ok(document.into_response())
}

fn service(engine: &Engine) -> Result<Service, ApiError> {
    let index_state = indexing::index_state(engine)?;
    let open = updating::open(engine)?;
    let (total, counts, waiting) = engine.database.read::<_, StoreError>(|tx| {
        let counts = reports::counts(tx, &index_state)?;
        Ok((manifests::count(tx)?, counts, jobs::counts(tx)?))
    })?;
    let reports::ReportCounts { current, stale, failed, missing } = counts;
    Ok(Service {
        version: env!("CARGO_PKG_VERSION"),
        node: engine.node.name.clone(),
        roles: engine.configuration.roles.iter().map(|&role| word(role)).collect(),
        database: engine.database.kind(),
        index_state,
        catalog: CatalogInForce { digest: open.digest.clone(), version: open.version },
        policy: matching::policy(engine).digest(),
        manifests: Manifests { total, current, stale, failed, missing },
        jobs: super::jobs::counts(waiting),
    })
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Indexer => "indexer",
        Role::Matcher => "matcher",
        Role::Updater => "updater",
        Role::Notifier => "notifier",
        Role::Registry => "registry",
        Role::Ui => "ui",
    }
}
