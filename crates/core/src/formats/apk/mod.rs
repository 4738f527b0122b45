//! The formats of apk-tools: the installed database, the order of versions, the security database.
//!
//! Shared by every distribution that is built with apk-tools; a change here is a change of each of them.

mod installed;
mod limits;
pub mod rolling;
pub mod secdb;
mod tagged;
mod version;

pub use self::{installed::DETECTOR, tagged::scope, version::VERSIONS};
