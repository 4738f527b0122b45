//! That the description says what is served.

use crate::face::openapi::differences;

#[test]
fn every_route_is_described_and_everything_described_is_a_route() {
    let accept = format!("{}/accept", super::FEED);
    let routes = [
        super::MANIFESTS,
        super::MANIFEST,
        super::REPORT,
        super::EXPLANATION,
        super::INDEX,
        super::LAYER,
        super::CATALOG,
        super::FEEDS,
        super::FEED,
        &accept,
        super::UPDATES,
        super::JOBS,
        super::JOB,
        super::NOTIFICATIONS,
        super::NOTIFICATION,
        super::RELEASE,
        super::STATE,
        super::OPENAPI,
    ];
    assert_eq!(differences(super::openapi::YAML, &routes), []);
}
