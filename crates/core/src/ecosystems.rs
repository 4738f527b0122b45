//! The ecosystems that Limpid ships.
//!
//! Each folder beside this file is one of them and has one public item, a value of type [`Ecosystem`]. The list in
//! [`all`] is the only line outside its folder that a new ecosystem touches; a folder that is missing from it fails
//! the conformance test.

mod almalinux;
mod alpine;
mod amazon;
mod archlinux;
mod azurelinux;
mod bitnami;
mod chainguard;
mod conan;
mod conda;
mod debian;
mod dotnet;
mod fedora;
mod gentoo;
mod golang;
mod hex;
mod java;
mod lua;
mod nodejs;
mod opensuse;
mod oracle;
mod perl;
mod photon;
mod php;
mod programs;
mod python;
mod r;
mod redhat;
mod rocky;
mod ruby;
mod rust;
mod suse;
mod ubuntu;
pub mod unread;
mod wolfi;
mod wordpress;

use crate::{
    ecosystem::{Ecosystem, Ecosystems},
    formats::enrichment,
};

/// Every ecosystem, the one that is asked first in front: where a system names several as its relatives (`ID_LIKE`),
/// the first in this list has it.
const LIST: [Ecosystem; 34] = [
    alpine::ECOSYSTEM,
    wolfi::ECOSYSTEM,
    chainguard::ECOSYSTEM,
    // Before Debian, which Ubuntu and what is made from it name as their relative too.
    ubuntu::ECOSYSTEM,
    debian::ECOSYSTEM,
    // Before Red Hat, which they name as their relative.
    almalinux::ECOSYSTEM,
    rocky::ECOSYSTEM,
    oracle::ECOSYSTEM,
    amazon::ECOSYSTEM,
    redhat::ECOSYSTEM,
    fedora::ECOSYSTEM,
    // Before SUSE, which openSUSE names as its relative.
    opensuse::ECOSYSTEM,
    suse::ECOSYSTEM,
    photon::ECOSYSTEM,
    azurelinux::ECOSYSTEM,
    archlinux::ECOSYSTEM,
    gentoo::ECOSYSTEM,
    // Languages: no system is one.
    python::ECOSYSTEM,
    nodejs::ECOSYSTEM,
    java::ECOSYSTEM,
    golang::ECOSYSTEM,
    ruby::ECOSYSTEM,
    rust::ECOSYSTEM,
    php::ECOSYSTEM,
    dotnet::ECOSYSTEM,
    hex::ECOSYSTEM,
    r::ECOSYSTEM,
    bitnami::ECOSYSTEM,
    // Languages about which nobody publishes advisories that may be read.
    conan::ECOSYSTEM,
    conda::ECOSYSTEM,
    perl::ECOSYSTEM,
    lua::ECOSYSTEM,
    wordpress::ECOSYSTEM,
    programs::ECOSYSTEM,
];

/// The ecosystems that Limpid ships, and what it knows of vulnerabilities beside them.
pub fn all() -> Ecosystems {
    Ecosystems::new(LIST).enriched(enrichment::PUBLISHER).enriched(enrichment::NVD)
}
