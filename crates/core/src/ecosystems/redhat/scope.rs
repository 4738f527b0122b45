//! Which products' statements hold for a package, and whose packages are not Red Hat's.
//!
//! The repositories that a package may come from tell the products. A statement about the main stream holds for packages of an
//! extended one (EUS and the like) only where nothing is said about the extended one: Red Hat, “Technical Guidance for
//! Vulnerability Scanning Vendors”, CPE matching logic.

use std::collections::BTreeSet;

use super::{
    cpe,
    repositories::{PRODUCTS, REPOSITORIES},
    vex,
};
use crate::{
    BlindSpot, Package, Reason,
    formats::builders::begins,
    package::IMAGE,
    scope::{Scope, ScopeQuestion},
};

/// Channels that a release is known to have even where the mapping of repositories is not loaded.
const CHANNELS: &[&str] = &[
    "appstream",
    "baseos",
    "client",
    "computenode",
    "crb",
    "highavailability",
    "nfv",
    "realtime",
    "resilientstorage",
    "sap",
    "sap_hana",
    "server",
    "supplementary",
    "workstation",
];

/// Since this release there are no channels; each minor release is a product of its own.
const FIRST_WITHOUT_CHANNELS: u32 = 10;

/// The minor releases that one has: Red Hat's life cycle ends with the tenth.
const MINOR_RELEASES: u32 = 10;

/// Keys with which Red Hat signs what it releases: `https://access.redhat.com/security/team/key`.
const KEYS: &[&str] = &[
    "199e2f91fd431d51", // release key 2
    "5054e4a45a6340b3", // auxiliary key 3
    "5326810137017186", // release key of releases before 6
    "219180cddb42a60e", // the one before
    "45689c882fa658e0", // auxiliary key
    "f76f66c3d4082792", // auxiliary key 2
];

/// Keys of CentOS: `https://www.centos.org/keys/`.
const CENTOS_KEYS: &[&str] = &[
    "0946fca2c105b9de", // 6
    "24c6a8a7f4a80eb5", // 7
    "05b555b38483c65d", // 8 and Stream
];

/// See [`crate::Ecosystem::scope`].
pub(super) fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let package = question.package;
    if package.kind == IMAGE {
        return of_image(package);
    }
    if let Some(by) = stranger(question.distribution, package) {
        return Scope::ThirdParty { by };
    }
    let base = base(question);
    if !matches!(question.distribution, "rhel" | "") {
        return Scope::Namespaces(base);
    }
    let known = Known::new(question);
    let main = question.namespace.strip_prefix(&format!("{}:", cpe::OSV_NAME)).unwrap_or_default();
    let mut first: Vec<String> = Vec::new();
    for product in &known.products {
        first.extend(cpe::widened(product).iter().map(|one| namespace(one)));
        first.extend((question.facts)(PRODUCTS, cpe::family(product)).iter().map(|one| namespace(one)));
    }
    let of_main = |product: &String| is_of_main(cpe::family(product), main);
    let groups = if known.products.is_empty() {
        vec![base]
    } else if known.products.iter().any(of_main) {
        vec![unique(first.into_iter().chain(base))]
    } else {
        let first = unique(first);
        let rest = base.into_iter().filter(|one| !first.contains(one)).collect();
        vec![first, rest]
    };
    Scope::Ranked { groups, doubts: known.doubts }
}

fn namespace(product: &str) -> String {
    format!("{}:{product}", cpe::OSV_NAME)
}

fn unique(all: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}

/// Whether a product is the main stream of a release: `enterprise_linux:10.1` of `enterprise_linux:10`.
fn is_of_main(family: &str, main: &str) -> bool {
    family.strip_prefix(main).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A newer image names its product, an older one none. The fixes of newer ones are told by product alone.
fn of_image(package: &Package) -> Scope {
    let product = package.repository.as_deref().and_then(cpe::product);
    match product.map(cpe::widened) {
        Some(products) => Scope::Namespaces(products.iter().map(|one| namespace(one)).collect()),
        None if vex::is_instant(&package.version) => {
            Scope::ThirdParty { by: "an image whose labels name no product of Red Hat's".to_owned() }
        }
        None => Scope::Namespaces(vec![vex::IMAGES.to_owned()]),
    }
}

/// The products of the release's main stream.
fn base(question: &ScopeQuestion<'_>) -> Vec<String> {
    let own = question.namespace;
    let Some(product) = own.strip_prefix(&format!("{}:", cpe::OSV_NAME)) else { return vec![own.to_owned()] };
    let told = (question.facts)(PRODUCTS, product).into_iter().map(|one| namespace(&one));
    let release = product.strip_prefix("enterprise_linux:").and_then(|release| release.parse::<u32>().ok());
    let minor = release.filter(|release| *release >= FIRST_WITHOUT_CHANNELS).map(|release| {
        (0..=MINOR_RELEASES).map(move |minor| namespace(&format!("enterprise_linux:{release}.{minor}")))
    });
    let channels = CHANNELS.iter().map(|channel| format!("{own}::{channel}"));
    unique(std::iter::once(own.to_owned()).chain(told).chain(channels).chain(minor.into_iter().flatten()))
}

/// The products that are known from repositories, and what is not known.
struct Known {
    products: BTreeSet<String>,
    doubts: Vec<BlindSpot>,
}

impl Known {
    fn new(question: &ScopeQuestion<'_>) -> Self {
        let mut known = Self { products: BTreeSet::new(), doubts: Vec::new() };
        // Where no mapping is loaded, the feed that is missing is the blind spot.
        if (question.facts)(PRODUCTS, question.namespace.split_once(':').map_or("", |(_, one)| one))
            .is_empty()
        {
            return known;
        }
        let own = question.package.repository.as_deref();
        let own_products: Vec<String> = own.map(|id| known.of(question, id)).unwrap_or_default();
        if own_products.is_empty() {
            for id in question.repositories {
                match known.of(question, id) {
                    products if products.is_empty() => known.doubts.push(unknown(id)),
                    products => known.products.extend(products),
                }
            }
        } else {
            known.products.extend(own_products);
        }
        if known.products.is_empty() {
            known.doubts.push(untold(question.namespace));
        }
        known
    }

    fn of(&self, question: &ScopeQuestion<'_>, repository: &str) -> Vec<String> {
        (question.facts)(REPOSITORIES, repository)
    }
}

fn unknown(repository: &str) -> BlindSpot {
    let detail = "the image has packages from this repository, of which Red Hat's mapping does not tell the product; packages \
                  that only that product's advisories speak about are not judged";
    BlindSpot::new(Reason::ReleaseNotCovered, repository, detail)
}

fn untold(namespace: &str) -> BlindSpot {
    let detail = "nothing in the image tells from which repositories its packages come: they are judged by the advisories of \
                  the release's main stream alone, and packages of other products are not judged";
    BlindSpot::new(Reason::ReleaseNotCovered, namespace, detail)
}

/// Who built a package that is not the distribution's own.
fn stranger(distribution: &str, package: &Package) -> Option<String> {
    let vendor = package.vendor.as_deref().map(str::trim).filter(|vendor| !vendor.is_empty());
    match (distribution, vendor) {
        ("rhel" | "", Some(vendor)) => (!begins(vendor, "Red Hat")).then(|| vendor.to_owned()),
        ("centos", Some(vendor)) => {
            (!begins(vendor, "CentOS") && !begins(vendor, "Red Hat")).then(|| vendor.to_owned())
        }
        ("rhel" | "" | "centos", None) => {
            let key = package.key.as_deref()?;
            let known = KEYS.contains(&key) || (distribution == "centos" && CENTOS_KEYS.contains(&key));
            (!known).then(|| format!("signed with key {key}"))
        }
        // What a derived system calls its own is not known, and this repository is nobody's own.
        (_, vendor) => vendor.filter(|vendor| *vendor == "Fedora Project").map(str::to_owned),
    }
}

#[cfg(test)]
mod tests;
