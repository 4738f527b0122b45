//! The security of what was pushed: what becomes of each digest, the counts of its last report, who wants to be told.
//!
//! All of it is by digest: the same image in a hundred repositories is known once. What is written here is in the transaction of
//! the push, so nothing that was pushed is without a state.

mod findings;
mod status;
mod subscriptions;
mod summaries;

pub use self::{
    findings::{Known, NotAFinding},
    status::{
        Child, PushState, Pushed, children, exists, find, is_queued, lost, note, parents, remove_unused, repositories,
        set_children, tagged,
    },
    subscriptions::{
        Subscription, delete as delete_subscription, find as find_subscription, insert as insert_subscription,
        list as list_subscriptions, note_outcome, reset as reset_subscription, wanting,
    },
    summaries::{StoredSummary, load as load_summary, save as save_summary, stale as stale_summaries},
};
