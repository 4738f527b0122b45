//! All images of an index, or several of them, at once.
//!
//! Every entry of an index ends as an image, as an error of its own, or as something beside the images that is named: none
//! is left out in silence, and one that cannot be read hides no other.

use std::{collections::BTreeSet, io::Read, sync::Arc};

use limpid_core::Digest;

use super::{
    LayerLocation, LayeredImage, OpenedImage,
    document::{self, Descriptor, Document},
    error::{SourceError, shown},
    resolve::{Content, ContentImage, ContentKind, Start, read_verified},
};
use crate::{
    limits,
    platform::{Platform, Platforms},
};

/// What BuildKit's attestations hold in the place of layers (in-toto statements).
const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";
/// What an entry of an index is, where it is about another one (BuildKit's attestation storage).
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";

/// What an argument led to, platform by platform.
#[derive(Default)]
pub struct OpenedPlatforms {
    /// The images, in the order of the index; after them the platforms that were asked for and are not there.
    pub images: Vec<PlatformImage>,
    /// What stands in the index and is no image.
    pub beside: Vec<Beside>,
}

/// The image of one platform, or why there is none.
pub struct PlatformImage {
    /// The platform, or the digest where nobody tells one: for messages.
    pub name: String,
    /// The image.
    pub opened: Result<OpenedImage, SourceError>,
}

/// An entry of an index that is no image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Its digest.
    pub digest: Digest,
    /// What it is, such as `attestation-manifest`: its own word, or its media type.
    pub kind: String,
}

impl OpenedPlatforms {
    /// One image from where no other could be.
    pub(crate) fn of_one(image: OpenedImage, wanted: &Platforms, place: &str) -> Self {
        let images = match image {
            // Nobody knows what a bare root file system is for.
            OpenedImage::Root(root) => vec![entry(root.reference.clone(), Ok(OpenedImage::Root(root)))],
            // What a document says it is of stands in its report.
            OpenedImage::Sbom(one) => vec![entry(one.reference.clone(), Ok(OpenedImage::Sbom(one)))],
            OpenedImage::Layers(image) => {
                let digest = image.facts().digest.clone();
                chosen(vec![Candidate { stated: None, digest, image: Ok(image) }], wanted, place)
            }
        };
        Self { images, beside: Vec::new() }
    }
}

/// Goes from `start` down to all images that are wanted.
pub(crate) fn resolve<C: Content + 'static>(
    content: C,
    start: Start,
    wanted: &Platforms,
    reference: &str,
) -> Result<OpenedPlatforms, SourceError> {
    let mut walk = Walk {
        content: Arc::new(content),
        wanted,
        reference,
        seen: BTreeSet::new(),
        candidates: Vec::new(),
        beside: Vec::new(),
    };
    match start.document {
        Document::Index(children) => walk.index(&children, 0)?,
        Document::Manifest(_) => walk.document(start.document, start.digest, start.stated, 0)?,
    }
    let place = walk.content.place().to_owned();
    if walk.candidates.is_empty() {
        return Err(SourceError::unsupported("an index without images", place, "Name an image"));
    }
    Ok(OpenedPlatforms { images: chosen(walk.candidates, wanted, &place), beside: walk.beside })
}

/// What may be an image that is wanted.
struct Candidate {
    stated: Option<Platform>,
    digest: Digest,
    image: Result<Box<dyn LayeredImage>, SourceError>,
}

struct Walk<'a, C> {
    content: Arc<C>,
    wanted: &'a Platforms,
    reference: &'a str,
    /// An entry that stands twice is one.
    seen: BTreeSet<(Digest, Option<Platform>)>,
    candidates: Vec<Candidate>,
    beside: Vec<Beside>,
}

impl<C: Content + 'static> Walk<'_, C> {
    fn index(&mut self, children: &[Descriptor], depth: usize) -> Result<(), SourceError> {
        for child in children {
            if !self.seen.insert((child.digest.clone(), child.platform())) {
                continue;
            }
            if self.seen.len() > limits::INDEX_CHILDREN {
                return Err(SourceError::TooLarge {
                    what: "the list of all manifests".to_owned(),
                    place: self.content.place().to_owned(),
                    limit: limits::INDEX_CHILDREN as u64,
                });
            }
            if let Some(kind) = kind_beside(child) {
                self.beside.push(Beside { digest: child.digest.clone(), kind });
                continue;
            }
            let stated = child.platform();
            // What is for another platform by its own word need not be fetched; its name is told where nothing fits.
            if stated.as_ref().is_some_and(|stated| !stated.is_unknown() && !self.wanted.may_be(stated)) {
                let (digest, image) = (child.digest.clone(), Err(self.not_wanted()));
                self.candidates.push(Candidate { stated, digest, image });
                continue;
            }
            let read = self.read(child).and_then(|document| {
                self.document(document, child.digest.clone(), child.platform(), depth + 1)
            });
            if let Err(error) = read {
                self.candidates.push(Candidate { stated, digest: child.digest.clone(), image: Err(error) });
            }
        }
        Ok(())
    }

    fn read(&self, child: &Descriptor) -> Result<Document, SourceError> {
        let what = format!("manifest {}", child.digest);
        let bytes =
            read_verified(&self.content, ContentKind::Manifest, child, &what, limits::MANIFEST_BYTES)?;
        document::parse(&bytes, Some(&child.media_type), &what, self.content.place())
    }

    fn document(
        &mut self,
        document: Document,
        digest: Digest,
        stated: Option<Platform>,
        depth: usize,
    ) -> Result<(), SourceError> {
        let manifest = match document {
            Document::Index(_) if depth > limits::INDEX_DEPTH => {
                return Err(SourceError::TooLarge {
                    what: "the nesting of indexes".to_owned(),
                    place: self.content.place().to_owned(),
                    limit: limits::INDEX_DEPTH as u64,
                });
            }
            Document::Index(children) => return self.index(&children, depth),
            Document::Manifest(manifest) => manifest,
        };
        let is_unknown = stated.as_ref().is_some_and(Platform::is_unknown);
        let are_statements = manifest.layers.iter().all(|layer| layer.media_type == STATEMENT_TYPE);
        if is_unknown && are_statements {
            self.beside.push(Beside { digest, kind: STATEMENT_TYPE.to_owned() });
            return Ok(());
        }
        let content = Arc::clone(&self.content);
        let image =
            ContentImage::of_manifest(content, &manifest, digest.clone(), stated.as_ref(), self.reference)
                .map(|image| -> Box<dyn LayeredImage> { Box::new(image) });
        self.candidates.push(Candidate { stated, digest, image });
        Ok(())
    }

    /// Stands for an image that nobody asked for: [`chosen`] takes none of these.
    fn not_wanted(&self) -> SourceError {
        SourceError::unsupported("an image of another platform", self.content.place(), "")
    }
}

/// What an entry is where it says itself that it is no image.
fn kind_beside(child: &Descriptor) -> Option<String> {
    if let Some(kind) = child.annotation(REFERENCE_TYPE) {
        return Some(shown(kind));
    }
    (!document::MANIFEST_TYPES.contains(&child.media_type.as_str())).then(|| shown(&child.media_type))
}

impl Candidate {
    /// What it is for, as far as anybody tells.
    fn platform(&self) -> Option<Platform> {
        let told = self.image.as_ref().ok().and_then(|image| image.facts().platform.parse().ok());
        told.or_else(|| self.stated.clone())
    }

    fn opened(self) -> PlatformImage {
        let name = self.platform().map_or_else(|| self.digest.to_string(), |platform| platform.to_string());
        entry(name, self.image.map(OpenedImage::Layers))
    }
}

fn entry(name: String, opened: Result<OpenedImage, SourceError>) -> PlatformImage {
    PlatformImage { name, opened }
}

/// The images that are wanted, in their order; then the platforms for which there is none.
fn chosen(candidates: Vec<Candidate>, wanted: &Platforms, place: &str) -> Vec<PlatformImage> {
    let Platforms::These(wanted) = wanted else {
        return candidates.into_iter().map(Candidate::opened).collect();
    };
    let available: Vec<Option<Platform>> = candidates.iter().map(Candidate::platform).collect();
    let mut taken = BTreeSet::new();
    let mut missing = Vec::new();
    for asked in wanted {
        let near = available
            .iter()
            .enumerate()
            .filter_map(|(place, offered)| Some((asked.distance(offered.as_ref()?)?, place)));
        match near.min() {
            Some((_, nearest)) => drop(taken.insert(nearest)),
            None => missing.push(asked),
        }
    }
    // What cannot be read and does not say what it is for could be any of the missing.
    let is_unsaid = |candidate: &Candidate| {
        candidate.image.is_err() && candidate.platform().is_none_or(|platform| platform.is_unknown())
    };
    let all_there = missing.is_empty();
    let images = candidates.into_iter().enumerate();
    let images = images.filter(|(place, one)| taken.contains(place) || (!all_there && is_unsaid(one)));
    let available: Vec<String> = available.iter().flatten().map(ToString::to_string).collect();
    let missing = missing.into_iter().map(|asked| {
        let (place, available) = (place.to_owned(), available.clone());
        entry(
            asked.to_string(),
            Err(SourceError::PlatformNotFound { place, wanted: asked.clone(), available }),
        )
    });
    images.map(|(_, one)| one.opened()).chain(missing).collect()
}

impl<C: Content + ?Sized> Content for Arc<C> {
    fn place(&self) -> &str {
        (**self).place()
    }

    fn open(
        &self,
        kind: ContentKind,
        digest: &Digest,
        size: u64,
    ) -> Result<Box<dyn Read + Send>, SourceError> {
        (**self).open(kind, digest, size)
    }

    fn location(&self, digest: &Digest) -> Option<LayerLocation> {
        (**self).location(digest)
    }
}
