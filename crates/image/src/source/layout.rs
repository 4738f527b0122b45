//! The OCI image layout (image-layout.md): `oci-layout`, `index.json` and `blobs/ALGORITHM/HEX`.
//!
//! Which image is meant is decided among the entries of `index.json` by their names; which platform of it, by
//! [`super::resolve`].

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use limpid_core::Digest;
use serde::Deserialize;

use super::{
    document::{self, Descriptor, Document, OCI_INDEX},
    error::{SourceError, shown},
    files::Files,
    platforms::{self, OpenedPlatforms},
    resolve::{Content, ContentImage, ContentKind, Start},
};
use crate::{
    limits,
    platform::{Platform, Platforms},
    reference::Selector,
};

pub(crate) const INDEX: &str = "index.json";
const VERSION: &str = "oci-layout";
/// Bytes of the `oci-layout` file, which holds one version.
const VERSION_BYTES: u64 = 4096;
/// What the entry is called: a tag, or whatever its writer liked.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The full reference, where containerd or Docker wrote the layout.
const IMAGE_NAME: &str = "io.containerd.image.name";

/// An OCI layout over a set of files.
pub(crate) struct Layout<F>(F);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LayoutVersion {
    image_layout_version: String,
}

/// Opens an image of a layout.
pub(crate) fn open<F: Files>(
    files: F,
    selector: Option<&Selector>,
    platform: Option<&Platform>,
    reference: &str,
) -> Result<ContentImage<Layout<F>>, SourceError> {
    let (content, start) = start(files, selector, false)?;
    ContentImage::resolve(content, start, platform, reference)
}

/// Opens the images of a layout for several platforms.
pub(crate) fn open_platforms<F: Files + 'static>(
    files: F,
    selector: Option<&Selector>,
    wanted: &Platforms,
    reference: &str,
) -> Result<OpenedPlatforms, SourceError> {
    let (content, start) = start(files, selector, true)?;
    platforms::resolve(content, start, wanted, reference)
}

/// The layout, and its entries that are meant; where `beside`, with those that are no images.
fn start<F: Files>(
    files: F,
    selector: Option<&Selector>,
    beside: bool,
) -> Result<(Layout<F>, Start), SourceError> {
    check_version(&files)?;
    let entries = entries(&files)?;
    let no_image = |entry: &&Descriptor| {
        beside && !entry.may_be_image() && selector.is_none_or(|selector| is_meant(entry, selector))
    };
    let others: Vec<Descriptor> = entries.iter().filter(no_image).cloned().collect();
    let mut chosen = choose(entries, selector, files.place())?;
    // The index itself is what was chosen from, not an image: its digest names nothing.
    let digest = chosen.first().map_or_else(|| Digest::of(b""), |first| first.digest.clone());
    chosen.extend(others);
    Ok((Layout(files), Start { document: Document::Index(chosen), digest, stated: None }))
}

fn check_version(files: &dyn Files) -> Result<(), SourceError> {
    let Some(bytes) = files.read(VERSION, VERSION_BYTES)? else { return Ok(()) };
    let version: LayoutVersion = serde_json::from_slice(&bytes)
        .map_err(|error| SourceError::invalid(VERSION, files.place(), error))?;
    if version.image_layout_version.starts_with("1.") {
        return Ok(());
    }
    let what = format!("an OCI layout of version {}", shown(&version.image_layout_version));
    Err(SourceError::unsupported(what, files.place(), "Version 1 is read"))
}

fn entries(files: &dyn Files) -> Result<Vec<Descriptor>, SourceError> {
    let place = files.place();
    let bytes = files
        .read(INDEX, limits::MANIFEST_BYTES)?
        .ok_or_else(|| SourceError::not_found(INDEX, place, "An OCI layout has one at its top"))?;
    match document::parse(&bytes, Some(OCI_INDEX), INDEX, place)? {
        Document::Index(entries) => Ok(entries),
        Document::Manifest(_) => Err(SourceError::invalid(INDEX, place, "it is a manifest, not an index")),
    }
}

/// The entries that are the one image that is meant: several only where they are its platforms.
fn choose(
    entries: Vec<Descriptor>,
    selector: Option<&Selector>,
    place: &str,
) -> Result<Vec<Descriptor>, SourceError> {
    let images: Vec<Descriptor> = entries.into_iter().filter(Descriptor::may_be_image).collect();
    let named: Vec<Descriptor> = match selector {
        Some(selector) => images.iter().filter(|entry| is_meant(entry, selector)).cloned().collect(),
        None => images.clone(),
    };
    if let (Some(selector), []) = (selector, named.as_slice()) {
        let remedy = format!("It has {}", candidates(&images).join(", "));
        return Err(SourceError::not_found(shown(selector.as_str()), place, remedy));
    }
    // One image may have several names, each with an entry of its own.
    let distinct: BTreeMap<Digest, Descriptor> =
        named.iter().map(|entry| (entry.digest.clone(), entry.clone())).collect();
    let names: BTreeSet<Option<&str>> = distinct.values().map(name).collect();
    let are_platforms = names.len() == 1 && distinct.values().all(|entry| entry.platform().is_some());
    if distinct.len() > 1 && !are_platforms {
        return Err(SourceError::Ambiguous { place: place.to_owned(), candidates: candidates(&named) });
    }
    let mut seen = BTreeSet::new();
    Ok(named.into_iter().filter(|entry| seen.insert(entry.digest.clone())).collect())
}

fn is_meant(entry: &Descriptor, selector: &Selector) -> bool {
    match selector.digest() {
        Some(digest) => entry.digest.as_str() == digest,
        None => [REF_NAME, IMAGE_NAME]
            .iter()
            .any(|key| entry.annotation(key).is_some_and(|name| selector.names(name))),
    }
}

fn name(entry: &Descriptor) -> Option<&str> {
    entry.annotation(IMAGE_NAME).or_else(|| entry.annotation(REF_NAME))
}

/// How the entries can be asked for, each once.
fn candidates(entries: &[Descriptor]) -> Vec<String> {
    let names: BTreeSet<String> =
        entries.iter().map(|entry| name(entry).map_or_else(|| format!("@{}", entry.digest), shown)).collect();
    names.into_iter().collect()
}

impl<F: Files> Content for Layout<F> {
    fn place(&self) -> &str {
        self.0.place()
    }

    fn open(&self, _: ContentKind, digest: &Digest, size: u64) -> Result<Box<dyn Read + Send>, SourceError> {
        let path = format!("blobs/{}/{}", digest.algorithm(), digest.hex());
        let file = self.0.open(&path)?.ok_or_else(|| {
            SourceError::not_found(digest.to_string(), self.place(), "The image was not stored whole")
        })?;
        if file.size != size {
            let detail = format!("it has {} bytes, and its descriptor says {size}", file.size);
            return Err(SourceError::invalid(digest.to_string(), self.place(), detail));
        }
        Ok(file.reader)
    }
}
