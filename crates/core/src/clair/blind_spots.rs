//! Blind spots as vulnerabilities: for clients that show nothing but vulnerabilities.
//!
//! A client of Clair has no place for what was not judged, and shows green where nothing was found. Where the operator
//! wants it, each blind spot that counts becomes a vulnerability of severity Unknown, so there is no green to be shown.

use super::{
    ClairEnvironment, ClairPackage, ClairRepository, ClairVulnerability, ClairVulnerabilityReport, Id,
    NO_INSTANT, id,
};
use crate::{BlindSpot, IndexReport, IndexedPackage, Severity};

/// The name of the package that stands for an image in which none was found.
const NO_PACKAGE: &str = "limpid-unproven";

/// Adds a vulnerability to a report for each of its blind spots that counts. `index` is what the report was made of.
///
/// It is of a package that the blind spot is about, else of the first. Where the image has no package there is one that
/// stands for it, with an environment as Clair's clients demand.
pub fn show_blind_spots(
    mut report: ClairVulnerabilityReport,
    index: &IndexReport,
) -> ClairVulnerabilityReport {
    let spots: Vec<BlindSpot> =
        report.limpid.blind_spots.iter().filter(|spot| spot.counts).cloned().collect();
    if spots.is_empty() {
        return report;
    }
    let first = id(0);
    if report.contents.packages.is_empty() {
        stand_in(&mut report, index, &first);
    }
    for spot in spots {
        let place = index.packages.iter().position(|package| is_about(&spot, package));
        let package = place.map_or_else(|| first.clone(), id);
        let number = id(report.vulnerabilities.len());
        let vulnerability = vulnerability(number.clone(), &spot, &package, &report);
        report.vulnerabilities.insert(number.clone(), vulnerability);
        report.package_vulnerabilities.entry(package).or_default().push(number);
    }
    report
}

fn stand_in(report: &mut ClairVulnerabilityReport, index: &IndexReport, number: &Id) {
    let package = ClairPackage {
        id: number.clone(),
        name: NO_PACKAGE.to_owned(),
        version: "unknown".to_owned(),
        kind: "binary",
        ..ClairPackage::default()
    };
    let environment = ClairEnvironment {
        introduced_in: index.image.layers.first().map_or(String::new(), ToString::to_string),
        ..ClairEnvironment::default()
    };
    report.contents.packages.insert(number.clone(), package);
    report.contents.environments.insert(number.clone(), vec![environment]);
}

/// Whether a blind spot is about a package: its subject is a database, a package, a release or a layer.
fn is_about(spot: &BlindSpot, indexed: &IndexedPackage) -> bool {
    let package = &indexed.package;
    let subject = spot.subject.as_str();
    let within = indexed.path.strip_prefix(subject);
    within.is_some_and(|rest| rest.is_empty() || rest.starts_with("!/"))
        || subject == package.name
        || subject == indexed.purl
        || subject.strip_prefix(package.name.as_str()).and_then(|rest| rest.strip_prefix(' '))
            == Some(package.version.as_str())
        || Some(subject) == indexed.namespace.as_deref()
        || Some(subject) == indexed.layer.as_ref().map(|layer| layer.as_str())
}

fn vulnerability(
    number: Id,
    spot: &BlindSpot,
    package: &Id,
    report: &ClairVulnerabilityReport,
) -> ClairVulnerability {
    let contents = &report.contents;
    let name = contents.packages.get(package).map_or(String::new(), |package| package.name.clone());
    ClairVulnerability {
        id: number,
        updater: "limpid".to_owned(),
        name: format!("LIMPID-{}", spot.reason.as_str().to_uppercase()),
        description: format!("Not judged: {}: {}", spot.subject, spot.detail),
        issued: NO_INSTANT.to_owned(),
        links: String::new(),
        severity: Severity::Unknown.to_string(),
        normalized_severity: Severity::Unknown,
        package: ClairPackage { name, kind: "binary", ..ClairPackage::default() },
        distribution: contents.distribution_of(package),
        repository: ClairRepository::default(),
        fixed_in_version: String::new(),
    }
}
