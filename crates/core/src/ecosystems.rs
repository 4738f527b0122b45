//! The ecosystems that Limpid ships.
//!
//! Each folder beside this file is one of them and has one public item, a value of type [`Ecosystem`]. The list in
//! [`all`] is the only line outside its folder that a new ecosystem touches; a folder that is missing from it fails
//! the conformance test.

mod almalinux;
mod alpine;
mod amazon;
mod chainguard;
mod fedora;
mod rocky;
pub mod unread;
mod wolfi;

use crate::ecosystem::{Ecosystem, Ecosystems};

/// Every ecosystem, the one that is asked first in front: where a system names several as its relatives (`ID_LIKE`),
/// the first in this list has it.
const LIST: [Ecosystem; 7] = [
    alpine::ECOSYSTEM,
    wolfi::ECOSYSTEM,
    chainguard::ECOSYSTEM,
    almalinux::ECOSYSTEM,
    rocky::ECOSYSTEM,
    amazon::ECOSYSTEM,
    fedora::ECOSYSTEM,
];

/// The ecosystems that Limpid ships.
pub fn all() -> Ecosystems {
    Ecosystems::new(LIST)
}
