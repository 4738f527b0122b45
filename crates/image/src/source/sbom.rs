//! A list of packages (SBOM) in a file or on standard input: bytes alone, bounded. What they mean is read in the core.

use std::{fs::File, io::Read, path::Path};

use super::error::SourceError;
use crate::limits::SBOM_BYTES;

/// A document, whole and not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sbom {
    /// How it was named.
    pub reference: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Takes the bytes of a document.
pub(super) fn open(reference: &str, path: &Path) -> Result<Sbom, SourceError> {
    let place = path.display().to_string();
    let failed = |error| SourceError::io(&*place, error);
    let mut content = Vec::new();
    if place == "-" {
        std::io::stdin().lock().take(SBOM_BYTES + 1).read_to_end(&mut content).map_err(failed)?;
    } else {
        // A pipe is well: a shell gives one in the place of a file.
        if std::fs::metadata(path).map_err(failed)?.is_dir() {
            let remedy =
                "sbom: takes a file; dir: scans the root file system in a directory, oci: an image layout";
            return Err(SourceError::unsupported("a directory", place, remedy));
        }
        File::open(path)
            .and_then(|file| file.take(SBOM_BYTES + 1).read_to_end(&mut content))
            .map_err(failed)?;
    }
    if content.len() as u64 > SBOM_BYTES {
        return Err(SourceError::TooLarge { what: "the document".to_owned(), place, limit: SBOM_BYTES });
    }
    Ok(Sbom { reference: reference.to_owned(), content })
}
