//! The end of an upload: its bytes become a blob of the repository, if they have the digest that they should have.

use std::{io::Read as _, sync::Arc};

use axum::response::Response;
use limpid_core::Digest;
use limpid_store::registry::{self as stored, RegistryBlob, Upload};

use super::Asked;
use crate::{
    engine::Engine,
    face::Query,
    fault,
    limits::UPLOAD_PIECE,
    public::Call,
    registry::{
        RegistryError, created, digest,
        incoming::{Incoming, Piece, Sink, Stored, mismatch, pour},
        quota, work,
    },
};

/// `PUT`: adds the last bytes, if there are any, and ends an upload. Where the digest is another one it stays as it was.
pub(in crate::registry) async fn finish(call: Call) -> Result<Response, RegistryError> {
    let asked = Asked::of(&call)?;
    let query = Query::of(call.request.uri().query());
    let wanted = query.get("digest").ok_or_else(|| RegistryError::digest_invalid("a digest is expected"))?;
    let wanted = digest(wanted)?;
    let (upload, asked) = work(&call.engine, move |engine| Ok((asked.find(engine)?, asked))).await?;
    let announced = asked.announced(&upload)?;
    let mut incoming = Incoming::new(call.request.into_body(), upload.bytes);
    let first = incoming.piece().await?;
    let named = asked.named.clone();
    if let ([_], None) = (upload.parts.as_slice(), &first) {
        let wanted = wanted.clone();
        work(&call.engine, move |engine| {
            let whole = only_part(engine, &upload, &wanted)?;
            end(engine, &asked, &upload, wanted, whole)
        })
        .await?;
    } else {
        let whole = joined(&call.engine, &upload, &wanted, first, &mut incoming).await?;
        if announced.is_some_and(|announced| upload.bytes + announced != whole.bytes()) {
            return Err(RegistryError::size_invalid("the body has another length than Content-Range says"));
        }
        let wanted = wanted.clone();
        work(&call.engine, move |engine| {
            let whole = whole.finish_as(&wanted)?;
            end(engine, &asked, &upload, wanted, whole)
        })
        .await?;
    }
    created(named.location(&format!("blobs/{wanted}"))?, &wanted)
}

/// The one part that an upload has, which is the blob if it has its digest.
fn only_part(engine: &Engine, upload: &Upload, wanted: &Digest) -> Result<Stored, RegistryError> {
    let part = upload.parts.first().ok_or_else(RegistryError::upload_unknown)?;
    let found = if wanted.algorithm() == part.stored.algorithm() {
        part.stored.clone()
    } else {
        let mut hasher = wanted.hasher();
        read(engine, &part.stored, |bytes| {
            hasher.update(bytes);
            Ok(())
        })?;
        hasher.finish()
    };
    if found == *wanted {
        Ok(Stored { digest: part.stored.clone(), bytes: part.bytes })
    } else {
        Err(mismatch(wanted, &found))
    }
}

/// The parts that came before, and what comes now, in one.
async fn joined(
    engine: &Arc<Engine>,
    upload: &Upload,
    wanted: &Digest,
    first: Option<Piece>,
    incoming: &mut Incoming,
) -> Result<Sink, RegistryError> {
    let (parts, algorithm) = (upload.parts.clone(), wanted.algorithm().to_owned());
    let sink = work(engine, move |engine| {
        let mut sink = Sink::open(&engine.blobs, &algorithm)?;
        for part in &parts {
            read(engine, &part.stored, |bytes| sink.add(bytes))?;
        }
        Ok(sink)
    })
    .await?;
    let (sink, broken) = pour(engine, sink, first, incoming).await?;
    broken.map_or(Ok(sink), Err)
}

/// Reads a stored blob piece by piece. Blocks.
fn read(
    engine: &Engine,
    stored: &Digest,
    mut sink: impl FnMut(&[u8]) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    let mut file = engine.blobs.open_file(stored)?;
    let mut piece = vec![0; UPLOAD_PIECE];
    loop {
        let count = file
            .read(&mut piece)
            .map_err(|error| limpid_store::BlobError::Unavailable(format!("a part of an upload: {error}")))?;
        if count == 0 {
            return Ok(());
        }
        sink(piece.get(..count).unwrap_or_default())?;
    }
}

/// Gives the blob to the repository and ends the upload, both or neither. Blocks.
fn end(
    engine: &Engine,
    asked: &Asked,
    upload: &Upload,
    digest: Digest,
    whole: Stored,
) -> Result<(), RegistryError> {
    fault::point("push: blob put");
    let blob = RegistryBlob { digest, stored: whole.digest, bytes: whole.bytes };
    let is_ended = engine.database.write(|tx| {
        // First what the upload may be the last to keep.
        quota::check(stored::add_blob(tx, upload.repository, &blob)?, &asked.named.whole)?;
        if stored::end_upload(tx, upload)? { Ok(()) } else { Err(Ended::Elsewhere) }
    });
    fault::point("push: blob noted");
    match is_ended {
        Ok(()) => Ok(()),
        Err(Ended::Elsewhere) => Err(asked.moved(engine)?),
        Err(Ended::Refused(error)) => Err(error),
    }
}

/// Why an upload was not ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("somebody else went on with it")]
    Elsewhere,
    #[error(transparent)]
    Refused(#[from] RegistryError),
}

impl From<limpid_store::StoreError> for Ended {
    fn from(error: limpid_store::StoreError) -> Self {
        Self::Refused(error.into())
    }
}
