//! The catalog from outside: updates against a server and mirrors, kills, damage, transfer.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod archives;
mod catalog;
mod corpus;
mod family;
mod guards;
mod http;
mod increments;
mod increments_family;
mod kill;
mod proptest_segment;
mod replica;
mod retention;
mod segment;
mod sharing;
mod transfer;
