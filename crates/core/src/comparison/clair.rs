//! A side that a Clair v4 tells: its index report and its vulnerability report, read as they are.
//!
//! Clair has no word for what it did not judge: packages under no distribution and no repository are compared with
//! nothing, and the report is green. Here they are blind spots. And where Clair names no vulnerability at all, it does
//! not tell whether its data speaks about the release: nothing found by it is never `clean`.
//! Its index state is a digest of names and version strings that people keep, so equal ones prove nothing.
//!
//! Source: the JSON that Clair v4 answers with, 4.0 to 4.9; what older versions leave out may be missing.

mod contents;
mod documents;
mod findings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::contents::{Contents, Listed};
pub use self::documents::{IndexDocument, StateDocument, VulnerabilityDocument};
use super::{Side, SideInputs, Told};
use crate::{
    BlindSpot, Digest, ImageFacts, Reason, Verdict,
    ecosystem::Ecosystems,
    report::{Finding, FindingPackage},
};

/// Why what Clair answers is no side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClairError {
    /// It is about something else.
    #[error("it answers with a report on {0}")]
    OtherManifest(String),
    /// The manifest could not be indexed: it has to be submitted again.
    #[error("it could not index the image: {0}")]
    Failed(String),
    /// It is not finished: ask again later.
    #[error("it has not finished indexing the image (it is at {0}); ask again later")]
    Unfinished(String),
    /// The two reports were made of different states: ask again.
    #[error("its two reports do not fit together: {0}; ask again")]
    Apart(String),
}

/// What Clair answers about one manifest.
#[derive(Debug, Clone)]
pub struct Documents {
    /// `GET /indexer/api/v1/index_state`.
    pub state: StateDocument,
    /// `GET /indexer/api/v1/index_report/{digest}`.
    pub index: IndexDocument,
    /// `GET /matcher/api/v1/vulnerability_report/{digest}`.
    pub vulnerabilities: VulnerabilityDocument,
}

impl IndexDocument {
    /// Whether it is the finished report on this manifest.
    ///
    /// # Errors
    /// [`ClairError`], where it is not.
    pub fn check(&self, manifest: &Digest) -> Result<(), ClairError> {
        check_manifest(&self.manifest_hash, manifest)?;
        match (self.state.as_str(), self.success) {
            ("IndexFinished", true) => Ok(()),
            ("IndexError", _) | (_, false) if !self.err.is_empty() => {
                Err(ClairError::Failed(self.err.clone()))
            }
            ("IndexError" | "IndexFinished", _) => Err(ClairError::Failed("no reason is given".to_owned())),
            (state, _) => Err(ClairError::Unfinished(state.to_owned())),
        }
    }
}

fn check_manifest(told: &str, asked: &Digest) -> Result<(), ClairError> {
    if told == asked.as_str() { Ok(()) } else { Err(ClairError::OtherManifest(told.to_owned())) }
}

/// What Clair tells about a manifest, which the reader names `reference`.
///
/// # Errors
/// [`ClairError`].
pub fn side(
    manifest: &Digest,
    reference: &str,
    documents: &Documents,
    ecosystems: &Ecosystems,
) -> Result<Side, ClairError> {
    let Documents { state, index, vulnerabilities } = documents;
    index.check(manifest)?;
    check_manifest(&vulnerabilities.manifest_hash, manifest)?;
    let contents = Contents::of(index, ecosystems);
    let findings = findings::of(vulnerabilities, &contents)?;
    let blind_spots = blind_spots(&contents, &findings);
    let mut packages: Vec<_> = contents.packages().map(|listed| listed.indexed.clone()).collect();
    packages.sort();
    Ok(Side {
        image: ImageFacts {
            reference: reference.to_owned(),
            digest: manifest.clone(),
            platform: "unknown".to_owned(),
            layers: Vec::new(),
        },
        verdict: Verdict::of(findings.len(), &blind_spots),
        inputs: SideInputs {
            index_state: Told::Claimed(state.state.clone()),
            catalog: Told::Nothing,
            policy: Told::Nothing,
            as_of: Told::Nothing,
            stale: None,
        },
        distributions: contents.distributions(),
        feeds: None,
        blind_spots,
        findings,
        package_count: packages.len() as u64,
        packages: Some(packages),
    })
}

/// What Clair does not say.
fn blind_spots(contents: &Contents, findings: &[Finding]) -> Vec<BlindSpot> {
    let mut spots = Vec::new();
    let mut namespaces: BTreeMap<&str, Vec<&Listed>> = BTreeMap::new();
    let mut strange = 0;
    for listed in contents.packages() {
        match &listed.indexed.namespace {
            Some(namespace) => namespaces.entry(namespace).or_default().push(listed),
            None => strange += 1,
        }
    }
    if strange > 0 {
        let detail = "Clair lists these packages under no distribution and no repository, so it compares them with \
                      nothing; its report does not say so";
        spots.push(BlindSpot::new(Reason::NoDistribution, "image", detail).with_packages(strange));
    }
    if strange == 0 && namespaces.is_empty() {
        let detail = "Clair lists no package, and does not tell what it looked for";
        spots.push(BlindSpot::new(Reason::NothingRecognised, "image", detail));
    }
    for (namespace, packages) in namespaces {
        let is_of =
            |package: &FindingPackage| packages.iter().any(|listed| listed.indexed.purl == package.purl);
        if !findings.iter().any(|finding| is_of(&finding.package)) {
            let detail = "Clair names nothing against these packages, and does not tell whether its advisory data \
                          speaks about them";
            let spot = BlindSpot::new(Reason::ReleaseNotCovered, namespace, detail);
            spots.push(spot.with_packages(packages.len()));
        }
    }
    spots.sort();
    spots
}
