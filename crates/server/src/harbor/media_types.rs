//! The media types of the API. Only type and subtype are compared: a version is a parameter, and there is one of each.

/// A Docker manifest of schema 2. Harbor takes no scanner that does not consume it.
pub(super) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// An OCI image manifest.
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The answer to `GET metadata`.
pub(super) const METADATA: &str = "application/vnd.scanner.adapter.metadata+json; version=1.1";

/// The answer to `POST scan`.
pub(super) const SCAN_RESPONSE: &str = "application/vnd.scanner.adapter.scan.response+json; version=1.0";

/// An error.
pub(super) const ERROR: &str = "application/vnd.scanner.adapter.error+json; version=1.0";

/// The vulnerabilities of an image, as Harbor 2 asks for them.
pub(super) const VULNERABILITIES: &str = "application/vnd.security.vulnerability.report; version=1.1";

/// The same, as Harbor 1 did.
pub(super) const NATIVE: &str = "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0";

/// Limpid's own report.
pub(super) const RAW: &str = "application/vnd.scanner.adapter.vuln.report.raw";

/// A list of packages, in one of [`SPDX`] and [`CYCLONEDX`].
pub(super) const SBOM: &str = "application/vnd.security.sbom.report+json; version=1.0";

/// SPDX 2.3 in JSON.
pub(super) const SPDX: &str = "application/spdx+json";

/// CycloneDX 1.6 in JSON.
pub(super) const CYCLONEDX: &str = "application/vnd.cyclonedx+json";

/// The type without its parameters.
pub(super) fn bare(media_type: &str) -> &str {
    media_type.split_once(';').map_or(media_type, |(bare, _)| bare).trim()
}
