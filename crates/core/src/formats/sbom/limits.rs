//! What a document may cost.

/// Components of one document, those within others counted. The largest images have some ten thousand packages, and so many
/// take some hundred megabytes of memory.
pub(super) const MOST_COMPONENTS: usize = 200_000;

/// Distinct distributions that one document may speak of. An image has one, and perhaps file systems of others in it.
pub(super) const MOST_DISTRIBUTIONS: usize = 100;

/// Distinct types of packages that nobody judges and that are told one by one; those of further ones are told together.
pub(super) const MOST_TYPES: usize = 50;

/// How many components are named where many have the same lack.
pub(super) const NAMED: usize = 10;

/// Bytes of a stranger's text that is repeated to people.
pub(super) const MOST_TEXT: usize = 200;

/// Elements of XML within each other: as deep as JSON may be.
pub(super) const MOST_DEPTH: usize = 100;

/// Bytes of a document that is told as another before it is read, which takes several times its size.
pub(super) const MOST_TOLD: usize = 64 << 20;
