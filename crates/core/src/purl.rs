//! Package URLs, written by the `packageurl` crate.
//!
//! Source of the format: the package URL specification; the qualifiers `distro` and `upstream` are spelled as Syft
//! spells them, because other tools read them so.

use packageurl::PackageUrl;

use crate::{Distribution, Ecosystem, Package, package::IMAGE};

/// The package URL of an installed package, such as
/// `pkg:apk/alpine/libssl1.1@1.1.1o-r0?arch=x86_64&distro=alpine-3.16.0&upstream=openssl`.
pub fn purl(ecosystem: Option<&Ecosystem>, package: &Package, distribution: Option<&Distribution>) -> String {
    // An image is none of its distribution's packages.
    let ecosystem = ecosystem.filter(|_| package.kind != IMAGE);
    let kind = ecosystem.map_or(package.kind.as_str(), |ecosystem| ecosystem.purl.kind);
    let id = distribution.map_or("", |distribution| &distribution.id);
    let (carried, name) =
        ecosystem.map_or((None, &*package.name), |ecosystem| ecosystem.purl.split(&package.name));
    let namespace = carried.or_else(|| ecosystem.and_then(|ecosystem| ecosystem.purl.namespace_of(id)));
    let distro = distribution.map(|one| match one.version.as_str() {
        "" => one.id.clone(),
        version => format!("{}-{version}", one.id),
    });
    let upstream = package.source.as_ref().filter(|source| source.name != package.name);
    let upstream = upstream.map(|source| match source.version == package.version {
        true => source.name.clone(),
        false => format!("{}@{}", source.name, source.version),
    });
    let qualifiers = [("arch", package.architecture.clone()), ("distro", distro), ("upstream", upstream)];
    let named = (namespace, name, &*package.version);
    write(kind, named, qualifiers).unwrap_or_else(|_| without_type(package))
}

/// `named`: namespace, name, version.
fn write(
    kind: &str,
    (namespace, name, version): (Option<&str>, &str, &str),
    qualifiers: [(&'static str, Option<String>); 3],
) -> Result<String, packageurl::Error> {
    let mut purl = PackageUrl::new(kind, name)?;
    if let Some(namespace) = namespace {
        purl.with_namespace(namespace)?;
    }
    if !version.is_empty() {
        purl.with_version(version)?;
    }
    for (key, value) in qualifiers {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            purl.add_qualifier(key, value)?;
        }
    }
    Ok(purl.to_string())
}

/// For a type or name that no package URL can have: the specification keeps `generic` for what has no type.
fn without_type(package: &Package) -> String {
    let name = if package.name.is_empty() { "unnamed" } else { &package.name };
    let qualifiers = [("type", Some(package.kind.clone())), ("arch", None), ("distro", None)];
    write("generic", (None, name, &package.version), qualifiers)
        .unwrap_or_else(|_| "pkg:generic/unnamed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ecosystems, package::SourcePackage};

    fn alpine() -> Ecosystem {
        *ecosystems::all().of_namespace("Alpine:v3.16").unwrap()
    }

    fn distribution(id: &str, version: &str) -> Distribution {
        Distribution {
            id: id.to_owned(),
            version: version.to_owned(),
            name: "for people".to_owned(),
            ecosystem: "Alpine:v3.16".to_owned(),
            end_of_life: None,
        }
    }

    fn package(name: &str, version: &str, source: Option<SourcePackage>) -> Package {
        let architecture = Some("x86_64".to_owned());
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            kind: "apk".to_owned(),
            architecture,
            source,
            ..Package::default()
        }
    }

    #[test]
    fn a_distribution_package_has_its_release_and_source() {
        let (alpine, release) = (alpine(), distribution("alpine", "3.16.0"));
        let busybox = package("busybox", "1.35.0-r13", Some(SourcePackage::new("busybox", "1.35.0-r13")));
        assert_eq!(
            purl(Some(&alpine), &busybox, Some(&release)),
            "pkg:apk/alpine/busybox@1.35.0-r13?arch=x86_64&distro=alpine-3.16.0"
        );
        let libssl = package("libssl1.1", "1.1.1o-r0", Some(SourcePackage::new("openssl", "1.1.1o-r0")));
        assert_eq!(
            purl(Some(&alpine), &libssl, Some(&release)),
            "pkg:apk/alpine/libssl1.1@1.1.1o-r0?arch=x86_64&distro=alpine-3.16.0&upstream=openssl"
        );
        let other = package("a", "2", Some(SourcePackage::new("b", "1")));
        assert_eq!(
            purl(Some(&alpine), &other, Some(&distribution("wolfi", ""))),
            "pkg:apk/alpine/a@2?arch=x86_64&distro=wolfi&upstream=b%401"
        );
    }

    #[test]
    fn without_a_distribution_the_type_of_the_package_stands() {
        assert_eq!(purl(None, &package("zlib", "1.2~a+b", None), None), "pkg:apk/zlib@1.2~a%2Bb?arch=x86_64");
    }

    #[test]
    fn what_no_package_url_can_hold_still_has_one() {
        let odd = Package { kind: "no type".to_owned(), ..package("a b", "1?2", None) };
        assert_eq!(purl(None, &odd, None), "pkg:generic/a%20b@1%3F2?type=no%20type");
        assert_eq!(purl(None, &Package::default(), None), "pkg:generic/unnamed");
    }
}
