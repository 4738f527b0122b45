//! `POST /api/v1/repository/{name..}/manifest/{digest}/sbom`: attaches a list of the packages of an image to it, as a referrer.
//!
//! It is a function of the image and of the index state, so whoever asks again, here or of another registry, gets the same bytes,
//! and nothing is added. No advisory is in it: beside the image it would grow old.

use std::io::Read as _;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use limpid_core::{Digest, IndexReport, documents};
use limpid_store::{StoreError, listing};
use serde::Deserialize;
use serde_json::json;

use super::{Status, status};
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    face::{Document, Query, digest, work},
    http::ApiError,
    indexing,
    limits::IMAGE_CONFIGURATION_BYTES,
    public::{Call, Face, Route, Target},
    registry::{Artifact, Attached, attach},
};

pub(super) const ROUTE: Route = Route {
    methods: &[Method::POST],
    path: "/api/v1/repository/{name..}/manifest/{digest}/sbom",
    action: Action::Push,
    target: Target::Repository,
    face: Face::Api,
    handler: |call| Box::pin(async { super::answered(answer(call).await) }),
};

/// The formats, by the words of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SbomForm {
    /// CycloneDX 1.6 in JSON.
    CycloneDx,
    /// SPDX 2.3 in JSON.
    Spdx,
}

impl SbomForm {
    /// The word of a request.
    ///
    /// # Errors
    /// 400 where it is another one.
    pub(crate) fn of(word: &str) -> Result<Self, ApiError> {
        match word {
            "cyclonedx" => Ok(Self::CycloneDx),
            "spdx" => Ok(Self::Spdx),
            _other => Err(ApiError::bad_request("format: cyclonedx or spdx is expected")),
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::CycloneDx => "application/vnd.cyclonedx+json",
            Self::Spdx => "application/spdx+json",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::CycloneDx => "sbom.cdx.json",
            Self::Spdx => "sbom.spdx.json",
        }
    }

    fn document(self, index: &IndexReport, made_at: DateTime<Utc>) -> String {
        match self {
            Self::CycloneDx => documents::cyclonedx_index(index),
            Self::Spdx => documents::spdx_index(index, made_at),
        }
        .to_string()
    }
}

async fn answer(call: Call) -> Result<Document, ApiError> {
    let subject = digest(call.captures.get("digest"))?;
    let repository = super::repository_of(&call);
    let query = Query::of(call.request.uri().query());
    let form = SbomForm::of(query.get("format").unwrap_or_default())?;
    let principal = call.principal;
    work(&call.engine, move |engine| {
        let attached = attach_sbom(engine, &principal, &repository, &subject, form)?;
        let body = json!({
            "subject": subject,
            "digest": attached.digest,
            "artifact_type": form.media_type(),
            "is_new": attached.is_new,
        });
        let status = if attached.is_new { StatusCode::CREATED } else { StatusCode::OK };
        Ok::<_, ApiError>(Document::json("application/json", &body)?.status(status))
    })
    .await
}

/// Attaches the packages of an image of a repository, which is given by its whole name. It was asked before whether something may
/// be pushed there; what is in it is a report as well. Blocks.
///
/// # Errors
/// 403 where reports may not be read, 404 where the repository does not have it, 409 where there is no report of it.
pub(crate) fn attach_sbom(
    engine: &Engine,
    principal: &Principal,
    repository: &str,
    subject: &Digest,
    form: SbomForm,
) -> Result<Attached, ApiError> {
    let object = Object::Repository(repository.to_owned());
    if accounts::decide(engine, principal, Action::ReadReport, &object)? != Decision::Allowed {
        let message = "an SBOM is made of the report, which you may not read";
        return Err(ApiError::new(StatusCode::FORBIDDEN, message));
    }
    let number = super::held_by(engine, repository, subject)?;
    let report = indexing::find(engine, subject)?.and_then(|known| known.report);
    let Some(good) = report else { return Err(without_report(engine, subject)?) };
    let made_at = made_at(engine, number, subject)?;
    let document = form.document(&good.report, made_at);
    let artifact =
        Artifact { media_type: form.media_type(), title: form.title(), document: document.as_bytes() };
    Ok(attach(engine, principal, repository, subject, &artifact)?)
}

/// Why there is no list of packages.
fn without_report(engine: &Engine, subject: &Digest) -> Result<ApiError, StoreError> {
    let why = match status(engine, subject)? {
        Status::Indexed => "it is an index of images: ask for each of its images".to_owned(),
        Status::Queued | Status::Indexing | Status::Unknown => {
            "it is not indexed yet; try again later".to_owned()
        }
        Status::Failed { reason, .. } => format!("it could not be indexed: {reason}"),
        Status::Unsupported { reason, .. } => format!("it is nothing that is indexed: {reason}"),
    };
    Ok(ApiError::new(StatusCode::CONFLICT, format!("there is no list of packages: {why}")))
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Digest,
}

#[derive(Deserialize)]
struct Configuration {
    created: DateTime<Utc>,
}

/// SPDX wants to know when a document was made. What says that of this moment would be another document each time, so it is when the
/// image was made, as far as that is told; else the beginning of time, as with reproducible builds.
fn made_at(engine: &Engine, repository: i64, subject: &Digest) -> Result<DateTime<Utc>, ApiError> {
    let configuration = engine.database.read::<_, StoreError>(|tx| {
        let Some(manifest) = listing::manifest(tx, repository, subject.as_str())? else { return Ok(None) };
        let Ok(Manifest { config }) = serde_json::from_slice(&manifest.body) else { return Ok(None) };
        listing::stored_blob(tx, repository, &config.digest)
    })?;
    let Some((stored, _)) = configuration.filter(|(_, bytes)| *bytes <= IMAGE_CONFIGURATION_BYTES) else {
        return Ok(DateTime::UNIX_EPOCH);
    };
    // Never another document because the storage does not answer for a moment.
    let unreadable =
        |error: String| ApiError::unavailable(format!("the image's configuration cannot be read: {error}"));
    let file = engine.blobs.open_file(&stored).map_err(|error| unreadable(error.to_string()))?;
    let mut text = Vec::new();
    file.take(IMAGE_CONFIGURATION_BYTES)
        .read_to_end(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    let created = serde_json::from_slice(&text).map(|Configuration { created }| created);
    Ok(created.unwrap_or(DateTime::UNIX_EPOCH))
}
