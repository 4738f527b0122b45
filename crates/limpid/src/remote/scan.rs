//! An image that a Limpid service indexes and judges.
//!
//! The image is opened here as always, and its manifest verified; only its layers are read by the server, which fetches
//! them from the registry where it may and can, and is sent them otherwise.

use anyhow::{Context, bail};
use limpid_core::{ImageFacts, IndexReport, Report, explanation::Explanation, report::Finding};
use limpid_image::source::{LayerLocation, LayeredImage, OpenedImage};

use super::{
    Client, layers,
    limpid::{self, Asked, Layer, Manifest, Submitted},
};
use crate::{progress::Bars, terminal};

/// What images are given to a server with.
pub(crate) struct Scanner<'a> {
    pub(crate) client: Client,
    pub(crate) bars: &'a Bars,
    /// Whether layers are sent without asking the server to fetch them.
    pub(crate) send_layers: bool,
    pub(crate) quiet: bool,
}

impl Scanner<'_> {
    /// Has an image indexed.
    pub(crate) fn submit(&self, image: OpenedImage) -> anyhow::Result<ImageFacts> {
        let image = match image {
            OpenedImage::Layers(image) => image,
            OpenedImage::Root(_) => bail!(
                "a root file system has no layers that a server could index; scan it here, without --server \
                 (and without LIMPID_SERVER)"
            ),
            OpenedImage::Sbom(_) => bail!(
                "an SBOM has no layers that a server could index; scan it here, without --server (and without \
                 LIMPID_SERVER)"
            ),
        };
        if !self.fetched(&*image)? {
            layers::send(&self.client, &*image, self.bars)?;
            match limpid::submit(&self.client, &manifest(&*image, &[]))? {
                Submitted::Indexed => {}
                Submitted::NotFetched(why) => {
                    bail!(
                        "{} did not index the image, although it has its layers: {why}",
                        self.client.address()
                    )
                }
            }
        }
        Ok(image.facts().clone())
    }

    /// Whether the server has indexed the image from layers that it fetches itself.
    fn fetched(&self, image: &dyn LayeredImage) -> anyhow::Result<bool> {
        let Some(locations) = self.locations(image)? else { return Ok(false) };
        match limpid::submit(&self.client, &manifest(image, &locations))? {
            Submitted::Indexed => Ok(true),
            Submitted::NotFetched(why) => {
                self.hint(&format!("the server does not fetch the layers, so they are sent to it: {why}"));
                Ok(false)
            }
        }
    }

    /// Where the server may fetch the layers; `None` where they are to be sent.
    fn locations(&self, image: &dyn LayeredImage) -> anyhow::Result<Option<Vec<LayerLocation>>> {
        if self.send_layers {
            return Ok(None);
        }
        let mut locations = Vec::new();
        for index in 0..image.layers().len() {
            let Some(location) = image.layer_location(index)? else { return Ok(None) };
            if location.headers().next().is_some() && !self.client.address().is_private() {
                self.hint(
                    "the server is spoken to without TLS, so it gets the layers and not the registry's token",
                );
                return Ok(None);
            }
            locations.push(location);
        }
        Ok(Some(locations))
    }

    fn hint(&self, text: &str) {
        if !self.quiet {
            self.bars.suspend(|| terminal::print_warning(text));
        }
    }
}

/// The manifest that is submitted. Layers without a location were sent before.
fn manifest<'a>(image: &'a dyn LayeredImage, locations: &[LayerLocation]) -> Manifest<'a> {
    let layer = |(index, hash)| {
        let location: Option<&LayerLocation> = locations.get(index);
        let headers = location.into_iter().flat_map(LayerLocation::headers);
        Layer {
            hash,
            uri: location.map_or_else(String::new, |location| location.uri().to_owned()),
            headers: headers.map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).collect(),
        }
    };
    let digests = image.layers().iter().map(|layer| &layer.digest);
    Manifest { hash: &image.facts().digest, layers: digests.enumerate().map(layer).collect() }
}

/// The report on an image that was submitted, with the index report where that is needed too. `None`: the server has no
/// advisory data yet.
pub(crate) fn report(
    client: &Client,
    image: &ImageFacts,
    needs_index: bool,
) -> anyhow::Result<Option<(Report, Option<IndexReport>)>> {
    let digest = &image.digest;
    let asked = if needs_index {
        limpid::both(client, digest)?.map(|(report, index)| (report, Some(index)))
    } else {
        limpid::report(client, digest)?.map(|report| (report, None))
    };
    if matches!(asked, Asked::NoData) {
        return Ok(None);
    }
    let (report, index) = asked.told(client, digest)?;
    // A list without them would lose what was found in them.
    if index.as_ref().is_some_and(|index| is_without_jars(index, &report)) {
        bail!(
            "{} identifies jars by a table of its own (matcher.jars), and the list of packages that it tells is without them: \
             the formats cyclonedx, spdx and clair are not written from here",
            client.address()
        );
    }
    let report = Report { image: facts(report.image, image, client)?, ..report };
    let index = index.map(|index| IndexReport { image: report.image.clone(), ..index });
    Ok(Some((report, index)))
}

/// Whether the report is about packages that only a table of the server's knows.
fn is_without_jars(index: &IndexReport, report: &Report) -> bool {
    let is_listed = |finding: &Finding| {
        let (purl, path) = (&finding.package.purl, finding.package.path.as_deref().unwrap_or_default());
        index.packages.iter().any(|package| package.purl == *purl && package.path == path)
    };
    let is_same = report.summary.packages == index.packages.len() as u64;
    !index.archives.is_empty() && (!is_same || !report.findings.iter().all(is_listed))
}

/// The packages of an image that was submitted.
pub(crate) fn index(client: &Client, image: &ImageFacts) -> anyhow::Result<IndexReport> {
    let index = limpid::index(client, &image.digest)?.told(client, &image.digest)?;
    Ok(IndexReport { image: facts(index.image, image, client)?, ..index })
}

/// Why a vulnerability is, or is not, in an image that was submitted.
pub(crate) fn explanation(client: &Client, image: &ImageFacts, id: &str) -> anyhow::Result<Explanation> {
    let told = limpid::explanation(client, &image.digest, id)?.told(client, &image.digest)?;
    Ok(Explanation { image: facts(told.image, image, client)?, ..told })
}

/// What the server says of the image, with what only we know: its name and its platform.
fn facts(told: ImageFacts, opened: &ImageFacts, client: &Client) -> anyhow::Result<ImageFacts> {
    if told.layers != opened.layers {
        return Err(anyhow::anyhow!(
            "it knows another image of this digest: the layers that it was once told are not those of {}. Its operator \
             can delete the manifest {}",
            opened.reference,
            opened.digest
        ))
        .with_context(|| client.address().to_string());
    }
    Ok(ImageFacts { reference: opened.reference.clone(), platform: opened.platform.clone(), ..told })
}
