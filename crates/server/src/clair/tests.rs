//! That the description says what is served.

use crate::face::openapi::differences;

#[test]
fn every_route_is_described_and_everything_described_is_a_route() {
    let routes = [
        super::INDEX_REPORTS,
        super::INDEX_REPORT,
        super::INDEX_STATE,
        super::AFFECTED,
        super::AFFECTED_FOLDER,
        super::VULNERABILITY_REPORT,
        super::UPDATE_OPERATIONS,
        super::UPDATE_OPERATION,
        super::UPDATE_DIFF,
        super::NOTIFICATION,
        super::OPENAPI,
        super::ROBOTS,
    ];
    assert_eq!(differences(super::openapi::YAML, &routes), []);
}
