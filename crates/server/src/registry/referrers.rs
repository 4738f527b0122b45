//! Referrers: the manifests that name one as their subject. Also those that clients of registries without this route listed in the
//! tag that the specification gives them for it.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction,
    registry::{self as stored, Referrer, Wanted},
};
use serde_json::{Map, Value, json};

use super::{
    Named, RegistryError, digest,
    manifest::{self, Kind, OCI_INDEX},
    page::Page,
    work,
};
use crate::{face::Query, limits::REFERRERS_BYTES, public::Call};

const FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");

/// `GET /v2/NAME/referrers/DIGEST`.
pub(super) async fn list(call: Call) -> Result<Response, RegistryError> {
    let (named, subject) = (Named::of(&call)?, digest(call.captures.get("digest"))?);
    let query = Query::of(call.request.uri().query());
    let filter = query.get("artifactType").unwrap_or_default().to_owned();
    let page = Page::of(&query)?;
    let path = format!("/v2/{}/referrers/{subject}", named.spelled);
    let (wanted, asked) = (filter.clone(), page.clone());
    let (listed, last) = work(&call.engine, move |engine| {
        let wanted = Wanted { subject: &subject, artifact_type: &wanted, after: &asked.after };
        Ok(engine.database.read(|tx| found(tx, &named, &wanted, &asked))?)
    })
    .await?;
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed });
    let mut response = index.to_string().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(OCI_INDEX));
    if !filter.is_empty() {
        headers.insert(FILTERS_APPLIED, HeaderValue::from_static("artifactType"));
    }
    if let Some(last) = last {
        let link = page.link(&path, &last)?;
        let link = if filter.is_empty() { link } else { with_filter(&link, &filter)? };
        headers.insert(header::LINK, link);
    }
    Ok(response)
}

fn with_filter(link: &HeaderValue, filter: &str) -> Result<HeaderValue, RegistryError> {
    let filter =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("artifactType", filter).finish();
    let link = String::from_utf8_lossy(link.as_bytes()).replacen('>', &format!("&{filter}>"), 1);
    super::text(&link)
}

/// A page of descriptors, and behind which digest the next begins, where there are more.
fn found(
    tx: &mut Transaction<'_>,
    named: &Named,
    wanted: &Wanted<'_>,
    page: &Page,
) -> Result<(Vec<Value>, Option<String>), StoreError> {
    let Some(repository) = named.find(tx)? else { return Ok((Vec::new(), None)) };
    let referrers = stored::referrers(tx, repository.number, wanted, page.most + 1)?;
    let (mut listed, mut bytes, mut last) = (Vec::new(), 0, None);
    let mut has_more = false;
    for referrer in referrers {
        bytes += referrer.annotations.len();
        if listed.len() as u64 == page.most || (bytes > REFERRERS_BYTES && !listed.is_empty()) {
            has_more = true;
            break;
        }
        listed.push(descriptor(&referrer)?);
        last = Some(referrer.digest.to_string());
    }
    // Once, at the beginning.
    if page.after.is_empty() {
        listed.extend(by_tag(tx, repository.number, wanted)?);
    }
    Ok((listed, last.filter(|_| has_more)))
}

fn descriptor(referrer: &Referrer) -> Result<Value, StoreError> {
    let annotations: BTreeMap<String, String> = serde_json::from_str(&referrer.annotations)
        .map_err(|error| StoreError::Damaged(format!("annotations of {}: {error}", referrer.digest)))?;
    let mut descriptor = Map::new();
    descriptor.insert("mediaType".to_owned(), json!(referrer.media_type));
    descriptor.insert("digest".to_owned(), json!(referrer.digest));
    descriptor.insert("size".to_owned(), json!(referrer.bytes));
    if !referrer.artifact_type.is_empty() {
        descriptor.insert("artifactType".to_owned(), json!(referrer.artifact_type));
    }
    if !annotations.is_empty() {
        descriptor.insert("annotations".to_owned(), json!(annotations));
    }
    Ok(descriptor.into())
}

/// What the tag of a subject lists that is here and does not name its subject itself.
fn by_tag(tx: &mut Transaction<'_>, repository: i64, wanted: &Wanted<'_>) -> Result<Vec<Value>, StoreError> {
    let tag = format!("{}-{}", wanted.subject.algorithm(), wanted.subject.hex());
    let tag = tag.get(..128).unwrap_or(&tag);
    let Some(tag) = stored::find_tag(tx, repository, tag)? else { return Ok(Vec::new()) };
    let Some(index) = stored::find_manifest(tx, repository, &tag.manifest)? else { return Ok(Vec::new()) };
    let Ok(Kind::Index { children }) =
        manifest::parse(&index.body, &index.media_type).map(|content| content.kind)
    else {
        // Somebody else's tag.
        return Ok(Vec::new());
    };
    let mut listed = Vec::new();
    let children: BTreeSet<Digest> = children.into_iter().map(|child| child.digest).collect();
    for child in children {
        let Some(found) = stored::find_manifest(tx, repository, &child)? else { continue };
        let is_wanted = wanted.artifact_type.is_empty() || found.artifact_type == wanted.artifact_type;
        if found.subject.as_ref() == Some(wanted.subject) || !is_wanted {
            continue;
        }
        let referrer = Referrer {
            digest: found.digest,
            media_type: found.media_type,
            bytes: found.body.len() as u64,
            artifact_type: found.artifact_type,
            annotations: found.annotations,
        };
        listed.push(descriptor(&referrer)?);
    }
    Ok(listed)
}
