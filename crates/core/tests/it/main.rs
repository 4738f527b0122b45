//! Tests of the core through what it offers to the other crates.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; the settings for tests do not reach the functions that tests share"
)]

mod conformance;
mod corpus;
mod coverage;
mod cvss;
mod errata;
mod languages;
mod matching;
mod oval;
mod pacman;
mod portage;
mod redhat;
mod rpm;
mod strangers;
