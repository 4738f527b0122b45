//! Metrics, health and readiness, on a listener of their own.

use std::time::Duration;

/// What is counted.
#[derive(Debug, Default)]
pub struct Metrics {}

#[allow(missing_docs)]
impl Metrics {
    pub fn layer_shared(&self) {}
    pub fn layer_fetched(&self, _bytes: u64) {}
    pub fn index_failed(&self) {}
    pub fn index_executed(&self, _t: Duration) {}
    pub fn reindexed(&self, _ok: bool) {}
    pub fn report_answered(&self, _cached: bool) {}
    pub fn catalog_published(&self, _v: i64) {}
    pub fn feed_updated(&self, _feed: &str, _outcome: &limpid_catalog::Outcome) {}
    pub fn notification_made(&self, _n: usize, _held: bool) {}
    pub fn delivered(&self, _t: &str, _ok: bool) {}
}
