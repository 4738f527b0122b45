//! Notifications: what an update changes for whom, and telling those who want to know.
//!
//! An update operation becomes one job; the job makes one notification and, in the transaction that completes it, one delivery
//! for each target. So each change is told at least once, and a target that is down holds up nobody else. The first operation of a
//! feed makes none: everything would be new.

mod changes;
mod deliver;
mod difference;
mod outline;
mod parts;
mod rematch;
pub mod targets;

pub(crate) use changes::{changes_job, match_changes};
pub use deliver::release;
pub(crate) use deliver::{deliver_job, lanes};
