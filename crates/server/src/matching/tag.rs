//! The tag of a report: all that it is a function of, in one short text.

use limpid_core::{Digest, digest::Hasher, policy::Policy};
use limpid_store::reports::ReportHead;

use crate::updating::OpenCatalog;

/// The tag of the report that is made of these.
///
/// `program` is the index state of the program that judges: its ecosystems order versions and know when releases end, also of
/// reports that were made by another. `outdated` is why the report was not made anew, where it should have been; `decided` is
/// what the namespace decided through which somebody looks at it.
pub(super) fn of(
    manifest: &Digest,
    head: &ReportHead,
    catalog: &OpenCatalog,
    policy: &Policy,
    program: &Digest,
    outdated: Option<&str>,
    decided: Option<&str>,
) -> String {
    let mut hasher = Hasher::sha256();
    hasher.update_field("limpid report");
    for field in [
        manifest.as_str(),
        head.index_state.as_str(),
        head.digest.as_str(),
        catalog.digest.as_str(),
        catalog.classing.as_str(),
        policy.digest().as_str(),
        program.as_str(),
        outdated.unwrap_or_default(),
    ] {
        hasher.update_field(field);
    }
    // Without decisions nothing is written, so that the tag is the one that everybody sees.
    if let Some(decided) = decided {
        hasher.update_field(decided);
    }
    hasher.finish().hex().to_owned()
}
