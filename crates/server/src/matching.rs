//! Reports as a service: the stored index report judged against the catalog in force, at every request.
//!
//! A report is never stored: it is a function of what is, and what is kept of it is thrown away with the first of its
//! inputs that changes. A new catalog needs no image to be indexed again.

use limpid_core::policy::Policy;

use crate::engine::Engine;

mod affected;
mod cache;
mod reach;
mod report;
mod tag;

pub(crate) use self::{cache::ReportCache, reach::reach};

pub use affected::{Affected, AskedStatement, affected};
pub use report::{Answer, MatchError, MatchedReport, etag, report};

/// The decisions that reports are made by.
pub fn policy(engine: &Engine) -> &Policy {
    &engine.policy
}
