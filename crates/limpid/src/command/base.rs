//! The image that another one was built on (`--base`): found by its layers, and by nothing else.
//!
//! What an image says of itself is taken only as a hint where to look, and only where that was asked for: whoever wrote it
//! chooses which registry is asked.

use anyhow::{Context, bail};
use limpid_core::{Digest, Report};
use limpid_image::{
    platform::Platform,
    source::{LayeredImage, NamedBase, OpenedImage},
};

use crate::{arguments::ScanArguments, engine::Engine, terminal};

/// The word for the base that the manifest names.
const AUTO: &str = "auto";

/// A base whose layers are the lowest of an image.
pub(crate) struct FoundBase {
    reference: String,
    digest: Digest,
    layers: usize,
}

impl FoundBase {
    /// The report with what comes with the base, where there is one.
    pub(crate) fn tell(base: Option<Self>, report: Report) -> Report {
        match base {
            Some(Self { reference, digest, layers }) => report.on_base(reference, digest, layers),
            None => report,
        }
    }
}

/// The base of an image, where one was asked for. Why there is none is told, and the report does without: nothing counts less
/// for it.
pub(crate) fn find(
    engine: &Engine,
    arguments: &ScanArguments,
    name: &str,
    image: &OpenedImage,
) -> Option<FoundBase> {
    let asked = arguments.base.as_deref()?;
    let found = match image {
        OpenedImage::Root(_) => {
            Err(anyhow::anyhow!("a root file system has no layers, so nobody knows what came with a base"))
        }
        OpenedImage::Sbom(_) => {
            Err(anyhow::anyhow!("of an SBOM nobody knows the layers, so nobody knows what came with a base"))
        }
        OpenedImage::Layers(image) => below(engine, arguments, asked, &**image),
    };
    match found {
        Ok(base) => Some(base),
        Err(error) => {
            terminal::print_warning(&format!(
                "{name}: --base {asked}: {error:#}; what comes with the base is not told apart"
            ));
            None
        }
    }
}

fn below(
    engine: &Engine,
    arguments: &ScanArguments,
    asked: &str,
    image: &dyn LayeredImage,
) -> anyhow::Result<FoundBase> {
    let (reference, place) = match asked {
        AUTO => named(image.named_base())?,
        other => (other.to_owned(), other.to_owned()),
    };
    let platform = image.facts().platform.parse().ok();
    let base = match engine.open_for(&place, platform.clone(), &arguments.image)? {
        OpenedImage::Layers(base) => base,
        OpenedImage::Root(_) => bail!("a root file system has no layers that the image could share"),
        OpenedImage::Sbom(_) => bail!("an SBOM has no layers that the image could share"),
    };
    let (own, of_base) = (image.layers(), base.layers());
    let shared = own.iter().zip(of_base).take_while(|(one, other)| one.diff_id == other.diff_id).count();
    if of_base.is_empty() {
        bail!("it has no layers");
    }
    if shared == 0 {
        bail!(
            "none of its layers is the lowest of the image, so the image was built on something else, or was squashed; if \
             it was another version, name that by its digest, as in NAME@sha256:…, or build the image again on this one"
        );
    }
    if shared < of_base.len() {
        bail!(
            "only the lowest {shared} of its {} layers are those of the image, so the image was built on another version; \
             name that by its digest, as in NAME@sha256:…, or build the image again on this one",
            of_base.len()
        );
    }
    let digest = base.facts().digest.clone();
    if let Some(named) = image.named_base().filter(|named| asked == AUTO && named.digest.is_some()) {
        tell_moved(engine, arguments, &named.name, platform, &digest);
    }
    Ok(FoundBase { reference, digest, layers: shared })
}

/// Says where the tag of the base points to another image by now. It is asked once, and no report has it: what a tag points to is
/// no part of what a report is a function of.
fn tell_moved(
    engine: &Engine,
    arguments: &ScanArguments,
    name: &str,
    platform: Option<Platform>,
    base: &Digest,
) {
    // A name with a digest points to the same for ever.
    if name.contains('@') {
        return;
    }
    match engine.open_for(&format!("registry:{name}"), platform, &arguments.image) {
        Ok(OpenedImage::Layers(now)) if now.facts().digest == *base => {}
        Ok(OpenedImage::Layers(now)) => terminal::print_note(&format!(
            "{name} points to another image by now, {}: building again on it may clear what comes with the base",
            now.facts().digest
        )),
        Ok(OpenedImage::Root(_) | OpenedImage::Sbom(_)) => {}
        Err(error) => {
            terminal::print_warning(&format!(
                "whether {name} points to another image by now is not known: {error:#}"
            ));
        }
    }
}

/// How people read the base that a manifest names, and where it is: in a registry, whatever the name looks like.
fn named(base: Option<&NamedBase>) -> anyhow::Result<(String, String)> {
    let base = base.context(
        "the manifest does not name a base (org.opencontainers.image.base.name); name it with --base IMAGE",
    )?;
    let place = match &base.digest {
        Some(digest) => {
            let (path, last) =
                base.name.rsplit_once('/').map_or(("", &*base.name), |(path, last)| (path, last));
            let last = last.split(['@', ':']).next().unwrap_or_default();
            let name = if path.is_empty() { last.to_owned() } else { format!("{path}/{last}") };
            format!("registry:{name}@{digest}")
        }
        None => format!("registry:{}", base.name),
    };
    Ok((base.name.clone(), place))
}
