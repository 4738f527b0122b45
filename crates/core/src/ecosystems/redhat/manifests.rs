//! What Red Hat's images tell of themselves: the repositories of their packages, and which image they are.
//!
//! - `root/buildinfo/content_manifests/*.json`, `usr/share/buildinfo/*.json`: `{"content_sets": ["rhel-8-for-x86_64-baseos-rpms"]}`.
//! - `root/buildinfo/labels.json`, `usr/share/buildinfo/labels.json`: labels of newer images.
//! - `root/buildinfo/Dockerfile-NAME-VERSION-RELEASE`: how older images, and those that they were made from, were built.
//!
//! A file that cannot be read is a blind spot: without it a package might be judged by the wrong product.

mod dockerfile;

use chrono::DateTime;
use serde::Deserialize;

use super::limits;
use crate::{
    BlindSpot, Detector, FoundFile, Package, Parsed, Reason,
    ecosystem::ParsedPackage,
    package::IMAGE,
    revision,
    wants::{Pattern, Want},
};

/// Finds repositories and images.
pub(super) const DETECTOR: Detector = Detector {
    id: "redhat",
    revision: revision::of("ecosystems/redhat"),
    wants: &[
        Want::new(
            Pattern::SystemGlob("root/buildinfo/content_manifests/*.json"),
            limits::MOST_MANIFEST_BYTES,
        ),
        Want::new(
            Pattern::SystemGlob("usr/share/buildinfo/content_manifests/*.json"),
            limits::MOST_MANIFEST_BYTES,
        ),
        Want::new(Pattern::SystemGlob("usr/share/buildinfo/*.json"), limits::MOST_MANIFEST_BYTES),
        Want::new(Pattern::System("root/buildinfo/labels.json"), limits::MOST_MANIFEST_BYTES),
        Want::new(Pattern::SystemGlob("root/buildinfo/Dockerfile-*"), limits::MOST_MANIFEST_BYTES),
    ],
    companions: &[],
    parse,
};

fn parse(file: &FoundFile<'_>) -> Parsed {
    let name = String::from_utf8_lossy(file.path.name()).into_owned();
    let read = match name.as_str() {
        "labels.json" => labels(file.content).map(image),
        name if name.starts_with("Dockerfile-") => dockerfile(name, file.content).map(image),
        _ => manifest(file.content),
    };
    read.unwrap_or_else(|why| {
        let detail =
            format!("{why}; its packages may be judged by the wrong product, or the image not at all");
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
        Parsed { blind_spots: vec![spot], ..Parsed::default() }
    })
}

fn image(package: Package) -> Parsed {
    Parsed { packages: vec![ParsedPackage::new(package)], ..Parsed::default() }
}

/// Other documents stand beside the manifests: one that is an object and names no repositories is one of those.
fn manifest(content: &[u8]) -> Result<Parsed, String> {
    #[derive(Deserialize)]
    struct Manifest {
        content_sets: Option<Vec<String>>,
    }
    let manifest: Manifest =
        serde_json::from_slice(content).map_err(|error| format!("no manifest of contents: {error}"))?;
    Ok(Parsed { repositories: manifest.content_sets.unwrap_or_default(), ..Parsed::default() })
}

/// The version of these images is the second in which they were built, as it is in the advisories.
fn labels(content: &[u8]) -> Result<Package, String> {
    #[derive(Deserialize)]
    struct Labels {
        name: String,
        architecture: Option<String>,
        cpe: Option<String>,
        #[serde(rename = "org.opencontainers.image.created")]
        created: String,
    }
    let labels: Labels =
        serde_json::from_slice(content).map_err(|error| format!("no labels of an image: {error}"))?;
    let unquoted = |text: &str| text.trim().trim_matches('"').to_owned();
    let created = unquoted(&labels.created);
    let created = DateTime::parse_from_rfc3339(&created)
        .map_err(|error| format!("“{created}” is no instant: {error}"))?;
    package(
        &unquoted(&labels.name),
        created.timestamp().to_string(),
        labels.architecture.as_deref(),
        labels.cpe,
    )
}

/// An older image is named by a label in the file, and its version and release by the file's name.
fn dockerfile(file_name: &str, content: &[u8]) -> Result<Package, String> {
    let mut parts = file_name.strip_prefix("Dockerfile-").unwrap_or_default().rsplitn(3, '-');
    let (Some(release), Some(version), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("its name has no version and release".to_owned());
    };
    let text = str::from_utf8(content).map_err(|error| format!("it is no text: {error}"))?;
    let labels = dockerfile::labels(text);
    let name = labels.get("name").ok_or("it has no label “name”")?;
    package(name, format!("{version}-{release}"), labels.get("architecture").map(String::as_str), None)
}

/// Advisories spell the folder of an image in several ways (`openshift/ose-console`, `openshift4/ose-console`): its own name
/// tells it.
fn package(
    name: &str,
    version: String,
    architecture: Option<&str>,
    cpe: Option<String>,
) -> Result<Package, String> {
    let own = name.rsplit('/').next().unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if own.is_empty() || !own.bytes().all(plain) {
        return Err(format!("“{name}” is no name of an image"));
    }
    if version.starts_with('-')
        || version.ends_with('-')
        || version.bytes().any(|byte| !byte.is_ascii_graphic())
    {
        return Err(format!("“{version}” is no version of an image"));
    }
    Ok(Package {
        name: own.to_owned(),
        version,
        kind: IMAGE.to_owned(),
        architecture: architecture.filter(|one| !one.is_empty()).map(str::to_owned),
        repository: cpe.filter(|one| !one.is_empty()),
        ..Package::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, content: &str) -> Parsed {
        parse(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] })
    }

    #[test]
    fn a_manifest_names_the_repositories() {
        let path = "root/buildinfo/content_manifests/ubi8-container-8.0-126.json";
        let text = r#"{"metadata": {"icm_version": 1}, "content_sets": ["rhel-8-for-x86_64-baseos-rpms"], "image_contents": []}"#;
        assert_eq!(read(path, text).repositories, ["rhel-8-for-x86_64-baseos-rpms"]);
        assert_eq!(read(path, "{}"), Parsed::default());
        for broken in ["", "[", "[]", r#"{"content_sets": {}}"#, "\u{0}"] {
            let parsed = read(path, broken);
            assert_eq!((parsed.repositories.len(), parsed.blind_spots.len()), (0, 1), "{broken}");
        }
    }

    #[test]
    fn newer_images_tell_by_labels_what_they_are() {
        let text = r#"{"name": "quay/quay-rhel8", "architecture": "x86_64", "cpe": "cpe:/a:redhat:quay:3.13::el8",
            "org.opencontainers.image.created": "2025-02-03T04:05:06Z", "release": "1738555506"}"#;
        let parsed = read("usr/share/buildinfo/labels.json", text);
        let package = &parsed.packages[0].package;
        assert_eq!((package.name.as_str(), package.version.as_str()), ("quay-rhel8", "1738555506"));
        assert_eq!(
            (package.kind.as_str(), package.repository.as_deref()),
            ("oci", Some("cpe:/a:redhat:quay:3.13::el8"))
        );
        for broken in ["", "{}", r#"{"name": "a", "org.opencontainers.image.created": "yesterday"}"#] {
            assert_eq!(read("root/buildinfo/labels.json", broken).blind_spots.len(), 1, "{broken}");
        }
    }

    #[test]
    fn older_images_tell_by_their_dockerfiles() {
        let text = "FROM sha256:1\nENV \\\n  NAME=\"ose-console\" OTHER=1\nLABEL \\\n name=\"openshift/${NAME}\" \\\n \
                    architecture=\"x86_64\"\n";
        let parsed =
            read("root/buildinfo/Dockerfile-openshift-enterprise-console-container-v4.16.0-2024.p0.g1", text);
        let package = &parsed.packages[0].package;
        assert_eq!(
            (package.name.as_str(), package.version.as_str(), package.architecture.as_deref()),
            ("ose-console", "v4.16.0-2024.p0.g1", Some("x86_64"))
        );
        for (name, broken) in
            [("Dockerfile-x-1-2", "FROM x\n"), ("Dockerfile-1-2", text), ("Dockerfile-x-1-2", "")]
        {
            assert_eq!(
                read(&format!("root/buildinfo/{name}"), broken).blind_spots.len(),
                1,
                "{name} {broken}"
            );
        }
    }
}
