//! The media types that each endpoint answers with. The first is for those who do not ask.

/// What Clair serves everything as, too.
pub(super) const JSON: &str = "application/json";

/// Index reports.
pub(super) const INDEX_REPORT: &[&str] = &["application/vnd.clair.index_report.v1+json", JSON];

/// The index state.
pub(super) const INDEX_STATE: &[&str] = &["application/vnd.clair.index_state.v1+json", JSON];

/// Affected manifests.
pub(super) const AFFECTED_MANIFESTS: &[&str] = &["application/vnd.clair.affected_manifests.v1+json", JSON];

/// Vulnerability reports. Clair documents the first type and sends the second, that of another document, whatever is
/// asked for. Its clients do not look: Quay and clairctl parse what comes. So who does not ask gets what is documented,
/// and who asks for what Clair sends gets that.
pub(super) const VULNERABILITY_REPORT: &[&str] = &[
    "application/vnd.clair.vulnerability_report.v1+json",
    "application/vnd.clair.index_report.v1+json",
    JSON,
];

/// Pages of notifications.
pub(super) const NOTIFICATION_PAGE: &[&str] = &["application/vnd.clair.notification_page.v1+json", JSON];

/// Descriptions of the API as JSON.
pub(super) const OPENAPI_JSON: &[&str] =
    &["application/openapi+json", JSON, "application/vnd.oai.openapi+json"];

/// Descriptions of the API, in Clair's order.
pub(super) const OPENAPI: &[&str] = &[
    "application/openapi+json",
    "application/openapi+yaml",
    JSON,
    "application/yaml",
    "application/vnd.oai.openapi+json",
    "application/vnd.oai.openapi+yaml",
];
