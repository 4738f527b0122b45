//! rpm: a stub until the branch `rpm` brings it.
mod version;

pub use self::version::VERSIONS;
use crate::{
    Detector, FoundFile, Parsed, revision,
    wants::{Pattern, Want},
};

/// Finds rpm packages.
pub const DETECTOR: Detector = Detector {
    id: "rpm",
    revision: revision::of("formats/rpm"),
    wants: &[Want::new(Pattern::System("var/lib/rpm/Packages"), 64 << 20)],
    companions: &[],
    parse: |_: &FoundFile<'_>| Parsed::default(),
};

/// The detectors of distributions that use rpm.
pub const DETECTORS: &[&Detector] = &[&DETECTOR];
