//! Finished reports, remembered by what they are a function of.

use std::sync::Arc;

use moka::sync::Cache;

use super::MatchedReport;
use crate::limits::REPORT_CACHE_BYTES;

/// Bytes that a finding or a package takes, about: names, links, paths and the rest.
const BYTES_PER_LINE: usize = 700;

/// See the module.
#[derive(Debug)]
pub(crate) struct ReportCache(Cache<String, Arc<MatchedReport>>);

impl Default for ReportCache {
    fn default() -> Self {
        let weight = |key: &String, report: &Arc<MatchedReport>| {
            let lines = report.index.packages.len() + report.report.findings.len() + 8;
            u32::try_from(key.len() + lines * BYTES_PER_LINE).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(REPORT_CACHE_BYTES).weigher(weight).build())
    }
}

impl ReportCache {
    /// The report of this tag, which says all that it depends on.
    pub(super) fn get(&self, etag: &str) -> Option<Arc<MatchedReport>> {
        self.0.get(etag)
    }

    pub(super) fn keep(&self, report: &Arc<MatchedReport>) {
        self.0.insert(report.etag.clone(), Arc::clone(report));
    }
}
