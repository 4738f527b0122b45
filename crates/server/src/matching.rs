//! Reports as a service: the stored index report judged against the catalog in force, at every request.
//!
//! A report is never stored: it is a function of what is, and what is remembered of it (the bytes of the answer) is looked for
//! by all of its inputs. A new catalog needs no image to be indexed again.

use limpid_core::policy::Policy;

use crate::engine::Engine;

mod affected;
mod attached;
mod cache;
mod decided;
mod explain;
mod outline;
mod reach;
mod report;
mod tag;

pub(crate) use self::{
    cache::{Finished, ReportCache},
    decided::{Decided, policy_file},
    explain::explain,
    reach::{archives_of, reach},
    report::{Answer, FULL_REPORT, Form, Judged, circumstances, judged_now, report, tag_now},
};

pub use affected::{Affected, AskedStatement, affected};
pub use outline::{CountedBlindSpots, Outline};
pub use report::{MatchError, etag, outline};

/// The decisions that reports are made by.
pub fn policy(engine: &Engine) -> &Policy {
    &engine.policy
}
