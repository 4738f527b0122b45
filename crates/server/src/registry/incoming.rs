//! Blobs that come: read as fast as the client sends them, hashed and written by threads that never wait for one.

use std::{io::Write, sync::Arc};

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use limpid_core::{Digest, digest::Hasher};
use limpid_store::{Blobs, blobs::BlobWriter};

use super::{RegistryError, work};
use crate::{
    engine::Engine,
    limits::{UPLOAD_BYTES, UPLOAD_IDLE, UPLOAD_PIECE},
};

/// The body of a request, in pieces that are worth a thread's while.
pub(super) struct Incoming {
    body: Body,
    left: u64,
    has_ended: bool,
}

impl Incoming {
    /// A body that goes on behind so many bytes.
    pub(super) fn new(body: Body, before: u64) -> Self {
        Self { body, left: UPLOAD_BYTES.saturating_sub(before), has_ended: false }
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, RegistryError> {
        let mut piece = Vec::new();
        while !self.has_ended && piece.len() < UPLOAD_PIECE {
            match self.frame().await? {
                Some(bytes) => piece.extend_from_slice(&bytes),
                None => self.has_ended = true,
            }
        }
        self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(|| {
            RegistryError::too_large(format!("a blob may have at most {UPLOAD_BYTES} bytes"))
        })?;
        Ok((!piece.is_empty()).then(|| piece.into()))
    }

    async fn frame(&mut self) -> Result<Option<Bytes>, RegistryError> {
        let frame = tokio::time::timeout(UPLOAD_IDLE, self.body.frame()).await;
        match frame {
            Ok(None) => Ok(None),
            // Trailers carry nothing of a blob.
            Ok(Some(Ok(frame))) => Ok(Some(frame.into_data().unwrap_or_default())),
            Ok(Some(Err(error))) => {
                tracing::debug!(%error, "a blob broke off");
                Err(RegistryError::broken_off("the body broke off"))
            }
            Err(_elapsed) => Err(RegistryError::broken_off("the body did not come in time")),
        }
    }
}

/// Where the bytes of a blob go.
pub(super) struct Sink {
    writer: BlobWriter,
    /// Where the digest is of another algorithm than that of the storage.
    other: Option<Hasher>,
}

/// A blob that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// As it is stored.
    pub(super) digest: Digest,
    /// Its length.
    pub(super) bytes: u64,
}

impl Sink {
    /// Begins a blob. Blocks.
    pub(super) fn open(blobs: &Blobs, algorithm: &str) -> Result<Self, RegistryError> {
        let other = (algorithm == "sha512").then(Hasher::sha512);
        Ok(Self { writer: blobs.writer()?, other })
    }

    /// Adds bytes. Blocks.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), RegistryError> {
        if let Some(hasher) = &mut self.other {
            hasher.update(bytes);
        }
        self.writer.write_all(bytes).map_err(|error| {
            limpid_store::BlobError::Unavailable(format!("a blob that comes: {error}")).into()
        })
    }

    /// How many bytes it has.
    pub(super) fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    /// Stores it, where it has this digest. Blocks.
    pub(super) fn finish_as(self, digest: &Digest) -> Result<Stored, RegistryError> {
        let found = match &self.other {
            Some(hasher) => hasher.clone().finish(),
            None => self.writer.digest(),
        };
        if found != *digest {
            return Err(mismatch(digest, &found));
        }
        self.finish()
    }

    /// Stores it, whatever it is. Blocks.
    pub(super) fn finish(self) -> Result<Stored, RegistryError> {
        let (digest, bytes) = self.writer.finish()?;
        Ok(Stored { digest, bytes })
    }
}

/// The bytes are not those of the digest.
pub(super) fn mismatch(wanted: &Digest, found: &Digest) -> RegistryError {
    RegistryError::digest_invalid(format!("the bytes have the digest {found}, not {wanted}"))
}

/// Adds all that comes to a blob. Where it broke off, the blob has what came before, and it is told why.
pub(super) async fn pour(
    engine: &Arc<Engine>,
    mut sink: Sink,
    first: Option<Bytes>,
    incoming: &mut Incoming,
) -> Result<(Sink, Option<RegistryError>), RegistryError> {
    let mut next = first;
    while let Some(piece) = next {
        let add = work(engine, move |_| sink.add(&piece).map(|()| sink));
        let (added, following) = tokio::join!(add, incoming.piece());
        sink = added?;
        next = match following {
            Ok(following) => following,
            Err(broken) => return Ok((sink, Some(broken))),
        };
    }
    Ok((sink, None))
}
