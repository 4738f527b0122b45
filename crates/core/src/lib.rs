//! The words and the pure logic of Limpid.
//!
//! Everything here is a function of what it is given: no sockets, no files, no clock, no async. Bytes come in as
//! slices and readers, results go out as values, and what could not be judged is a [`BlindSpot`], never a silence.

#![forbid(unsafe_code)]

pub mod advisory;
pub mod archives;
pub mod blind_spot;
pub mod clair;
pub mod comparison;
pub mod cvss;
pub mod digest;
pub mod distribution;
pub mod documents;
pub mod ecosystem;
pub mod ecosystems;
mod ends;
pub mod enrichment;
pub mod explanation;
pub mod extract;
pub mod feed;
pub mod fix;
pub mod formats;
pub mod harbor;
pub mod index_report;
pub mod matching;
pub mod os_release;
pub mod owned;
pub mod package;
pub mod path;
pub mod policy;
pub mod purl;
pub mod report;
pub mod revision;
pub mod scope;
pub mod severity;
pub mod upgrade;
pub mod verdict;
pub mod version;
pub mod wants;
pub mod words;

pub use advisory::{Advisory, Affected, AffectedRange};
pub use blind_spot::{BlindSpot, Reason};
pub use digest::Digest;
pub use distribution::Distribution;
pub use ecosystem::{Detector, Ecosystem, FoundFile, Parsed, ParsedPackage};
pub use index_report::{ImageFacts, IndexReport, IndexedPackage};
pub use package::Package;
pub use path::FilePath;
pub use report::Report;
pub use severity::Severity;
pub use verdict::Verdict;
