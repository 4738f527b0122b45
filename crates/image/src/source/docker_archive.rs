//! What `docker save` writes: `manifest.json`, configurations, and layers as tar files.
//!
//! The format has no digests of its own. An image is named by the digest of its configuration, which holds the diff
//! ids of its layers, so all is verified all the same.

use std::{
    collections::BTreeSet,
    io::{self, Read},
};

use limpid_core::{Digest, ImageFacts, digest::Hasher};
use serde::Deserialize;

use super::{
    LayerDescriptor, LayeredImage,
    document::{self, Configuration},
    error::{SourceError, shown},
    files::{Files, OpenedFile},
    resolve, spelling,
};
use crate::{limits, platform::Platform, reference::Selector};

/// The list of the images.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The fields of that list that decide something.
const FIELDS: [&str; 3] = ["Config", "RepoTags", "Layers"];

const LAYER_TYPE: &str = "application/vnd.docker.image.rootfs.diff.tar";
const GZIP_LAYER_TYPE: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "Config")]
    config: String,
    #[serde(rename = "RepoTags", default)]
    names: Option<Vec<String>>,
    #[serde(rename = "Layers", default)]
    layers: Option<Vec<String>>,
}

impl Image {
    fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    fn paths(&self) -> &[String] {
        self.layers.as_deref().unwrap_or_default()
    }

    /// The digest that the path of the configuration promises: `HEX.json`, or `blobs/sha256/HEX`.
    fn promised_digest(&self) -> Option<Digest> {
        let name = self.config.rsplit('/').next().unwrap_or_default();
        format!("sha256:{}", name.trim_end_matches(".json")).parse().ok()
    }

    fn is_meant(&self, selector: &Selector) -> bool {
        match selector.digest() {
            Some(digest) => self.promised_digest().is_some_and(|own| own.as_str() == digest),
            None => self.names().iter().any(|name| selector.names(name)),
        }
    }
}

/// An image of `docker save`.
pub(crate) struct DockerArchive<F> {
    files: F,
    facts: ImageFacts,
    layers: Vec<LayerDescriptor>,
    paths: Vec<String>,
}

/// Opens an image of the archive.
pub(crate) fn open<F: Files>(
    files: F,
    selector: Option<&Selector>,
    platform: Option<&Platform>,
    reference: &str,
) -> Result<DockerArchive<F>, SourceError> {
    let image = choose(images(&files)?, selector, files.place())?;
    let (digest, configuration) = configuration(&files, &image)?;
    resolve::check_platform(&configuration.platform, platform, files.place())?;
    let paths = image.paths().to_vec();
    let layers = paths
        .iter()
        .zip(&configuration.diff_ids)
        .map(|(path, diff_id)| describe(&files, path, diff_id))
        .collect::<Result<Vec<_>, _>>()?;
    let facts = ImageFacts {
        reference: reference.to_owned(),
        digest,
        platform: configuration.platform.to_string(),
        layers: layers.iter().map(|layer| layer.digest.clone()).collect(),
    };
    Ok(DockerArchive { files, facts, layers, paths })
}

fn images(files: &dyn Files) -> Result<Vec<Image>, SourceError> {
    let place = files.place();
    let bytes = files
        .read(MANIFEST, limits::MANIFEST_BYTES)?
        .ok_or_else(|| SourceError::not_found(MANIFEST, place, "docker save writes one"))?;
    spelling::parse(&bytes, &FIELDS).map_err(|error| SourceError::invalid(MANIFEST, place, error))
}

fn choose(images: Vec<Image>, selector: Option<&Selector>, place: &str) -> Result<Image, SourceError> {
    let all = candidates(images.iter());
    let mut meant: Vec<Image> = match selector {
        Some(selector) => images.into_iter().filter(|image| image.is_meant(selector)).collect(),
        None => images,
    };
    let configurations: BTreeSet<&str> = meant.iter().map(|image| image.config.as_str()).collect();
    if configurations.len() > 1 {
        return Err(SourceError::Ambiguous { place: place.to_owned(), candidates: candidates(meant.iter()) });
    }
    meant.pop().ok_or_else(|| match selector {
        Some(selector) => {
            let remedy = format!("It has {}", all.join(", "));
            SourceError::not_found(shown(selector.as_str()), place, remedy)
        }
        None => SourceError::invalid(MANIFEST, place, "it lists no image"),
    })
}

/// How the images can be asked for, each once.
fn candidates<'a>(images: impl Iterator<Item = &'a Image>) -> Vec<String> {
    let unnamed = |image: &Image| image.promised_digest().map(|digest| format!("@{digest}"));
    let names: BTreeSet<String> = images
        .flat_map(|image| {
            let names: Vec<String> = image.names().iter().map(|name| shown(name)).collect();
            if names.is_empty() { unnamed(image).into_iter().collect() } else { names }
        })
        .collect();
    names.into_iter().collect()
}

fn configuration(files: &dyn Files, image: &Image) -> Result<(Digest, Configuration), SourceError> {
    let place = files.place();
    let path = shown(&image.config);
    let bytes = files.read(&image.config, limits::CONFIG_BYTES)?.ok_or_else(|| {
        SourceError::invalid(MANIFEST, place, format!("it names the configuration {path}, which is missing"))
    })?;
    if let Some(promised) = image.promised_digest() {
        resolve::verify(&bytes, &promised, &format!("configuration {path}"), place)?;
    }
    let layers = image.paths().len();
    if layers > limits::LAYERS {
        let what = format!("the list of layers of {MANIFEST}");
        return Err(SourceError::TooLarge { what, place: place.to_owned(), limit: limits::LAYERS as u64 });
    }
    Ok((Digest::of(&bytes), document::parse_configuration(&bytes, layers, place)?))
}

fn open_entry(files: &dyn Files, path: &str) -> Result<OpenedFile, SourceError> {
    files.open(path)?.ok_or_else(|| {
        let detail = format!("it names the layer {}, which is missing", shown(path));
        SourceError::invalid(MANIFEST, files.place(), detail)
    })
}

/// A layer is stored plain, so its diff id is its digest; some other tools store it compressed, and then its digest is
/// nowhere: it is computed.
fn describe(files: &dyn Files, path: &str, diff_id: &Digest) -> Result<LayerDescriptor, SourceError> {
    let OpenedFile { mut reader, size } = open_entry(files, path)?;
    let failed = |error| SourceError::io(format!("{} in {}", shown(path), files.place()), error);
    let mut start = Vec::new();
    reader.by_ref().take(4).read_to_end(&mut start).map_err(failed)?;
    let is_compressed = matches!(start.as_slice(), [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd]);
    let (digest, media_type) = if is_compressed {
        (digest_of(start.as_slice().chain(reader)).map_err(failed)?, GZIP_LAYER_TYPE)
    } else {
        (diff_id.clone(), LAYER_TYPE)
    };
    Ok(LayerDescriptor {
        digest,
        diff_id: diff_id.clone(),
        media_type: media_type.to_owned(),
        size: Some(size),
    })
}

fn digest_of(mut reader: impl Read) -> io::Result<Digest> {
    let mut hasher = Hasher::sha256();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(length) => hasher.update(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl<F: Files> LayeredImage for DockerArchive<F> {
    fn facts(&self) -> &ImageFacts {
        &self.facts
    }

    fn layers(&self) -> &[LayerDescriptor] {
        &self.layers
    }

    fn open_layer(&self, index: usize) -> Result<Box<dyn Read + Send>, SourceError> {
        let place = self.files.place();
        let path = self
            .paths
            .get(index)
            .ok_or_else(|| SourceError::not_found(format!("layer number {index}"), place, ""))?;
        Ok(open_entry(&self.files, path)?.reader)
    }
}
