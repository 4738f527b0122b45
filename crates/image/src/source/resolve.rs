//! From a manifest or an index to one image: platforms, nested indexes, verification.
//!
//! Shared by every source that holds OCI content. A document is used only after its size and digest were checked.

use std::io::Read;

use limpid_core::{Digest, ImageFacts};

use super::{
    LayerDescriptor, LayerLocation, LayeredImage, NamedBase,
    document::{self, Descriptor, Document, Manifest},
    error::SourceError,
};
use crate::{limits, platform::Platform};

/// Which of a registry's two endpoints serves it; elsewhere there is one place for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentKind {
    /// A manifest or an index.
    Manifest,
    /// A configuration or a layer.
    Blob,
}

/// Content by digest.
pub(crate) trait Content: Send + Sync {
    /// Where it is, for messages.
    fn place(&self) -> &str;

    /// Opens what has this digest; [`SourceError::NotFound`] where it is missing. Not verified.
    fn open(
        &self,
        kind: ContentKind,
        digest: &Digest,
        size: u64,
    ) -> Result<Box<dyn Read + Send>, SourceError>;

    /// Where others can fetch the blob of this digest; `None` where they cannot.
    fn location(&self, _digest: &Digest) -> Option<LayerLocation> {
        None
    }
}

/// Reads a small document whole, and verifies its size and digest.
pub(crate) fn read_verified(
    content: &dyn Content,
    kind: ContentKind,
    descriptor: &Descriptor,
    what: &str,
    limit: u64,
) -> Result<Vec<u8>, SourceError> {
    let Descriptor { digest, size, .. } = descriptor;
    let place = content.place();
    if *size > limit {
        return Err(SourceError::TooLarge { what: what.to_owned(), place: place.to_owned(), limit });
    }
    let mut bytes = Vec::new();
    let reader = content.open(kind, digest, *size)?;
    reader
        .take(size.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| SourceError::io(format!("{what} in {place}"), error))?;
    if bytes.len() as u64 != *size {
        let detail = format!("its descriptor says {size} bytes, and it has another number");
        return Err(SourceError::invalid(what, place, detail));
    }
    verify(&bytes, digest, what, place)?;
    Ok(bytes)
}

/// Checks bytes against the digest that names them.
pub(crate) fn verify(bytes: &[u8], expected: &Digest, what: &str, place: &str) -> Result<(), SourceError> {
    let mut hasher = expected.hasher();
    hasher.update(bytes);
    let actual = hasher.finish();
    if actual == *expected {
        return Ok(());
    }
    Err(SourceError::DigestMismatch {
        what: what.to_owned(),
        place: place.to_owned(),
        expected: expected.clone(),
        actual,
    })
}

/// An image of OCI content, or of Docker's schema 2.
pub(crate) struct ContentImage<C> {
    content: C,
    facts: ImageFacts,
    layers: Vec<LayerDescriptor>,
    base: Option<NamedBase>,
}

/// A document on the way down, and what was said about it.
pub(crate) struct Start {
    pub(crate) document: Document,
    pub(crate) digest: Digest,
    pub(crate) stated: Option<Platform>,
}

impl<C: Content> ContentImage<C> {
    /// Goes from `start` down to one image for the platform that was asked for, or for this machine's.
    pub(crate) fn resolve(
        content: C,
        start: Start,
        asked: Option<&Platform>,
        reference: &str,
    ) -> Result<Self, SourceError> {
        let mut at = start;
        for _ in 0..=limits::INDEX_DEPTH {
            let children = match at.document {
                Document::Manifest(manifest) => {
                    return Self::finish(content, &manifest, at.digest, at.stated.as_ref(), asked, reference);
                }
                Document::Index(children) => children,
            };
            let child = pick(&children, asked, content.place())?;
            let what = format!("manifest {}", child.digest);
            let bytes = read_verified(&content, ContentKind::Manifest, child, &what, limits::MANIFEST_BYTES)?;
            let document = document::parse(&bytes, Some(&child.media_type), &what, content.place())?;
            at = Start { document, digest: child.digest.clone(), stated: child.platform() };
        }
        Err(SourceError::TooLarge {
            what: "the nesting of indexes".to_owned(),
            place: content.place().to_owned(),
            limit: limits::INDEX_DEPTH as u64,
        })
    }

    /// Whether every layer is here that its publisher does not keep elsewhere.
    pub(crate) fn is_complete(&self) -> Result<bool, SourceError> {
        for index in 0..self.layers.len() {
            match self.open_layer(index) {
                Ok(_) | Err(SourceError::LayerNotAvailable { .. }) => {}
                Err(SourceError::NotFound { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The image of a manifest that was read, whatever its platform.
    pub(super) fn of_manifest(
        content: C,
        manifest: &Manifest,
        digest: Digest,
        stated: Option<&Platform>,
        reference: &str,
    ) -> Result<Self, SourceError> {
        Self::finish(content, manifest, digest, stated, None, reference)
    }

    fn finish(
        content: C,
        manifest: &Manifest,
        digest: Digest,
        stated: Option<&Platform>,
        asked: Option<&Platform>,
        reference: &str,
    ) -> Result<Self, SourceError> {
        let bytes = read_verified(
            &content,
            ContentKind::Blob,
            &manifest.config,
            "the image's configuration",
            limits::CONFIG_BYTES,
        )?;
        let configuration = document::parse_configuration(&bytes, manifest.layers.len(), content.place())?;
        // Older tools wrote the variant into the index alone.
        let platform = match stated {
            Some(stated) if configuration.platform.is_unknown() => stated.clone(),
            Some(stated) if !configuration.has_variant && stated.same_processor(&configuration.platform) => {
                stated.clone()
            }
            _ => configuration.platform,
        };
        check_platform(&platform, asked, content.place())?;
        let layers: Vec<LayerDescriptor> = manifest
            .layers
            .iter()
            .zip(configuration.diff_ids)
            .map(|(layer, diff_id)| LayerDescriptor {
                digest: layer.digest.clone(),
                diff_id,
                media_type: layer.media_type.clone(),
                size: Some(layer.size),
            })
            .collect();
        let facts = ImageFacts {
            reference: reference.to_owned(),
            digest,
            platform: platform.to_string(),
            layers: layers.iter().map(|layer| layer.digest.clone()).collect(),
        };
        Ok(Self { content, facts, layers, base: manifest.base.as_deref().cloned() })
    }
}

impl<C: Content> LayeredImage for ContentImage<C> {
    fn facts(&self) -> &ImageFacts {
        &self.facts
    }

    fn layers(&self) -> &[LayerDescriptor] {
        &self.layers
    }

    fn open_layer(&self, index: usize) -> Result<Box<dyn Read + Send>, SourceError> {
        let layer = layer_at(&self.layers, index, self.content.place())?;
        let opened = self.content.open(ContentKind::Blob, &layer.digest, layer.size.unwrap_or_default());
        match opened {
            Err(SourceError::NotFound { .. }) if is_foreign(&layer.media_type) => {
                Err(SourceError::LayerNotAvailable {
                    digest: layer.digest.clone(),
                    media_type: layer.media_type.clone(),
                    place: self.content.place().to_owned(),
                })
            }
            other => other,
        }
    }

    fn named_base(&self) -> Option<&NamedBase> {
        self.base.as_ref()
    }

    fn layer_location(&self, index: usize) -> Result<Option<LayerLocation>, SourceError> {
        let layer = layer_at(&self.layers, index, self.content.place())?;
        Ok(self.content.location(&layer.digest))
    }
}

/// The layer at `index`, or an error for a caller that counts wrong.
pub(crate) fn layer_at<'a>(
    layers: &'a [LayerDescriptor],
    index: usize,
    place: &str,
) -> Result<&'a LayerDescriptor, SourceError> {
    layers.get(index).ok_or_else(|| SourceError::not_found(format!("layer number {index}"), place, ""))
}

/// Layers that registries may not hold (OCI: `nondistributable`; Docker: `foreign`).
fn is_foreign(media_type: &str) -> bool {
    media_type.contains(".nondistributable.") || media_type.contains(".foreign.")
}

/// Refuses an image that is not for the platform that was asked for by name.
pub(crate) fn check_platform(
    platform: &Platform,
    asked: Option<&Platform>,
    place: &str,
) -> Result<(), SourceError> {
    match asked {
        Some(asked) if asked.distance(platform).is_none() => Err(SourceError::PlatformNotFound {
            place: place.to_owned(),
            wanted: asked.clone(),
            available: vec![platform.to_string()],
        }),
        _ => Ok(()),
    }
}

/// Chooses the child of an index for a platform: the nearest; where several are as near, the first.
fn pick<'a>(
    children: &'a [Descriptor],
    asked: Option<&Platform>,
    place: &str,
) -> Result<&'a Descriptor, SourceError> {
    let images: Vec<&Descriptor> = children.iter().filter(|child| child.may_be_image()).collect();
    let wanted = asked.cloned().unwrap_or_else(Platform::host);
    let nearest = images
        .iter()
        .filter_map(|child| Some((wanted.distance(&child.platform()?)?, *child)))
        .min_by_key(|(distance, _)| *distance);
    if let Some((_, child)) = nearest {
        return Ok(child);
    }
    let unstated: Vec<&Descriptor> =
        images.iter().filter(|child| child.platform().is_none()).copied().collect();
    match (images.as_slice(), unstated.as_slice(), asked) {
        ([], _, _) => Err(SourceError::unsupported("an index without images", place, "Name an image")),
        // One image only: there is nothing to choose, its configuration tells its platform.
        ([only], _, None) | (_, [only], _) => Ok(only),
        (_, [], _) => Err(SourceError::PlatformNotFound {
            place: place.to_owned(),
            wanted,
            available: images
                .iter()
                .filter_map(|child| child.platform())
                .map(|one| one.to_string())
                .collect(),
        }),
        (_, several, _) => Err(SourceError::Ambiguous {
            place: place.to_owned(),
            candidates: several.iter().map(|child| format!("@{}", child.digest)).collect(),
        }),
    }
}
