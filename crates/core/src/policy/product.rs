//! What a statement is about: an image, a package, or a package in an image.

use packageurl::PackageUrl;

use crate::{ImageFacts, report::FindingPackage};

/// A product, and within it the parts that a statement is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// Package URL, or whatever names it.
    pub id: String,
    /// Package URLs of its parts; `None`: all of it. Where parts are meant and none has a name that can be met, there is none.
    pub parts: Option<Vec<String>>,
}

impl Product {
    /// Whether a package of an image is meant.
    pub(super) fn has(&self, image: &ImageFacts, package: &FindingPackage) -> bool {
        let is_meant = is_image(&self.id, image) || is_package(&self.id, package);
        is_meant && self.parts.as_ref().is_none_or(|parts| parts.iter().any(|part| is_package(part, package)))
    }
}

/// Whether a name is that of an image: its digest, how it was named, or a package URL of type `oci` or `docker`. One with a digest
/// must have this one; one without must have the address and, where it has one, the tag. A bare name is that of many images.
fn is_image(name: &str, image: &ImageFacts) -> bool {
    if name == image.reference || name == image.digest.as_str() {
        return true;
    }
    let Ok(purl) = name.parse::<PackageUrl<'_>>() else { return false };
    if !matches!(purl.ty(), "oci" | "docker") {
        return false;
    }
    if let Some(version) = purl.version().filter(|version| version.contains(':')) {
        return version == image.digest.as_str();
    }
    let qualifiers = purl.qualifiers();
    let (address, tag) = address_and_tag(&image.reference);
    let is_tagged = match qualifiers.get("tag").map(|tag| tag.as_ref()).or(purl.version()) {
        Some(wanted) => tag == Some(wanted),
        None => true,
    };
    qualifiers.get("repository_url").is_some_and(|url| url.as_ref() == address) && is_tagged
}

/// `registry.example/app:1@sha256:…` without digest and tag, and the tag.
fn address_and_tag(reference: &str) -> (&str, Option<&str>) {
    let named = reference.split('@').next().unwrap_or(reference);
    match named.rsplit_once(':') {
        Some((address, tag)) if !tag.contains('/') => (address, Some(tag)),
        Some(_) | None => (named, None),
    }
}

/// Whether a package URL names a package: its type, namespace and name, and what it says beside them. Of version and qualifiers
/// what it leaves out may be anything; a name without its namespace is another package's.
fn is_package(name: &str, package: &FindingPackage) -> bool {
    let (Ok(wanted), Ok(own)) = (name.parse::<PackageUrl<'_>>(), package.purl.parse::<PackageUrl<'_>>())
    else {
        return false;
    };
    let is_named =
        wanted.ty() == own.ty() && wanted.name() == own.name() && wanted.namespace() == own.namespace();
    let is_version = wanted.version().is_none_or(|version| own.version() == Some(version));
    let has = |(key, value): (&std::borrow::Cow<'_, str>, &std::borrow::Cow<'_, str>)| {
        own.qualifiers().get(key) == Some(value)
    };
    is_named && is_version && wanted.qualifiers().iter().all(has)
}
