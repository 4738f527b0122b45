//! The numbers themselves, with their names and texts, in the order in which they are shown.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use super::labels::{
    DeliveryLabels, DependencyLabels, FaceLabels, FeedLabels, JobLabels, RequestLabels, ResultLabels,
    RouteLabels, SourceLabels, UpdateLabels,
};

type Seconds<L> = Family<L, Histogram, fn() -> Histogram>;

/// See the module.
#[derive(Debug)]
pub(super) struct Families {
    pub(super) requests: Family<RequestLabels, Counter>,
    pub(super) request_seconds: Seconds<RouteLabels>,
    pub(super) requests_in_flight: Family<FaceLabels, Gauge>,
    pub(super) index_executions: Family<ResultLabels, Counter>,
    pub(super) index_seconds: Histogram,
    pub(super) layers_fetched: Counter,
    pub(super) layer_bytes: Counter,
    pub(super) layers_shared: Counter,
    pub(super) reindexed: Family<ResultLabels, Counter>,
    pub(super) reports: Family<SourceLabels, Counter>,
    pub(super) report_seconds: Histogram,
    pub(super) updates: Family<UpdateLabels, Counter>,
    pub(super) feed_checked: Family<FeedLabels, Gauge>,
    pub(super) feed_changed: Family<FeedLabels, Gauge>,
    pub(super) feeds_quarantined: Gauge,
    pub(super) catalog_version: Gauge<u64, AtomicU64>,
    pub(super) published_catalog_version: Gauge<u64, AtomicU64>,
    pub(super) notifications_made: Counter,
    pub(super) notifications_held: Counter,
    pub(super) deliveries: Family<DeliveryLabels, Counter>,
    pub(super) jobs: Family<JobLabels, Gauge>,
    pub(super) jobs_unknown: Gauge,
    pub(super) up: Family<DependencyLabels, Gauge>,
}

/// A millisecond to half a minute: what clients wait for.
fn request_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

/// A tenth of a second to an hour: a small image from evidence to the largest from a slow registry.
fn index_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.1, 2.0, 16))
}

impl Default for Families {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(request_histogram),
            requests_in_flight: Family::default(),
            index_executions: Family::default(),
            index_seconds: index_histogram(),
            layers_fetched: Counter::default(),
            layer_bytes: Counter::default(),
            layers_shared: Counter::default(),
            reindexed: Family::default(),
            reports: Family::default(),
            report_seconds: request_histogram(),
            updates: Family::default(),
            feed_checked: Family::default(),
            feed_changed: Family::default(),
            feeds_quarantined: Gauge::default(),
            catalog_version: Gauge::default(),
            published_catalog_version: Gauge::default(),
            notifications_made: Counter::default(),
            notifications_held: Counter::default(),
            deliveries: Family::default(),
            jobs: Family::default(),
            jobs_unknown: Gauge::default(),
            up: Family::default(),
        }
    }
}

impl Families {
    pub(super) fn register(&self, registry: &mut Registry) {
        self.register_requests(registry);
        self.register_indexing(registry);
        self.register_advisories(registry);
        self.register_notifying(registry);
        self.register_state(registry);
    }

    fn register_requests(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register(
            "http_requests_in_flight",
            "Requests not answered yet",
            self.requests_in_flight.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time to an answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
    }

    fn register_indexing(&self, registry: &mut Registry) {
        registry.register("index_executions", "Manifests indexed", self.index_executions.clone());
        registry.register("layers_fetched", "Layers fetched", self.layers_fetched.clone());
        registry.register(
            "layers_shared",
            "Layers that another request fetched already",
            self.layers_shared.clone(),
        );
        registry.register(
            "reindexed",
            "Manifests indexed anew because the index state changed",
            self.reindexed.clone(),
        );
        registry.register_with_unit(
            "index_duration",
            "Time to index a manifest",
            Unit::Seconds,
            self.index_seconds.clone(),
        );
        registry.register_with_unit(
            "layers_fetched",
            "Bytes of layers fetched",
            Unit::Bytes,
            self.layer_bytes.clone(),
        );
    }

    fn register_advisories(&self, registry: &mut Registry) {
        registry.register("reports", "Reports given, by where they came from", self.reports.clone());
        registry.register("updates", "Updates of feeds, by what became of them", self.updates.clone());
        registry.register(
            "feeds_quarantined",
            "Feeds whose newest data looks wrong and is not in force",
            self.feeds_quarantined.clone(),
        );
        registry.register("catalog_version", "Version of the catalog in force", self.catalog_version.clone());
        registry.register(
            "published_catalog_version",
            "Version of the catalog that is published for all processes",
            self.published_catalog_version.clone(),
        );
        registry.register_with_unit(
            "report_duration",
            "Time to make a report",
            Unit::Seconds,
            self.report_seconds.clone(),
        );
        registry.register_with_unit(
            "feed_checked_time",
            "When upstream was last asked",
            Unit::Seconds,
            self.feed_checked.clone(),
        );
        registry.register_with_unit(
            "feed_changed_time",
            "When a feed last changed",
            Unit::Seconds,
            self.feed_changed.clone(),
        );
    }

    fn register_notifying(&self, registry: &mut Registry) {
        registry.register("notifications_made", "Notifications made", self.notifications_made.clone());
        registry.register(
            "notifications_held",
            "Notifications that wait for a person",
            self.notifications_held.clone(),
        );
        registry.register(
            "deliveries",
            "Attempts to tell a target of a notification",
            self.deliveries.clone(),
        );
    }

    fn register_state(&self, registry: &mut Registry) {
        registry.register("jobs", "Jobs", self.jobs.clone());
        registry.register("jobs_unknown", "1 where the jobs could not be counted", self.jobs_unknown.clone());
        registry.register("up", "1 where a dependency answered last time", self.up.clone());
    }
}
