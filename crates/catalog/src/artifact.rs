//! The catalog as an OCI artifact (OCI image specification 1.1, “Guidelines for Artifact Usage”).
//!
//! The configuration is the catalog's state, and each segment is a layer, so only segments that changed are transferred.
//! What speaks to a registry implements [`ArtifactStore`].

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Read, Write},
    path::Path,
};

use chrono::{DateTime, Utc};
use limpid_core::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    State, Store, limits,
    state::decode,
    transfer::{Arrival, ArrivalError, Incoming, in_force, is_here, open, put_in_force},
};

/// Media type of the manifest.
pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// What kind of artifact it is.
pub const ARTIFACT_TYPE: &str = "application/vnd.limpid.catalog.v1";
/// Media type of the configuration: the catalog's state.
pub const CONFIG_TYPE: &str = "application/vnd.limpid.catalog.state.v1+json";
/// Media type of a layer: a segment.
pub const SEGMENT_TYPE: &str = "application/vnd.limpid.catalog.segment.v1";

/// Largest manifest that is read: the bound of common registries.
const MANIFEST_BYTES: usize = 4 << 20;

/// Whatever a registry client fails with.
pub type StoreFailure = Box<dyn Error + Send + Sync>;

/// Opens a blob for reading, as often as an upload has to begin anew.
pub type OpenBlob<'a> = &'a dyn Fn() -> io::Result<Box<dyn Read + Send>>;

/// One repository and tag of a registry.
pub trait ArtifactStore {
    /// Whether the repository has a blob.
    fn has_blob(&self, digest: &Digest) -> Result<bool, StoreFailure>;

    /// Uploads a blob of `size` bytes. `open` gives the bytes from their start, again where the connection was lost.
    fn put_blob(&self, digest: &Digest, size: u64, open: OpenBlob<'_>) -> Result<(), StoreFailure>;

    /// Downloads a blob.
    fn get_blob(&self, digest: &Digest, into: &mut dyn Write) -> Result<(), StoreFailure>;

    /// Uploads the manifest under the tag.
    fn put_manifest(&self, media_type: &str, manifest: &[u8]) -> Result<(), StoreFailure>;

    /// Downloads the manifest of the tag.
    fn get_manifest(&self) -> Result<Vec<u8>, StoreFailure>;
}

/// What was transferred.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Transferred {
    /// Segments that were transferred.
    pub segments: usize,
    /// Segments that were there already.
    pub skipped: usize,
    /// Bytes of all blobs that were transferred.
    pub bytes: u64,
}

/// A push or pull that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The registry fails.
    #[error("the registry: {0}")]
    Registry(StoreFailure),
    /// What arrived, or is here, is not as it should be.
    #[error(transparent)]
    Arrival(#[from] ArrivalError),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: String,
    /// Empty: an image, or an artifact of an older kind.
    #[serde(default)]
    artifact_type: String,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: Digest,
    size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

/// The bytes of manifest and configuration for a state.
fn encode(state: &State) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let config = serde_json::to_vec(state)?;
    let layers = in_force(state).into_values().map(|(feed, loaded)| {
        let annotations = BTreeMap::from([
            ("org.opencontainers.image.title".to_owned(), format!("{}.segment", loaded.segment.hex())),
            ("dev.limpid.feed".to_owned(), feed.to_owned()),
            ("dev.limpid.records".to_owned(), loaded.records.to_string()),
        ]);
        let (digest, size) = (loaded.segment.clone(), loaded.bytes);
        Descriptor { media_type: SEGMENT_TYPE.to_owned(), digest, size, annotations }
    });
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST_TYPE.to_owned(),
        artifact_type: ARTIFACT_TYPE.to_owned(),
        config: Descriptor {
            media_type: CONFIG_TYPE.to_owned(),
            digest: Digest::of(&config),
            size: config.len() as u64,
            annotations: BTreeMap::new(),
        },
        layers: layers.collect(),
    };
    Ok((serde_json::to_vec(&manifest)?, config))
}

/// Uploads the data in force. Blobs that the repository has are not uploaded again; the manifest comes last.
///
/// # Errors
/// [`ArtifactError`]. Then the tag is what it was.
pub fn push(store: &Store, registry: &dyn ArtifactStore) -> Result<Transferred, ArtifactError> {
    let state = store.read().map_err(ArrivalError::from)?.portable();
    let (manifest, config) = encode(&state).map_err(ArrivalError::from)?;
    let mut transferred = Transferred::default();
    for (digest, (_, loaded)) in in_force(&state) {
        if registry.has_blob(digest).map_err(ArtifactError::Registry)? {
            transferred.skipped += 1;
            continue;
        }
        let open = || {
            open(store, loaded).map(|file| Box::new(file) as Box<dyn Read + Send>).map_err(io::Error::other)
        };
        registry.put_blob(digest, loaded.bytes, &open).map_err(ArtifactError::Registry)?;
        transferred.segments += 1;
        transferred.bytes += loaded.bytes;
    }
    let digest = Digest::of(&config);
    if !registry.has_blob(&digest).map_err(ArtifactError::Registry)? {
        let size = config.len() as u64;
        let open = || Ok(Box::new(io::Cursor::new(config.clone())) as Box<dyn Read + Send>);
        registry.put_blob(&digest, size, &open).map_err(ArtifactError::Registry)?;
        transferred.bytes += size;
    }
    registry.put_manifest(MANIFEST_TYPE, &manifest).map_err(ArtifactError::Registry)?;
    Ok(transferred)
}

/// Downloads a catalog and puts it in force in one step. Segments that are here are not downloaded again; feeds that it
/// lacks stay as they are.
///
/// # Errors
/// [`ArtifactError`]; then nothing is changed. A catalog that is older than what is in force is taken with `force` only.
pub fn pull(
    store: &Store,
    registry: &dyn ArtifactStore,
    force: bool,
    now: DateTime<Utc>,
) -> Result<(Transferred, Arrival), ArtifactError> {
    let manifest = registry.get_manifest().map_err(ArtifactError::Registry)?;
    let manifest = decode_manifest(&manifest)?;
    let mut config = Bounded { bytes: Vec::new(), most: limits::CATALOG_BYTES.min(manifest.config.size) };
    registry.get_blob(&manifest.config.digest, &mut config).map_err(ArtifactError::Registry)?;
    let config = config.bytes;
    if Digest::of(&config) != manifest.config.digest {
        return Err(wrong("the catalog's state has another digest than announced"));
    }
    let state =
        decode(&config, Path::new("the artifact's configuration")).map_err(ArrivalError::from)?.portable();
    let mut transferred = Transferred { bytes: config.len() as u64, ..Transferred::default() };
    for (digest, (feed, loaded)) in in_force(&state) {
        if is_here(store, feed, loaded)? {
            transferred.skipped += 1;
            continue;
        }
        let mut incoming = Incoming::new(store, loaded)?;
        registry.get_blob(digest, &mut incoming).map_err(ArtifactError::Registry)?;
        incoming.finish(store, feed, loaded)?;
        transferred.segments += 1;
        transferred.bytes += loaded.bytes;
    }
    Ok((transferred, put_in_force(store, state, force, now)?))
}

fn decode_manifest(bytes: &[u8]) -> Result<Manifest, ArtifactError> {
    if bytes.len() > MANIFEST_BYTES {
        return Err(wrong("the manifest is too large"));
    }
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|error| wrong(&format!("the manifest: {error}")))?;
    if manifest.artifact_type == ARTIFACT_TYPE && manifest.config.media_type == CONFIG_TYPE {
        Ok(manifest)
    } else {
        let found = if manifest.artifact_type.is_empty() { "an image" } else { &manifest.artifact_type };
        Err(wrong(&format!("not a catalog, but {found}")))
    }
}

fn wrong(what: &str) -> ArtifactError {
    ArtifactError::Arrival(ArrivalError::Wrong(what.to_owned()))
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    most: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.most {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than announced"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
