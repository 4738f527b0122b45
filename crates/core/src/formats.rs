//! Formats that several ecosystems share: package databases, version orders, feed formats.
//!
//! A format's revision is part of the revision of every ecosystem that uses it.

pub mod apk;
pub mod archive;
pub(crate) mod bitnami;
pub mod builders;
pub mod csaf;
pub mod cve5;
pub(crate) mod damage;
pub(crate) mod digits;
pub mod dpkg;
pub mod end_of_life;
pub mod enrichment;
pub mod glsa;
pub mod osv;
pub mod oval;
pub mod pacman;
pub(crate) mod path_budget;
pub mod plain;
pub mod plugin;
pub mod portage;
pub mod program;
pub(crate) mod program_version;
pub mod releases;
pub mod rpm;
pub mod sbom;
pub(crate) mod semver;
pub(crate) mod sqlite;
pub mod text;
mod unread;
pub mod updateinfo;

pub mod xml;
