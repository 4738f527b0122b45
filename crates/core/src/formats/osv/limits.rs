//! Limits of what is kept of an OSV record's text, each far above what a reader of a report reads.

/// Most links of one record. Kernel updates name hundreds of bug reports.
pub(super) const LINKS: usize = 24;

/// Packages, and functions of each, that a finding names: a hint is read by people, and some advisories list hundreds.
pub(super) const MOST_NAMED: usize = 3;

/// Systems with processors for which a program must be built, of one package. Real ones have under 20; more are all.
pub(super) const MOST_BUILDS: usize = 200;

/// A list is not believed where one record of so many cannot be read: then it is another form.
pub(super) const BELIEVED_OF_REFUSED: usize = 20;
