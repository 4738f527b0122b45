//! Uploads: begun, gone on with, finished or given up, by the principal that began them and on any node.
//!
//! What was acknowledged of one is a stored blob, so nothing of it is held by a process. One part that is the whole blob becomes it
//! without being copied.

use axum::{
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use limpid_core::Digest;
use limpid_store::registry::{self as stored, NewUpload, Part, RegistryBlob, Upload};
use uuid::Uuid;

use super::{
    Named, RegistryError, copies, created, digest,
    incoming::{Incoming, Sink, Stored, pour},
    mount::mounted,
    quota, range, text, work,
};
use crate::{accounts::Principal, engine::Engine, face::Query, fault, limits::UPLOAD_PARTS, public::Call};

mod finish;

pub(super) use self::finish::finish;

/// `Docker-Upload-UUID`.
const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// Whose an upload is. Not their name, which may be another's tomorrow.
fn owner(principal: &Principal) -> String {
    principal.account().map_or_else(|| "nobody".to_owned(), |account| format!("account {}", account.number))
}

/// How far an upload is.
fn state(status: StatusCode, named: &Named, id: Uuid, bytes: u64) -> Result<Response, RegistryError> {
    let headers = [
        (header::LOCATION, named.location(&format!("blobs/uploads/{id}"))?),
        (header::RANGE, text(&range::received(bytes))?),
        (UPLOAD_ID, text(&id.to_string())?),
    ];
    Ok((status, headers).into_response())
}

/// An upload that stands elsewhere than its client thinks.
fn elsewhere(named: &Named, upload: &Upload) -> Result<RegistryError, RegistryError> {
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let message = format!("the upload has {} bytes, and goes on behind them", upload.bytes);
    Ok(RegistryError::new(status, "BLOB_UPLOAD_INVALID", message)
        .header(header::RANGE, text(&range::received(upload.bytes))?)
        .header(header::LOCATION, named.location(&format!("blobs/uploads/{}", upload.id))?))
}

/// `POST /v2/NAME/blobs/uploads/`: begins an upload, sends a blob at once (`digest`), or asks for one of another repository
/// (`mount`, `from`).
pub(super) async fn begin(call: Call) -> Result<Response, RegistryError> {
    let named = Named::of(&call)?;
    let query = Query::of(call.request.uri().query());
    if let Some(wanted) = query.get("mount") {
        let wanted = digest(wanted)?;
        let from = query.get("from").map(str::to_owned);
        let (to, principal) = (named.clone(), call.principal.clone());
        let found = wanted.clone();
        if work(&call.engine, move |engine| mounted(engine, &principal, &to, from.as_deref(), &found)).await?
        {
            return created(named.location(&format!("blobs/{wanted}"))?, &wanted);
        }
    } else if let Some(wanted) = query.get("digest") {
        let wanted = digest(wanted)?;
        let mut incoming = Incoming::new(call.request.into_body(), 0);
        let first = incoming.piece().await?;
        let whole = named.whole.clone();
        work(&call.engine, move |engine| engine.database.read(|tx| quota::check_before(tx, &whole))).await?;
        // Who sends nothing, and not the digest of nothing, begins.
        if first.is_some() || wanted == wanted.hasher().finish() {
            let algorithm = wanted.algorithm().to_owned();
            let sink = work(&call.engine, move |engine| Sink::open(&engine.blobs, &algorithm)).await?;
            let (sink, broken) = pour(&call.engine, sink, first, &mut incoming).await?;
            if let Some(broken) = broken {
                return Err(broken);
            }
            return monolithic(&call.engine, named, sink, wanted).await;
        }
    }
    let algorithm = query.get("digest-algorithm").unwrap_or("sha256").to_owned();
    if !matches!(algorithm.as_str(), "sha256" | "sha512") {
        return Err(RegistryError::digest_invalid("digest-algorithm: sha256 or sha512 is expected"));
    }
    let (to, owner, id) = (named.whole.clone(), owner(&call.principal), Uuid::now_v7());
    work(&call.engine, move |engine| {
        // An upload without bytes holds nothing that could be lost: whoever finds it gone after a power cut begins another.
        engine.database.write_soon(|tx| {
            quota::check_before(tx, &to)?;
            let repository = stored::make_repository(tx, &to)?.number;
            copies::refuse_push(tx, &to)?;
            let new = NewUpload { id, repository, principal: &owner, algorithm: &algorithm };
            Ok::<_, RegistryError>(stored::begin_upload(tx, &new)?)
        })
    })
    .await?;
    state(StatusCode::ACCEPTED, &named, id, 0)
}

/// Keeps a blob that was sent in one request.
async fn monolithic(
    engine: &std::sync::Arc<Engine>,
    named: Named,
    sink: Sink,
    wanted: Digest,
) -> Result<Response, RegistryError> {
    let location = named.location(&format!("blobs/{wanted}"))?;
    let digest = wanted.clone();
    work(engine, move |engine| {
        let Stored { digest: bytes_of, bytes } = sink.finish_as(&digest)?;
        fault::point("push: blob put");
        let blob = RegistryBlob { digest, stored: bytes_of, bytes };
        engine.database.write(|tx| {
            let repository = stored::make_repository(tx, &named.whole)?.number;
            copies::refuse_push(tx, &named.whole)?;
            quota::check(stored::add_blob(tx, repository, &blob)?, &named.whole)
        })?;
        fault::point("push: blob noted");
        Ok(())
    })
    .await?;
    created(location, &wanted)
}

/// What a request says about an upload.
struct Asked {
    named: Named,
    id: Uuid,
    owner: String,
    headers: HeaderMap,
}

impl Asked {
    fn of(call: &Call) -> Result<Self, RegistryError> {
        let named = Named::of(call)?;
        // What is no id is the id of nothing.
        let id =
            call.captures.get("id").parse().map_err(|_no_id: uuid::Error| RegistryError::upload_unknown())?;
        Ok(Self { named, id, owner: owner(&call.principal), headers: call.request.headers().clone() })
    }

    /// The upload. Another's is not there. Blocks.
    fn find(&self, engine: &Engine) -> Result<Upload, RegistryError> {
        engine.database.read(|tx| {
            let repository = self.named.find(tx)?.ok_or_else(RegistryError::upload_unknown)?.number;
            stored::find_upload(tx, self.id, repository, &self.owner)?
                .ok_or_else(RegistryError::upload_unknown)
        })
    }

    /// Why an upload could not be changed that was there a moment ago: it stands elsewhere by now, or is gone, which is not the same
    /// to its client. Blocks.
    fn moved(&self, engine: &Engine) -> Result<RegistryError, RegistryError> {
        elsewhere(&self.named, &self.find(engine)?)
    }

    /// How many bytes the client says that it sends, where it says so. An error where they are others than come next.
    fn announced(&self, upload: &Upload) -> Result<Option<u64>, RegistryError> {
        let Some(said) = self.headers.get(header::CONTENT_RANGE) else { return Ok(None) };
        let part = said.to_str().ok().and_then(range::sent);
        let part =
            part.ok_or_else(|| RegistryError::upload_invalid("Content-Range: FIRST-LAST is expected"))?;
        if part.from == upload.bytes { Ok(Some(part.bytes)) } else { Err(elsewhere(&self.named, upload)?) }
    }
}

/// `GET`: how far an upload is.
pub(super) async fn status(call: Call) -> Result<Response, RegistryError> {
    let asked = Asked::of(&call)?;
    let (upload, asked) = work(&call.engine, move |engine| Ok((asked.find(engine)?, asked))).await?;
    state(StatusCode::NO_CONTENT, &asked.named, upload.id, upload.bytes)
}

/// `DELETE`: gives an upload up.
pub(super) async fn cancel(call: Call) -> Result<Response, RegistryError> {
    let asked = Asked::of(&call)?;
    work(&call.engine, move |engine| {
        let upload = asked.find(engine)?;
        if engine.database.write(|tx| stored::end_upload(tx, &upload).map_err(RegistryError::from))? {
            Ok(())
        } else {
            Err(asked.moved(engine)?)
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `PATCH`: adds bytes. What came before a connection broke is kept: its client asks how far it was.
pub(super) async fn append(call: Call) -> Result<Response, RegistryError> {
    let asked = Asked::of(&call)?;
    let (upload, asked) = work(&call.engine, move |engine| Ok((asked.find(engine)?, asked))).await?;
    let announced = asked.announced(&upload)?;
    if upload.parts.len() >= UPLOAD_PARTS {
        return Err(RegistryError::upload_invalid(format!(
            "an upload may have at most {UPLOAD_PARTS} parts"
        )));
    }
    let mut incoming = Incoming::new(call.request.into_body(), upload.bytes);
    let Some(first) = incoming.piece().await? else {
        return state(StatusCode::ACCEPTED, &asked.named, upload.id, upload.bytes);
    };
    let sink = work(&call.engine, |engine| Sink::open(&engine.blobs, "sha256")).await?;
    let (sink, broken) = pour(&call.engine, sink, Some(first), &mut incoming).await?;
    if broken.is_none() && announced.is_some_and(|announced| announced != sink.bytes()) {
        return Err(RegistryError::size_invalid("the body has another length than Content-Range says"));
    }
    let (id, bytes) = (upload.id, upload.bytes + sink.bytes());
    let named = asked.named.clone();
    work(&call.engine, move |engine| note_part(engine, &asked, &upload, sink)).await?;
    match broken {
        Some(broken) => Err(broken),
        None => state(StatusCode::ACCEPTED, &named, id, bytes),
    }
}

fn note_part(engine: &Engine, asked: &Asked, upload: &Upload, sink: Sink) -> Result<(), RegistryError> {
    let put = sink.finish()?;
    fault::point("push: part put");
    let part = Part { stored: put.digest, bytes: put.bytes };
    let is_added =
        engine.database.write(|tx| stored::add_part(tx, upload, &part).map_err(RegistryError::from))?;
    fault::point("push: part noted");
    if is_added { Ok(()) } else { Err(asked.moved(engine)?) }
}
