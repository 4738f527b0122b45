//! Tests of the crate from outside, each on both databases.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that goes wrong shall end"
)]

mod support;

mod accounts;
mod blobs;
mod catalog;
mod evidence;
#[cfg(unix)]
mod faults;
mod garbage;
mod harbor;
mod jobs;
mod leases;
mod listing;
mod manifests;
mod migrations;
mod notifications;
mod packages;
mod presence;
mod registry;
mod reports;
#[cfg(unix)]
mod tls;
mod transactions;
