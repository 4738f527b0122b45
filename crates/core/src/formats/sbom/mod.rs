//! Lists of packages that somebody made: CycloneDX in JSON and XML, SPDX in JSON and tag-value form, read as an index report.
//!
//! A function of the document and the code here alone. The inverse of [`crate::documents`]: what Limpid wrote is read back to
//! what it was written from. Nothing is guessed: what a document lacks that an image would have told is a blind spot.

mod cyclonedx;
mod error;
mod gaps;
mod head;
mod json;
mod limits;
mod listed;
pub mod own;
mod packages;
mod spdx;
mod systems;
mod tags;
mod written;
mod xml;

pub use self::{error::SbomError, head::is_document};
use self::{
    head::Format,
    listed::{Listed, shown},
    packages::Listing,
};
use crate::{
    BlindSpot, Digest, ImageFacts, IndexReport, Reason, ecosystem::Ecosystems, index_report::SCHEMA, revision,
};

/// The packages that a document lists. `reference`: how it was named.
///
/// # Errors
/// Where it is no document that is read here, or a damaged one: see [`SbomError`].
pub fn read(content: &[u8], reference: &str, ecosystems: &Ecosystems) -> Result<IndexReport, SbomError> {
    let text = head::text(content)?;
    let (format, name) = head::format(text)?;
    let listed = match format {
        Format::CycloneDx => cyclonedx::read(text, name)?,
        Format::CycloneDxInXml => cyclonedx::read(&xml::in_json(text)?, name)?,
        Format::Spdx => spdx::read(text, name)?,
        Format::SpdxInTags => {
            let (json, is_told) = tags::in_json(text)?;
            let mut listed = spdx::read(&json, name)?;
            if !is_told {
                listed.incomplete.get_or_insert_with(|| WITHOUT_END.to_owned());
            }
            listed
        }
    };
    let mut listing = Listing::of(ecosystems, &listed);
    let mut blind_spots = listed.own.blind_spots.clone();
    blind_spots.extend(of_document(&listed, &listing));
    if !listing.is_of_image() {
        blind_spots.extend(listing.systems.doubts().cloned());
    }
    blind_spots.extend(std::mem::take(&mut listing.gaps).into_blind_spots());
    blind_spots.sort();
    blind_spots.dedup();
    Ok(IndexReport {
        schema: SCHEMA.to_owned(),
        image: ImageFacts {
            reference: reference.to_owned(),
            digest: Digest::of(content),
            platform: listed.own.platform.clone().unwrap_or_else(|| "unknown".to_owned()),
            layers: listed.own.layers.clone(),
        },
        index_state: ecosystems.index_state(revision::of("formats/sbom"), "sbom"),
        distributions: listing.systems.distributions(),
        repositories: listed.own.repositories.clone(),
        packages: listing.packages,
        blind_spots,
        archives: Vec::new(),
    })
}

/// What is to be said of the document as a whole.
fn of_document(listed: &Listed, listing: &Listing<'_>) -> Vec<BlindSpot> {
    let mut spots = vec![evidence(listed)];
    let mut tell =
        |reason, subject: &str, detail: String| spots.push(BlindSpot::new(reason, subject, detail));
    // Of an image without packages Limpid has said so itself.
    let is_said = listing.is_of_image() && listed.own.blind_spots.iter().any(|spot| spot.counts);
    if listing.packages.is_empty() && listing.systems.is_empty() && !is_said {
        let detail =
            "no package and no distribution is in it: nothing of what it describes can be judged".to_owned();
        tell(Reason::NothingRecognised, DOCUMENT, detail);
    }
    if listed.elsewhere > 0 {
        let count = listed.elsewhere;
        let detail = format!(
            "it refers to other documents ({count}) for what it does not list itself, and they are not read; give each of \
             them to a scan"
        );
        tell(Reason::DatabaseUnreadable, DOCUMENT, detail);
    }
    if listing.is_of_image() {
        return spots;
    }
    if let Some(why) = &listed.incomplete {
        tell(Reason::DatabaseUnreadable, DOCUMENT, why.clone());
    }
    for (place, known) in listing.systems.named() {
        if !listing.has_packages_of(place) {
            let detail = format!("it lists no package of {}", known.distribution.name);
            tell(Reason::DatabaseUnreadable, DOCUMENT, detail);
        }
    }
    if let Some(why) = without_distribution(listed, listing) {
        tell(Reason::NoDistribution, DOCUMENT, why);
    }
    spots
}

/// Why a document in tag-value form may not be whole.
const WITHOUT_END: &str = "it does not say what it describes, as documents in this form do behind their packages: it may have been cut off";

/// What whole documents are called in blind spots.
const DOCUMENT: &str = "document";

/// Why it is not known what the image is, where the document is one of an image, for all that it says.
fn without_distribution(listed: &Listed, listing: &Listing<'_>) -> Option<String> {
    // Packages of no distribution are told by themselves.
    if let (Some(stranger), false) = (listing.systems.strangers().first(), listing.gaps.has_strange()) {
        return Some(format!("it says “{stranger}”, a distribution that this version does not know"));
    }
    let is_image = !matches!(listed.subject.kind.as_str(), "application" | "library" | "framework" | "file");
    let is_silent = listing.systems.is_empty() && !listing.gaps.has_strange();
    (is_image && is_silent && !listing.packages.is_empty()).then(|| {
        "it names no distribution: if what it describes has one, the packages of it are missing from the document".to_owned()
    })
}

/// Who says so, and what nobody can tell from a list of packages.
fn evidence(listed: &Listed) -> BlindSpot {
    let tools = listed.tools.iter().filter(|tool| !tool.is_empty()).map(|tool| shown(tool));
    let by = match tools.take(5).collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "a tool that it does not name".to_owned(),
        tools => tools,
    };
    let subject = format!("{} {}", listed.subject.name, listed.subject.version);
    let of = match subject.trim() {
        "" => String::new(),
        subject => format!(" of {}", shown(subject)),
    };
    let detail = format!(
        "what is judged is what {by} listed{of} ({}); programs that no package owns are not in it, nor what was changed since",
        listed.format
    );
    BlindSpot::new(Reason::UnidentifiedExecutables, DOCUMENT, detail)
}

#[cfg(test)]
mod tests;
