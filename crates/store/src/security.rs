//! The security of what was pushed: what becomes of each digest, the counts of its last report, who wants to be told.
//!
//! All of it is by digest: the same image in a hundred repositories is known once. What is written here is in the transaction of
//! the push, so nothing that was pushed is without a state.

mod findings;
mod policies;
mod settings;
mod status;
mod subscriptions;
mod summaries;
mod tags;
mod untold;

pub use self::{
    findings::{Known, NotAFinding},
    policies::{StoredPolicy, namespace_policy, remove_namespace_policy, set_namespace_policy},
    settings::{lock_namespace_settings, namespace_settings, set_namespace_settings},
    status::{
        Child, PushState, Pushed, children, exists, find, holder, is_queued, lost, manifest_body, note,
        parents, remove_unused, repositories, set_children, stored_blob, tagged,
    },
    subscriptions::{
        Subscription, delete as delete_subscription, find as find_subscription,
        insert as insert_subscription, list as list_subscriptions, note_outcome, reset as reset_subscription,
        wanting,
    },
    summaries::{StoredSummary, load as load_summary, save as save_summary, stale as stale_summaries},
    tags::{ListedTag, list_tags, repository},
    untold::{note_untold, take_untold},
};
