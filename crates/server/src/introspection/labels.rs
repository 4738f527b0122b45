//! What numbers are told apart by. Each label has few values, and none that a stranger chooses.

use limpid_catalog::Outcome;
use limpid_store::jobs::{JobKind, JobState};
use prometheus_client::encoding::EncodeLabelSet;

/// A label set of one request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) face: &'static str,
    pub(super) route: String,
    pub(super) method: &'static str,
    pub(super) code: u16,
}

/// Requests of one kind, whatever became of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RouteLabels {
    pub(super) face: &'static str,
    pub(super) route: String,
    pub(super) method: &'static str,
}

/// The face of requests that are not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FaceLabels {
    pub(super) face: &'static str,
}

/// How something ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ResultLabels {
    pub(super) result: &'static str,
}

impl ResultLabels {
    pub(super) fn new(succeeded: bool) -> Self {
        Self { result: result(succeeded) }
    }
}

/// Where a report came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct SourceLabels {
    pub(super) source: &'static str,
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FeedLabels {
    pub(super) feed: String,
}

/// What became of an update of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct UpdateLabels {
    pub(super) feed: String,
    pub(super) outcome: &'static str,
}

/// Deliveries to a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DeliveryLabels {
    pub(super) target: String,
    pub(super) result: &'static str,
}

/// Jobs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct JobLabels {
    pub(super) kind: &'static str,
    pub(super) state: &'static str,
}

impl JobLabels {
    pub(super) fn new(kind: JobKind, state: JobState) -> Self {
        Self { kind: kind.name(), state: state.name() }
    }
}

/// What is asked whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DependencyLabels {
    pub(super) dependency: &'static str,
}

pub(super) fn result(succeeded: bool) -> &'static str {
    if succeeded { "success" } else { "failure" }
}

pub(super) fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Updated { .. } => "updated",
        Outcome::Quarantined { .. } => "quarantined",
        Outcome::Failed { .. } => "failed",
        Outcome::Absent => "absent",
    }
}

/// Clients may send any word as a method; only the known ones are told apart.
pub(super) fn method(method: &axum::http::Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}
