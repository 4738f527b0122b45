//! Formats that several ecosystems share: package databases, version orders, feed formats.
//!
//! A format's revision is part of the revision of every ecosystem that uses it.

pub mod apk;
pub mod builders;
mod damage;
pub mod dpkg;
pub mod osv;
mod path_budget;
pub mod releases;
pub mod rpm;
mod sqlite;
mod text;
pub mod updateinfo;
mod xml;
