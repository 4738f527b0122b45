//! What is counted, as the events that others tell of.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::Method;
use chrono::{DateTime, Utc};
use limpid_catalog::Outcome;
use limpid_store::{
    StoreError,
    jobs::{JobKind, JobState},
};
use prometheus_client::{encoding::text, metrics::gauge::Gauge, registry::Registry};

use super::{
    families::Families,
    labels::{
        self, DeliveryLabels, DependencyLabels, FaceLabels, FeedLabels, JobLabels, RequestLabels,
        ResultLabels, RouteLabels, SourceLabels, UpdateLabels,
    },
};

/// How many jobs there are of one kind and state, as [`limpid_store::jobs::counts`] tells.
pub type JobCount = (JobKind, JobState, u64);

type JobSource = Box<dyn Fn() -> Result<Vec<JobCount>, StoreError> + Send>;

/// What is counted.
pub struct Metrics {
    registry: Registry,
    families: Families,
    job_source: Mutex<Option<JobSource>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let families = Families::default();
        let mut registry = Registry::with_prefix("limpid");
        families.register(&mut registry);
        Self { registry, families, job_source: Mutex::new(None) }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// A request came to a face. It is in flight until the value is dropped.
    pub fn request_began(&self, face: &'static str) -> InFlight {
        let gauge = self.families.requests_in_flight.get_or_create_owned(&FaceLabels { face });
        gauge.inc();
        InFlight(gauge)
    }

    /// A request was answered. `route` is the pattern of its path.
    pub fn request_answered(
        &self,
        face: &'static str,
        route: &str,
        method: &Method,
        code: u16,
        time: Duration,
    ) {
        let (route, method) = (route.to_owned(), labels::method(method));
        let labels = RouteLabels { face, route: route.clone(), method };
        self.families.request_seconds.get_or_create(&labels).observe(time.as_secs_f64());
        self.families.requests.get_or_create(&RequestLabels { face, route, method, code }).inc();
    }

    /// A manifest was indexed, or could not be.
    pub fn indexed(&self, succeeded: bool, time: Duration) {
        self.families.index_executions.get_or_create(&ResultLabels::new(succeeded)).inc();
        self.families.index_seconds.observe(time.as_secs_f64());
    }

    /// A layer was fetched.
    pub fn layer_fetched(&self, bytes: u64) {
        self.families.layers_fetched.inc();
        self.families.layer_bytes.inc_by(bytes);
    }

    /// A layer was not fetched, because somebody else was at it.
    pub fn layer_shared(&self) {
        self.families.layers_shared.inc();
    }

    /// A manifest was indexed anew because the index state changed, or could not be.
    pub fn reindexed(&self, succeeded: bool) {
        self.families.reindexed.get_or_create(&ResultLabels::new(succeeded)).inc();
    }

    /// A report was made.
    pub fn report_matched(&self, time: Duration) {
        self.families.reports.get_or_create(&SourceLabels { source: "matched" }).inc();
        self.families.report_seconds.observe(time.as_secs_f64());
    }

    /// A report was there already.
    pub fn report_cached(&self) {
        self.families.reports.get_or_create(&SourceLabels { source: "cache" }).inc();
    }

    /// An update of a feed ended.
    pub fn feed_updated(&self, feed: &str, outcome: &Outcome) {
        let labels = UpdateLabels { feed: feed.to_owned(), outcome: labels::outcome(outcome) };
        self.families.updates.get_or_create(&labels).inc();
    }

    /// When a feed's upstream was last asked.
    pub fn feed_checked(&self, feed: &str, at: DateTime<Utc>) {
        self.families.feed_checked.get_or_create(&FeedLabels { feed: feed.to_owned() }).set(at.timestamp());
    }

    /// When a feed's data last changed.
    pub fn feed_changed(&self, feed: &str, at: DateTime<Utc>) {
        self.families.feed_changed.get_or_create(&FeedLabels { feed: feed.to_owned() }).set(at.timestamp());
    }

    /// How many feeds have data that waits for a person.
    pub fn feeds_quarantined(&self, number: usize) {
        self.families.feeds_quarantined.set(i64::try_from(number).unwrap_or(i64::MAX));
    }

    /// The catalog that this process uses.
    pub fn catalog_version(&self, version: u64) {
        self.families.catalog_version.set(version);
    }

    /// The catalog that is published.
    pub fn published_catalog_version(&self, version: u64) {
        self.families.published_catalog_version.set(version);
    }

    /// Notifications were made.
    pub fn notifications_made(&self, number: u64) {
        self.families.notifications_made.inc_by(number);
    }

    /// Notifications were not made, until a person lets them go.
    pub fn notifications_held(&self, number: u64) {
        self.families.notifications_held.inc_by(number);
    }

    /// A target was told of a notification, or could not be.
    pub fn delivered(&self, target: &str, succeeded: bool) {
        let labels = DeliveryLabels { target: target.to_owned(), result: labels::result(succeeded) };
        self.families.deliveries.get_or_create(&labels).inc();
    }

    /// Whether the database answered.
    pub fn database_answered(&self, answered: bool) {
        self.dependency("database", answered);
    }

    /// Whether the storage of blobs answered.
    pub fn blobs_answered(&self, answered: bool) {
        self.dependency("blobs", answered);
    }

    fn dependency(&self, dependency: &'static str, answered: bool) {
        self.families.up.get_or_create(&DependencyLabels { dependency }).set(answered.into());
    }

    /// Where jobs are counted, each time that the metrics are asked for. It may block.
    pub fn count_jobs_with(&self, source: impl Fn() -> Result<Vec<JobCount>, StoreError> + Send + 'static) {
        *self.job_source.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(source));
    }

    /// All numbers, in the text format of OpenMetrics. Blocks.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        // One after the other, so that nobody sees half of the jobs.
        let source = self.job_source.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = source.as_ref() {
            self.count_jobs(source());
        }
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Where jobs cannot be counted, no number is better than an old one; the others are shown all the same.
    fn count_jobs(&self, counts: Result<Vec<JobCount>, StoreError>) {
        self.families.jobs.clear();
        self.families.jobs_unknown.set(counts.is_err().into());
        match counts {
            Ok(counts) => {
                for (kind, state, number) in counts {
                    let gauge = self.families.jobs.get_or_create_owned(&JobLabels::new(kind, state));
                    gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
                }
            }
            Err(error) => tracing::warn!(%error, "the jobs cannot be counted"),
        }
    }
}
