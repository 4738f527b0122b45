//! `limpid db push` and `limpid db pull`: the catalog as an OCI artifact. Joins the catalog and the registry client.

use std::io::{self, Write};

use anyhow::Context;
use limpid_catalog::artifact::{
    self, ArtifactError, ArtifactStore, MANIFEST_TYPE, OpenBlob, StoreFailure, Transferred,
};
use limpid_core::Digest;
use limpid_image::{
    reference::RegistryReference,
    source::{CredentialFiles, RegistryClient},
};

use super::transfer::{say, with_remedy};
use crate::{engine::Engine, exit::Status, writer::write_to};

/// Pushes the catalog.
pub(super) fn push(engine: &Engine, reference: &str, insecure: bool) -> anyhow::Result<Status> {
    let repository = Repository::open(reference, insecure)?;
    let transferred = artifact::push(engine.catalog(), &repository).with_context(|| reference.to_owned())?;
    say_transferred("pushed", &transferred)?;
    Ok(Status::Done)
}

/// Pulls the catalog and puts it in force.
pub(super) fn pull(engine: &Engine, reference: &str, insecure: bool, force: bool) -> anyhow::Result<Status> {
    let repository = Repository::open(reference, insecure)?;
    let (transferred, arrival) = artifact::pull(engine.catalog(), &repository, force, engine.now())
        .map_err(|error| match error {
            ArtifactError::Arrival(error) => with_remedy(error),
            error @ ArtifactError::Registry(_) => error.into(),
        })
        .with_context(|| reference.to_owned())?;
    say_transferred("pulled", &transferred)?;
    say(&arrival)?;
    Ok(Status::Done)
}

fn say_transferred(word: &str, transferred: &Transferred) -> anyhow::Result<()> {
    let Transferred { segments, skipped, bytes } = transferred;
    write_to(None, |out| {
        writeln!(out, "{segments} segments {word} ({bytes} bytes), {skipped} were there already")
    })
}

/// A tag of a repository.
struct Repository {
    client: RegistryClient,
    tag: String,
}

impl Repository {
    fn open(reference: &str, insecure: bool) -> anyhow::Result<Self> {
        let parsed: RegistryReference = reference.parse().map_err(anyhow::Error::msg)?;
        let client = RegistryClient::new(&parsed, insecure, CredentialFiles::from_environment())?;
        Ok(Self { client, tag: parsed.identifier().to_owned() })
    }
}

impl ArtifactStore for Repository {
    fn has_blob(&self, digest: &Digest) -> Result<bool, StoreFailure> {
        Ok(self.client.blob_exists(digest)?)
    }

    fn put_blob(&self, digest: &Digest, size: u64, open: OpenBlob<'_>) -> Result<(), StoreFailure> {
        Ok(self.client.push_blob(digest, size, open)?)
    }

    fn get_blob(&self, digest: &Digest, into: &mut dyn Write) -> Result<(), StoreFailure> {
        io::copy(&mut self.client.pull_blob(digest, None)?, into)?;
        Ok(())
    }

    fn put_manifest(&self, media_type: &str, manifest: &[u8]) -> Result<(), StoreFailure> {
        self.client.push_manifest(&self.tag, media_type, manifest)?;
        Ok(())
    }

    fn get_manifest(&self) -> Result<Vec<u8>, StoreFailure> {
        Ok(self.client.pull_manifest(&self.tag, &[MANIFEST_TYPE])?.bytes)
    }
}
