//! The push of a manifest: checked, stored with what it needs, its tags and its state of security, in one transaction.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, header},
    response::Response,
};
use chrono::TimeDelta;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use limpid_core::Digest;
use limpid_store::{
    Transaction,
    registry::{self as stored, NewManifest, NewReference, ReferenceKind},
};
use url::form_urlencoded;

use super::{
    Named, RegistryError, copies, created, gate,
    incoming::mismatch,
    manifest::{self, Content, Descriptor, Kind},
    manifests::Reference,
    name, quota,
    tagging::{self, NotPointed, Place},
    text, work, written,
};
use crate::{accounts::Principal, engine::Engine, fault, limits::BODY_TIME, public::Call, security};

const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
const TAG: HeaderName = HeaderName::from_static("oci-tag");

/// A push that was understood.
pub(super) struct Push {
    pub(super) named: Named,
    pub(super) principal: Principal,
    pub(super) digest: Digest,
    pub(super) tags: Vec<String>,
    pub(super) content: Content,
    pub(super) body: Bytes,
    /// How long its tags last, where it says so.
    pub(super) lasts: Option<TimeDelta>,
    /// What is to be said beside the answer.
    pub(super) warnings: Vec<String>,
}

/// `PUT /v2/NAME/manifests/REFERENCE`; with `?tag=` for a digest that is tagged at once.
pub(super) async fn put(call: Call) -> Result<Response, RegistryError> {
    let (named, reference) = (Named::of(&call)?, Reference::of(&call)?);
    let mut tags = more_tags(call.request.uri().query())?;
    let stated = media_type(call.request.headers());
    let body = body(&call.engine, call.request.into_body()).await?;
    let digest = match reference {
        Reference::Tag(tag) => {
            tags.insert(0, tag);
            Digest::of(&body)
        }
        Reference::Digest(digest) => {
            let mut hasher = digest.hasher();
            hasher.update(&body);
            let found = hasher.finish();
            if found != digest {
                return Err(mismatch(&digest, &found));
            }
            digest
        }
    };
    let content = manifest::parse(&body, &stated).map_err(RegistryError::manifest_invalid)?;
    let principal = call.principal.clone();
    let mut push = Push { named, principal, digest, tags, content, body, lasts: None, warnings: Vec::new() };
    let push = work(&call.engine, move |engine| push.store(engine).map(|()| push)).await?;
    let mut response = created(push.named.location(&format!("manifests/{}", push.digest))?, &push.digest)?;
    if let Some(subject) = &push.content.subject {
        response.headers_mut().insert(SUBJECT, text(subject.as_str())?);
    }
    for tag in &push.tags {
        response.headers_mut().append(TAG, text(tag)?);
    }
    for warning in &push.warnings {
        response.headers_mut().append(gate::WARNING, text(&security::warning(warning))?);
    }
    Ok(response)
}

/// The values of `tag` in a query.
fn more_tags(query: Option<&str>) -> Result<Vec<String>, RegistryError> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let tags = pairs.filter(|(name, _)| name == "tag").map(|(_, tag)| tag.into_owned());
    tags.map(|tag| if name::is_tag(&tag) { Ok(tag) } else { Err(RegistryError::tag_invalid()) }).collect()
}

/// The media type without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    stated.split(';').next().unwrap_or_default().trim().to_owned()
}

/// A manifest is held in memory, so it is bounded.
async fn body(engine: &Engine, body: axum::body::Body) -> Result<Bytes, RegistryError> {
    let most = engine.configuration.registry.manifest_bytes;
    let limited = Limited::new(body, usize::try_from(most).unwrap_or(usize::MAX));
    match tokio::time::timeout(BODY_TIME, limited.collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(RegistryError::too_large(format!("a manifest may have at most {most} bytes")))
        }
        Ok(Err(_broken)) => Err(RegistryError::broken_off("the body broke off")),
        Err(_elapsed) => Err(RegistryError::broken_off("the body did not come in time")),
    }
}

impl Push {
    /// Blocks.
    fn store(&mut self, engine: &Engine) -> Result<(), RegistryError> {
        let references = references(&self.content);
        if !self.tags.is_empty() {
            let (lasts, warning) = tagging::lasts(engine, &self.named.whole, &self.content)?;
            self.lasts = lasts;
            self.warnings.extend(warning);
        }
        let written = engine.database.write(|tx| self.write(engine, tx, &references));
        written.map_err(|refused| refused.told(engine, &self.principal, &self.named.whole))?;
        fault::point("push: manifest stored");
        security::pushed(engine);
        self.warnings.extend(quota::warning(engine, &self.named.whole)?);
        Ok(())
    }

    /// Stores it, in a transaction.
    pub(super) fn write(
        &self,
        engine: &Engine,
        tx: &mut Transaction<'_>,
        references: &[NewReference],
    ) -> Result<(), NotPointed> {
        let repository = stored::make_repository(tx, &self.named.whole)?.number;
        copies::refuse_push(tx, &self.named.whole)?;
        let missing = stored::missing_references(tx, repository, references)?;
        if !missing.is_empty() {
            return Err(RegistryError::manifest_blob_unknown(&missing).into());
        }
        let place = Place { repository, name: &self.named.whole };
        let put = Put {
            place,
            digest: &self.digest,
            content: &self.content,
            body: &self.body,
            references,
            pushed_by: &written(&self.principal),
        };
        let is_new = put.store(tx)?;
        for tag in &self.tags {
            tagging::point(tx, Some(&self.principal), place, tag, &self.digest, self.lasts)?;
        }
        security::note_push(tx, &self.digest, is_new.then_some(repository))?;
        if !self.tags.is_empty() {
            security::note_tagged(engine, tx, repository, &self.named.whole, &self.tags)?;
        }
        Ok(())
    }
}

/// A manifest that a repository is given: by a client, or by the registry that it is a copy of.
pub(super) struct Put<'a> {
    pub(super) place: Place<'a>,
    pub(super) digest: &'a Digest,
    pub(super) content: &'a Content,
    pub(super) body: &'a [u8],
    pub(super) references: &'a [NewReference],
    pub(super) pushed_by: &'a str,
}

impl Put<'_> {
    /// Stores it, in a transaction. Whether the repository did not have it.
    pub(super) fn store(&self, tx: &mut Transaction<'_>) -> Result<bool, RegistryError> {
        let annotations = serde_json::to_string(&self.content.annotations)
            .map_err(|error| RegistryError::manifest_invalid(error.to_string()))?;
        let new = NewManifest {
            repository: self.place.repository,
            digest: self.digest,
            kind: self.content.word(),
            media_type: &self.content.media_type,
            body: self.body,
            subject: self.content.subject.as_ref(),
            artifact_type: &self.content.artifact_type,
            annotations: &annotations,
            pushed_by: self.pushed_by,
            references: self.references,
        };
        let is_new = limpid_store::security::holder(tx, self.place.name, self.digest)?.is_none();
        stored::put_manifest(tx, &new)?;
        Ok(is_new)
    }
}

/// What a manifest needs. A layer that registries need not have is never asked for.
pub(super) fn references(content: &Content) -> Vec<NewReference> {
    let blob = |descriptor: &Descriptor| {
        let kind = if descriptor.is_foreign() { ReferenceKind::Foreign } else { ReferenceKind::Blob };
        reference(kind, descriptor)
    };
    match &content.kind {
        Kind::Image { config, layers } => std::iter::once(config).chain(layers).map(blob).collect(),
        Kind::Artifact { blobs } => blobs.iter().map(blob).collect(),
        Kind::Index { children } => {
            children.iter().map(|child| reference(ReferenceKind::Manifest, child)).collect()
        }
    }
}

fn reference(kind: ReferenceKind, descriptor: &Descriptor) -> NewReference {
    NewReference {
        kind,
        digest: descriptor.digest.clone(),
        bytes: descriptor.size.min(i64::MAX as u64),
        platform: descriptor.platform(),
    }
}
