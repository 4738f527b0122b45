//! Tests of the crate from outside.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that goes wrong shall end"
)]

mod api;
mod catalog;
mod clair;
mod harbor;
mod http;
mod introspection;
mod nodes;
#[cfg(unix)]
mod pages;
mod recurring;
mod sbom;
mod schemas;
mod security;
mod service;
#[cfg(unix)]
mod targets;
