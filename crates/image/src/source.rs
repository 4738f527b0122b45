//! Image sources: where an image's manifest, configuration and layers come from.
//!
//! Whatever the source, an opened image has verified its manifest and configuration against their digests, and knows
//! for each layer what its bytes must hash to. Layers are opened one by one, from several threads, as plain streams;
//! whoever reads one verifies it ([`crate::layer`]).

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use limpid_core::{Digest, ImageFacts};

use crate::{
    platform::{Platform, Platforms},
    reference::{ImageArgument, Location},
};

mod archive;
mod directory;
mod docker_archive;
mod document;
mod engine;
pub mod error;
mod files;
mod layout;
mod location;
pub mod manifest;
mod platforms;
pub mod registry;
mod resolve;
mod sbom;
mod spelling;
mod spool;

pub use document::NamedBase;
pub use error::SourceError;
pub use location::LayerLocation;
pub use platforms::{Beside, OpenedPlatforms, PlatformImage};
pub use registry::{CredentialFiles, RegistryClient};
pub use sbom::Sbom;

/// An image whose layers can be read.
pub trait LayeredImage: Send + Sync {
    /// What the image is.
    fn facts(&self) -> &ImageFacts;

    /// Its layers, lowest first.
    fn layers(&self) -> &[LayerDescriptor];

    /// Opens the layer at this place for reading, as stored (compressed or not).
    fn open_layer(&self, index: usize) -> Result<Box<dyn Read + Send>, SourceError>;

    /// The image that it says it was built on.
    fn named_base(&self) -> Option<&NamedBase> {
        None
    }

    /// Where the layer at this place is for others to fetch; `None` where only this process can read it.
    ///
    /// # Errors
    /// [`SourceError::NotFound`] where there is no such layer.
    fn layer_location(&self, _index: usize) -> Result<Option<LayerLocation>, SourceError> {
        Ok(None)
    }
}

/// A layer as the manifest and the configuration describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerDescriptor {
    /// Digest of the layer as stored.
    pub digest: Digest,
    /// Digest of the uncompressed tar, from the configuration.
    pub diff_id: Digest,
    /// Media type, as the manifest writes it. Compression is told by magic all the same.
    pub media_type: String,
    /// Size as stored, in bytes, where the manifest tells.
    pub size: Option<u64>,
}

/// How images are looked for.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// The platform that was asked for by name. `None`: this machine's, where there is a choice.
    pub platform: Option<Platform>,
    /// Directory, inside the data directory, for archives that have to be laid down while they are read. The files
    /// there have no name and vanish with the process.
    pub spool: PathBuf,
    /// Whether a registry may be spoken to without TLS, or with a certificate that nobody vouches for. Loopback hosts
    /// may always be spoken to without TLS.
    pub insecure: bool,
    /// Where credentials are read from.
    pub credentials: CredentialFiles,
    /// The socket of the local engine. `None`: where `DOCKER_HOST` says, else where Docker and Podman put it.
    pub engine_socket: Option<PathBuf>,
}

impl SourceOptions {
    /// The defaults: this machine's platform, TLS, the credentials of the user's environment.
    pub fn new(spool: impl Into<PathBuf>) -> Self {
        Self {
            platform: None,
            spool: spool.into(),
            insecure: false,
            credentials: CredentialFiles::from_environment(),
            engine_socket: None,
        }
    }
}

/// What an argument led to.
pub enum OpenedImage {
    /// An image of layers.
    Layers(Box<dyn LayeredImage>),
    /// A bare root file system.
    Root(RootFilesystem),
    /// A list of packages, and nothing of the image itself.
    Sbom(Sbom),
}

/// A directory with a root file system, such as a mounted image or a chroot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootFilesystem {
    /// How it was named.
    pub reference: String,
    /// The directory.
    pub path: PathBuf,
}

/// Opens the image that `argument` names. Nothing of its layers is read yet.
///
/// # Errors
/// Whatever keeps the image from being opened, see [`SourceError`].
pub fn open(argument: &ImageArgument, options: &SourceOptions) -> Result<OpenedImage, SourceError> {
    let reference = argument.text();
    let layers: Box<dyn LayeredImage> = match argument.location() {
        Location::RootFilesystem(path) => return root(reference, path),
        Location::Sbom(path) => return sbom::open(reference, path).map(OpenedImage::Sbom),
        Location::OciDirectory(path, selector) => {
            directory::open(path, selector.as_ref(), reference, options.platform.as_ref())?
        }
        Location::Archive(path, kind, selector) => {
            archive::open_path(path, *kind, selector.as_ref(), reference, options)?
        }
        Location::StandardInput => archive::open_stream(std::io::stdin().lock(), reference, options)?,
        Location::Engine(name) => engine::open(name, reference, options)?,
        Location::Registry(name) => Box::new(registry::open(name, reference, options)?),
    };
    Ok(OpenedImage::Layers(layers))
}

/// Opens the images that `argument` names for several platforms. Where only one image can be, it is that one; nothing of
/// any layer is read yet.
///
/// # Errors
/// Whatever keeps all of them from being opened. What keeps one from it stands in its place.
pub fn open_platforms(
    argument: &ImageArgument,
    wanted: &Platforms,
    options: &SourceOptions,
) -> Result<OpenedPlatforms, SourceError> {
    let reference = argument.text();
    match argument.location() {
        Location::OciDirectory(path, selector) => {
            directory::open_platforms(path, selector.as_ref(), reference, wanted)
        }
        Location::Archive(path, kind, selector) => {
            archive::open_path_platforms(path, *kind, selector.as_ref(), reference, wanted, options)
        }
        Location::StandardInput => {
            archive::open_stream_platforms(std::io::stdin().lock(), reference, wanted, options)
        }
        Location::Registry(name) => registry::open_platforms(name, reference, wanted, options),
        Location::RootFilesystem(_) | Location::Sbom(_) | Location::Engine(_) => {
            let one = open(argument, &SourceOptions { platform: None, ..options.clone() })?;
            Ok(OpenedPlatforms::of_one(one, wanted, reference))
        }
    }
}

fn root(reference: &str, path: &Path) -> Result<OpenedImage, SourceError> {
    let place = path.display().to_string();
    let metadata = std::fs::metadata(path).map_err(|error| SourceError::io(&place, error))?;
    if !metadata.is_dir() {
        return Err(SourceError::unsupported(
            "a file",
            place,
            "dir: takes the directory of a root file system; archives are oci-archive: or docker-archive:",
        ));
    }
    Ok(OpenedImage::Root(RootFilesystem { reference: reference.to_owned(), path: path.to_owned() }))
}
