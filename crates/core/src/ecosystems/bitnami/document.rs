//! What one of Bitnami's documents says: SPDX 2.3 in JSON, one for each component, in its folder.
//!
//! ```json
//! {"SPDXID": "SPDXRef-redis", "spdxVersion": "SPDX-2.3", "packages": [{"SPDXID": "SPDXRef-redis", "name": "redis",
//!   "versionInfo": "7.4.1-0", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
//!   "referenceLocator": "pkg:bitnami/redis@7.4.1-0?arch=arm64&distro=debian-12"}]}]}
//! ```
//!
//! The first package is the component itself, and brought all that is in the folder; others are what was built with it. Those of other
//! types (`pkg:maven/…`) have files of their own by which they are found.

use packageurl::PackageUrl;
use serde::Deserialize;

use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// Largest document that is read. Those of applications with all packages of their languages have some megabytes.
pub(super) const MOST_BYTES: u64 = 64 << 20;

/// The folder below which Bitnami's documents are.
const FOLDER: &str = "opt/bitnami/";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    spdx_version: String,
    packages: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    #[serde(default)]
    version_info: String,
    #[serde(default)]
    external_refs: Vec<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    reference_type: String,
    reference_locator: String,
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let path = file.path.to_string();
    let is_below = path.starts_with(FOLDER) || path.contains(&format!("/{FOLDER}"));
    if !is_below || !file.path.name().starts_with(b".spdx-") {
        return Parsed::default();
    }
    let spot = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, path.clone(), detail);
    let refused = |detail| Parsed { blind_spots: vec![spot(detail)], ..Parsed::default() };
    let document: Document = match serde_json::from_slice(file.content) {
        Ok(document) => document,
        Err(error) => return refused(format!("it is no SPDX document in JSON: {error}")),
    };
    if !document.spdx_version.starts_with("SPDX-2.") {
        return refused(format!("its form is “{}” and not SPDX 2", document.spdx_version));
    }
    let mut parsed = Parsed::default();
    for listed in &document.packages {
        match listed.package() {
            Ok(Some(package)) => {
                parsed.owns_folder.get_or_insert_with(|| package.name.clone());
                parsed.packages.push(ParsedPackage::new(package));
            }
            Ok(None) => {}
            Err(why) => parsed.blind_spots.push(spot(why)),
        }
    }
    if parsed.packages.is_empty() && parsed.blind_spots.is_empty() {
        return refused("it lists no package of Bitnami".to_owned());
    }
    parsed
}

/// What has no type is known by its bytes, and only if it is well known: that it is found is not sure.
const WITHOUT_TYPE: &str = "generic";

/// Whether packages of a type have files of their own that are read.
fn is_found_otherwise(kind: &str) -> bool {
    kind != WITHOUT_TYPE
        && crate::ecosystems::all().iter().any(|one| one.purl.kind == kind && !one.detectors.is_empty())
}

impl Listed {
    /// The package; `None` where it is of another type. One without any package URL is one of Bitnami's that is not said to be.
    fn package(&self) -> Result<Option<Package>, String> {
        let purls = || self.external_refs.iter().filter(|one| one.reference_type == "purl");
        let named = |name: &str, version: &str| match (name, version) {
            ("", _) => Err("a package without a name".to_owned()),
            (name, "") => Err(format!("{name} has no version")),
            (name, version) => Ok(Some(Package {
                name: name.to_ascii_lowercase(),
                version: version.to_owned(),
                kind: "bitnami".to_owned(),
                ..Package::default()
            })),
        };
        if purls().next().is_none() {
            return named(self.name.trim(), self.version_info.trim());
        }
        for purl in purls().map(|one| one.reference_locator.as_str()) {
            let read: PackageUrl<'_> =
                purl.parse().map_err(|error| format!("“{purl}” is no package URL: {error}"))?;
            if read.ty() == "bitnami" {
                return named(read.name(), read.version().unwrap_or(self.version_info.trim()));
            }
            if !is_found_otherwise(read.ty()) {
                return Err(format!("“{purl}” is of a type that this version does not read"));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_a_component_or_found_by_its_own_files_or_told() {
        let listed = |purl: &str| {
            let content = format!(
                r#"{{"spdxVersion": "SPDX-2.3", "packages": [
                    {{"name": "redis", "versionInfo": "7.4.1-0", "externalRefs": []}},
                    {{"name": "other", "versionInfo": "1.0", "externalRefs": [{{"referenceType": "purl", "referenceLocator": "{purl}"}}]}}]}}"#
            );
            let path = "opt/bitnami/redis/.spdx-redis.spdx".into();
            let parsed = read(&FoundFile { path: &path, content: content.as_bytes(), companions: &[] });
            let names =
                parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
            (names.collect::<Vec<_>>().join(", "), parsed.blind_spots.len())
        };
        for (purl, names, told) in [
            ("pkg:bitnami/other@1.0-2?arch=amd64", "redis 7.4.1-0, other 1.0-2", 0),
            ("pkg:maven/org.example/other@1.0", "redis 7.4.1-0", 0),
            ("pkg:generic/other@1.0", "redis 7.4.1-0", 1),
            ("pkg:swift/other@1.0", "redis 7.4.1-0", 1),
            ("other 1.0", "redis 7.4.1-0", 1),
        ] {
            assert_eq!(listed(purl), (names.to_owned(), told), "{purl}");
        }
    }
}
