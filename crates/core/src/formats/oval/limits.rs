//! Limits of what is read of OVAL documents, each far above what real ones have.

/// Deepest nesting of criteria. Real ones have six levels; each level is a call.
pub(super) const MOST_DEPTH: usize = 32;

/// Most alternatives that the criteria of one definition come to. Real ones have some hundred; an AND of several ORs
/// multiplies them.
pub(super) const MOST_ALTERNATIVES: usize = 1 << 16;

/// Longest summary, in characters: descriptions are up to whole change logs.
pub(super) const MOST_SUMMARY: usize = 600;

/// Most links of one advisory. SUSE lists every mail that announced a fix for any product.
pub(super) const MOST_LINKS: usize = 8;
