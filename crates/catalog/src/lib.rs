//! Advisory data: feeds over HTTP or from a mirror, guards, segments, the catalog, export and import.
//!
//! A feed's data is replaced as a whole or not at all, and what looks wrong is never taken into force by itself. What
//! is in force is one small file that names immutable segments, so a reader always sees one state, and a process that
//! is killed at any point leaves the old one.

#![deny(unsafe_code)]

pub mod archive;
pub mod artifact;
pub mod catalog;
pub mod clock;
mod files;
pub mod limits;
mod map;
pub mod replica;
pub mod segment;
pub mod state;
mod transfer;
pub mod update;

pub use catalog::Catalog;
pub use clock::{Clock, SystemClock};
pub use segment::{Segment, SegmentError, SegmentWriter};
pub use state::{State, StateError, Store};
pub use transfer::{Arrival, ArrivalError};
pub use update::{Mirror, Outcome, Selection, UpdateReport, Updater};
