//! The formats of rpm: the databases of installed packages, the order of versions, the logs of dnf.
//!
//! Shared by every distribution that is built with rpm; a change here is a change of each of them. Which of rpm's kinds of
//! database a file is, its first bytes decide, not its name.
//!
//! Total: what can be read is read, whatever stands around it, and what cannot is a blind spot. A database that holds no
//! package is one too: nobody installs nothing.

mod berkeley;
mod bytes;
mod detector;
mod header;
mod history;
mod limits;
mod manifest;
mod ndb;
mod package;
mod rpmdb;
mod signature;
mod version;

pub(crate) use self::package::{evr, module, source};
pub use self::{detector::DETECTOR, version::VERSIONS};
use crate::Detector;

/// The detectors of distributions that use rpm.
pub const DETECTORS: &[&Detector] = &[&DETECTOR];
