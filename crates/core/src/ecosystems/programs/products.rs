//! Which well-known programs Bitnami's advisories are about, and how they call them.
//!
//! Bitnami takes its advisories from NVD by the product of each of its components, so that they hold for the program as its authors
//! release it, and for no build of a vendor with fixes of its own. What is not in the table is spoken about by nobody.
//!
//! Source: `https://github.com/bitnami/vulndb`, `config/components` and `data`.

use std::cmp::Ordering;

use crate::{BlindSpot, Package, Reason, formats::program_version::VERSIONS};

/// A program that is spoken about.
#[derive(Debug)]
pub(super) struct Product {
    /// Its name as that of a package here.
    program: &'static str,
    /// Its name in the advisories.
    pub(super) component: &'static str,
    /// Whose build alone is meant; `None`: that of its authors, which names no builder.
    builder: Option<&'static str>,
    /// Which versions are certainly of a time since when the advisories are whole: from one on, up to another (or all).
    whole: &'static [(&'static str, Option<&'static str>)],
}

const fn row(
    program: &'static str,
    component: &'static str,
    first: &'static [(&str, Option<&str>)],
) -> Product {
    Product { program, component, builder: None, whole: first }
}

/// The table. The database has what was published since 2020: the versions are the first of which no release, of any branch, is
/// from before, and that have the fixes of all CVEs of 2019.
const PRODUCTS: &[Product] = &[
    row("haproxy", "haproxy", &[("2.2.0", None)]),
    row("httpd", "apache", &[("2.4.48", None)]),
    Product {
        program: "java",
        component: "java",
        // Their component is Liberica: other builds of OpenJDK have versions, and fixes, of their own.
        builder: Some("BellSoft"),
        whole: &[("8.0.251", Some("9")), ("11.0.7", Some("12")), ("14.0.1", None)],
    },
    row("memcached", "memcached", &[("1.6.0", None)]),
    row("nginx", "nginx", &[("1.17.8", None)]),
    row("node", "node", &[("14.0.0", None)]),
    row("php", "php", &[("8.0.0", None)]),
    row("postgresql", "postgresql", &[("13.0", None)]),
    row("python", "python", &[("3.9.0", None)]),
    row("redis", "redis", &[("6.0.0", None)]),
    row("ruby", "ruby", &[("3.0.0", None)]),
];

impl Product {
    /// The product that a package is; `None` where nobody speaks about it. One that a package note tells of is its distribution's.
    pub(super) fn of(package: &Package) -> Option<&'static Self> {
        let is_it = |one: &&Self| {
            one.program == package.name
                && one.builder == package.vendor.as_deref()
                && package.source.is_none()
        };
        PRODUCTS.iter().find(is_it)
    }

    /// The product of this name in the advisories.
    pub(super) fn of_component(name: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|one| one.component == name)
    }

    /// Its name as that of a package here.
    pub(super) fn program(&self) -> &'static str {
        self.program
    }

    /// That advisories may lack what was known of a version when they began. (One that follows no rule is told of anyway.)
    pub(super) fn doubt(&self, package: &Package) -> Option<BlindSpot> {
        let version = package.version.as_str();
        (VERSIONS.check)(version).ok()?;
        let is =
            |order: fn(Ordering) -> bool, other: &str| (VERSIONS.compare)(version, other).is_ok_and(order);
        let is_whole = |(first, end): &(&'static str, Option<&'static str>)| {
            is(Ordering::is_ge, first) && end.is_none_or(|end| is(Ordering::is_lt, end))
        };
        if self.whole.iter().any(is_whole) {
            return None;
        }
        let detail = "the advisories begin with the CVEs of 2020, and this version may be older: what was published before is not \
                      compared";
        let subject = format!("{} {version}", package.name);
        Some(BlindSpot::new(Reason::ReleaseNotCovered, subject, detail).with_packages(1))
    }
}

#[cfg(test)]
mod tests;
