//! Whose data speaks about a program: its authors', or Bitnami's.
//!
//! All of it holds for what the authors release, and for no build of a vendor with fixes of its own. Whoever a package note tells of
//! is such a vendor.

use super::{curl, openssl, products::Product};
use crate::{BlindSpot, Package, Reason, formats::program_version};

/// Who speaks about a program.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    Bitnami(&'static Product),
    Curl,
    OpenSsl,
}

impl Source {
    /// `None` where nobody does.
    pub(super) fn of(package: &Package) -> Option<Self> {
        let is_of_authors = package.source.is_none() && package.vendor.is_none();
        match package.name.as_str() {
            curl::NAME if is_of_authors => Some(Self::Curl),
            openssl::NAME if is_of_authors => Some(Self::OpenSsl),
            _ => Product::of(package).map(Self::Bitnami),
        }
    }

    /// The namespaces under which it is spoken about.
    pub(super) fn namespaces(self, package: &Package) -> Vec<String> {
        match self {
            Self::Bitnami(_) => vec![super::bitnami::NAMESPACE.to_owned()],
            Self::Curl => vec![curl::NAMESPACE.to_owned()],
            Self::OpenSsl => {
                let mut all = vec![openssl::namespace_of(&package.version), openssl::NAMESPACE.to_owned()];
                all.dedup();
                all
            }
        }
    }

    /// What is not sure about a package that is named.
    pub(super) fn doubts(self, package: &Package) -> Vec<BlindSpot> {
        match self {
            Self::Bitnami(product) => {
                product.doubt(package).or_else(|| unreleased(package)).into_iter().collect()
            }
            Self::Curl | Self::OpenSsl => unreleased(package).into_iter().collect(),
        }
    }
}

/// Their ranges begin with releases: what came before one has what is new in it, and is in none.
fn unreleased(package: &Package) -> Option<BlindSpot> {
    let version = package.version.as_str();
    program_version::is_before_release(version).then(|| {
        let detail = "the advisories speak of releases, and this is a version before one";
        BlindSpot::new(Reason::ReleaseNotCovered, format!("{} {version}", package.name), detail)
            .with_packages(1)
    })
}

/// See [`crate::Ecosystem::namespace_within`].
pub(super) fn namespace_within(package: &Package) -> Option<String> {
    match Source::of(package)? {
        Source::Bitnami(_) => None,
        source @ (Source::Curl | Source::OpenSsl) => source.namespaces(package).into_iter().next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::SourcePackage;

    fn package(name: &str, version: &str) -> Package {
        Package { name: name.to_owned(), version: version.to_owned(), ..Package::default() }
    }

    #[test]
    fn who_speaks_about_a_program_is_asked() {
        for (name, version, namespaces) in [
            ("curl", "8.5.0", &["programs:curl"][..]),
            ("openssl", "3.0.15", &["programs:openssl:3.0", "programs:openssl"]),
            ("openssl", "1.0.2k-fips", &["programs:openssl:1.0.2", "programs:openssl"]),
            ("openssl", "odd", &["programs:openssl"]),
            ("node", "20.11.0", &["programs"]),
        ] {
            let package = package(name, version);
            assert_eq!(Source::of(&package).unwrap().namespaces(&package), namespaces, "{name} {version}");
            let within = namespace_within(&package).unwrap_or_else(|| "programs".to_owned());
            assert_eq!(within, namespaces[0], "{name} {version}");
        }
        // Builds of others, and what nobody speaks about.
        let boring =
            Package { vendor: Some("compatible; BoringSSL".to_owned()), ..package("openssl", "1.1.1") };
        let noted =
            Package { source: Some(SourcePackage::new("curl", "8.2.1-3")), ..package("curl", "8.2.1-3") };
        for other in [boring, noted, package("busybox", "1.36.1")] {
            assert!(Source::of(&other).is_none() && namespace_within(&other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn what_was_never_released_is_doubted() {
        for (name, version, is_doubted) in [
            ("curl", "8.5.0", false),
            ("curl", "8.6.0-DEV", true),
            ("openssl", "3.0.0", false),
            ("openssl", "3.0.0-beta2", true),
            ("openssl", "1.1.1w", false),
            ("python", "3.13.0rc1", true),
            ("python", "3.13.0", false),
        ] {
            let package = package(name, version);
            let doubts = Source::of(&package).unwrap().doubts(&package);
            assert_eq!(!doubts.is_empty(), is_doubted, "{name} {version}");
        }
    }
}
