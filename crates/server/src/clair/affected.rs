//! Which manifests some vulnerabilities affect. Clair's notifier asks this.

use std::sync::Arc;

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use limpid_core::{
    clair::{self, AskedVulnerability, Scope},
    ecosystem::Ecosystems,
};
use serde::Deserialize;
use serde_json::Value;

use super::media_types;
use crate::{
    engine::Engine,
    face::{Document, work},
    http::{ApiError, Json, negotiation::negotiate},
    matching::{self, AskedStatement},
};

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Question {
    vulnerabilities: Vec<Value>,
}

/// `POST affected_manifest`.
pub(super) async fn affected(
    State(engine): State<Arc<Engine>>,
    headers: HeaderMap,
    Json(question): Json<Question>,
) -> Result<Response, ApiError> {
    let media_type = negotiate(&headers, media_types::AFFECTED_MANIFESTS)?;
    let document = work(&engine, move |engine| {
        let asked = read(question, engine.indexer.ecosystems())?;
        let (places, statements) = statements(&asked);
        let found = matching::affected(engine, &statements)?;
        let affected = found.into_iter().map(|one| {
            let of = |place: usize| places.get(place).copied();
            (one.manifest, one.statements.into_iter().filter_map(of).collect())
        });
        Document::json(media_type, &clair::affected_manifests(&asked, affected))
    })
    .await?;
    Ok(document.into_response())
}

fn read(question: Question, ecosystems: &Ecosystems) -> Result<Vec<AskedVulnerability>, ApiError> {
    let read = |(place, document)| {
        clair::asked(document, ecosystems)
            .map_err(|wrong| ApiError::bad_request(format!("vulnerabilities[{place}]{wrong}")))
    };
    question.vulnerabilities.into_iter().enumerate().map(read).collect()
}

/// What the engine is asked, and the place of each in what was asked here: what is about a distribution that nobody
/// knows is not asked, and named in the answer.
fn statements(asked: &[AskedVulnerability]) -> (Vec<usize>, Vec<AskedStatement>) {
    let known = asked.iter().enumerate().filter_map(|(place, one)| {
        let namespaces = match &one.scope {
            Scope::Anywhere => Vec::new(),
            Scope::Namespace(namespace) => vec![namespace.clone()],
            Scope::Unknown(_) => return None,
        };
        let statement = AskedStatement {
            package: one.package.clone(),
            is_source: one.is_source,
            namespaces,
            fixed_in: one.fixed_in.clone(),
        };
        Some((place, statement))
    });
    known.unzip()
}
