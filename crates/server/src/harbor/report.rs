//! The reports of a scan.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, RawQuery, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
};
use limpid_core::{documents, harbor as forms};
use limpid_store::{
    StoreError,
    harbor::{self, Scan},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    artifact::{artifact, scanner},
    media_types::{self, bare},
    progress,
    refusal::Refusal,
};
use crate::{
    engine::Engine,
    face::Query,
    http::{ApiError, compression::Encoding, negotiation::negotiate},
    indexing::GoodReport,
    limits::NO_DATA_WAIT,
    matching::{self, Answer, FULL_REPORT, Form},
};

/// Seconds after which Harbor is to ask again. (It reads them as a number of eight bits.)
pub(super) const SOON: &str = "5";
/// The same for a scan that has just begun: most take a second or two.
const AT_ONCE: &str = "2";
/// As long as a scan has just begun.
const YOUNG: Duration = Duration::from_secs(20);

const REFRESH_AFTER: HeaderName = HeaderName::from_static("refresh-after");

/// The types by what is wanted, the one that is meant where nothing is said first.
const PRODUCED: [&str; 4] =
    [media_types::VULNERABILITIES, media_types::NATIVE, media_types::RAW, media_types::SBOM];

/// What Harbor is told of an image; who scanned which artifact is put before it.
const VULNERABILITIES: Form =
    Form { name: "harbor", write: |_index, report| serde_json::to_vec(&forms::vulnerabilities(report)) };

/// `GET scan/{id}/report`.
pub(super) async fn find(
    State(engine): State<Arc<Engine>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    address: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let media_type = wanted(&headers)?;
    let sbom = if media_type == media_types::SBOM { sbom_form(query.as_deref())? } else { "" };
    let id = Uuid::parse_str(&id).map_err(|_other| unknown())?;
    let answered = crate::http::blocking(move || answer(&engine, id, media_type, sbom)).await?;
    match answered {
        Ok(Made::Body(body)) => Ok(document(media_type, body)),
        Ok(Made::ComeAgain(seconds)) => Ok(come_again(&address, seconds)),
        // An error would end the scan, and this will pass.
        Err(refusal) if refusal.passes() => Ok(come_again(&address, SOON)),
        Err(refusal) => Err(refusal),
    }
}

/// What there is to answer.
enum Made {
    Body(Vec<u8>),
    /// After so many seconds.
    ComeAgain(&'static str),
}

fn wanted(headers: &HeaderMap) -> Result<&'static str, Refusal> {
    let chosen = negotiate(headers, &PRODUCED.map(bare)).map_err(|error| match error.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::not_done_here(error.to_string()),
        _unreadable => Refusal::from(error),
    })?;
    let whole = PRODUCED.into_iter().find(|media_type| bare(media_type) == chosen);
    whole.ok_or_else(|| Refusal::not_done_here("no such report is made here"))
}

fn sbom_form(query: Option<&str>) -> Result<&'static str, Refusal> {
    // A plus sign that was not escaped is a blank in a query.
    let wanted = Query::of(query).get("sbom_media_type").map(|form| form.replace(' ', "+"));
    match wanted.as_deref() {
        Some(media_types::SPDX) => Ok(media_types::SPDX),
        Some(media_types::CYCLONEDX) => Ok(media_types::CYCLONEDX),
        Some(_) | None => Err(Refusal::malformed(format!(
            "sbom_media_type: {} or {} is expected",
            media_types::SPDX,
            media_types::CYCLONEDX
        ))),
    }
}

fn unknown() -> Refusal {
    Refusal::not_found("there is no such scan, or it was more than a day ago")
}

fn answer(engine: &Engine, id: Uuid, media_type: &str, sbom: &str) -> Result<Made, Refusal> {
    let scan = engine.database.read::<_, StoreError>(|tx| harbor::find(tx, id)).map_err(ApiError::from)?;
    let scan = scan.ok_or_else(unknown)?;
    let Some(good) = progress::indexed(engine, &scan)? else {
        return Ok(Made::ComeAgain(if scan.age < YOUNG { AT_ONCE } else { SOON }));
    };
    if media_type == media_types::SBOM {
        return packages(&scan, &good, sbom).map(Made::Body);
    }
    drop(good);
    let form = if media_type == media_types::RAW { FULL_REPORT } else { VULNERABILITIES };
    match matching::report(engine, &scan.artifact.digest, form, Encoding::Plain, None)
        .map_err(ApiError::from)?
    {
        Answer::NotIndexed => Err(Refusal::failed("the image was deleted from Limpid meanwhile")),
        Answer::NoData if scan.age < NO_DATA_WAIT => Ok(Made::ComeAgain(SOON)),
        Answer::NoData => Err(Refusal::failed("no advisory data is loaded yet: nothing can be judged")),
        Answer::Report(_etag, finished) if media_type == media_types::RAW => {
            Ok(Made::Body(finished.body.to_vec()))
        }
        Answer::Report(_etag, finished) => headed(&scan, &finished.body).map(Made::Body),
    }
}

/// The vulnerabilities with the artifact and the scanner before them: what is remembered is the same for all artifacts of
/// one digest.
fn headed(scan: &Scan, body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let rest = body.strip_prefix(b"{").ok_or_else(|| Refusal::failed("the report cannot be written"))?;
    let head = format!("{{\"artifact\":{},\"scanner\":{},", artifact(&scan.artifact), scanner());
    Ok([head.as_bytes(), rest].concat())
}

/// The packages of an image. No advisory is in it: Harbor keeps it beside the image, where advisories would grow old.
fn packages(scan: &Scan, good: &GoodReport, form: &str) -> Result<Vec<u8>, Refusal> {
    let GoodReport { report, stored } = good;
    let sbom = if form == media_types::CYCLONEDX {
        documents::cyclonedx_index(report)
    } else {
        documents::spdx_index(report, stored.indexed_at)
    };
    let counted = report.blind_spots.iter().filter(|spot| spot.counts).count();
    let body = json!({
        "generated_at": stored.indexed_at,
        "artifact": artifact(&scan.artifact),
        "scanner": scanner(),
        "vendor_attributes": { "index_state": stored.index_state, "blind_spots": counted },
        "media_type": form,
        "sbom": sbom,
    });
    serde_json::to_vec(&body)
        .map_err(|error| Refusal::failed(format!("the report cannot be written: {error}")))
}

fn document(media_type: &'static str, body: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from(body)).into_response()
}

/// 302 to the same address, which Harbor does not follow: it waits so many seconds.
pub(super) fn come_again(address: &Uri, seconds: &'static str) -> Response {
    let mut response =
        (StatusCode::FOUND, [(REFRESH_AFTER, HeaderValue::from_static(seconds))]).into_response();
    let here = address.path_and_query().map(|whole| HeaderValue::from_str(whole.as_str()));
    if let Some(Ok(here)) = here {
        response.headers_mut().insert(LOCATION, here);
    }
    response
}
