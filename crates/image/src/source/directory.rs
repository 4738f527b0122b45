//! An OCI image layout in a directory.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use super::{
    LayeredImage,
    error::SourceError,
    files::{Files, OpenedFile},
    layout,
    platforms::OpenedPlatforms,
};
use crate::{
    platform::{Platform, Platforms},
    reference::Selector,
};

/// Opens an image of the layout at `path`.
pub(crate) fn open(
    path: &Path,
    selector: Option<&Selector>,
    reference: &str,
    platform: Option<&Platform>,
) -> Result<Box<dyn LayeredImage>, SourceError> {
    Ok(Box::new(layout::open(Directory::at(path)?, selector, platform, reference)?))
}

/// Opens the images of the layout at `path` for several platforms.
pub(crate) fn open_platforms(
    path: &Path,
    selector: Option<&Selector>,
    reference: &str,
    wanted: &Platforms,
) -> Result<OpenedPlatforms, SourceError> {
    layout::open_platforms(Directory::at(path)?, selector, wanted, reference)
}

/// Files of a directory. The paths asked for are made of fixed names and digests, so none leads out of it by itself;
/// links that its owner made are followed, and what they lead to has to match its digest.
struct Directory {
    root: PathBuf,
    place: String,
}

impl Directory {
    fn at(path: &Path) -> Result<Self, SourceError> {
        let place = path.display().to_string();
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Self { root: path.to_owned(), place }),
            Ok(metadata) => {
                let remedy = if metadata.is_file() { "It is a file: oci-archive: reads it" } else { "" };
                Err(SourceError::not_found("a directory", place, remedy))
            }
            Err(error) => Err(SourceError::io(place, error)),
        }
    }
}

impl Files for Directory {
    fn place(&self) -> &str {
        &self.place
    }

    fn open(&self, path: &str) -> Result<Option<OpenedFile>, SourceError> {
        let path = self.root.join(path);
        let failed = |error| SourceError::io(path.display().to_string(), error);
        // Looked at before it is opened: to open a pipe would wait for a writer for ever.
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => {
                return Err(SourceError::invalid(path.display().to_string(), &self.place, "it is no file"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        let file = File::open(&path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Ok(Some(OpenedFile { reader: Box::new(file), size }))
    }
}
