//! Evidence: what was kept of a layer, so that it never has to be read again.
//!
//! One [`Pack`] per layer: the complete listing, the contents of the wanted files, what could not be read, and what the
//! layer's bytes hash to. A pack is written as a stream while the layer is read ([`PackWriter`]), and an
//! [`EvidenceStore`] keeps it under the layer's diff id and the revision of what is read. Evidence is a cache of bytes
//! that can be had again: what is damaged is dropped and read anew, never trusted.

pub mod pack;
pub mod store;

pub use pack::{Pack, PackError, PackFacts, listing::EntryView, listing::KindView, writer::PackWriter};
pub use store::{EvidenceError, EvidenceStore};
