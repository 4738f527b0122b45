//! Tests of the command as a whole: the program is run, and what it prints is read.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that goes wrong shall end"
)]

mod architecture;
mod attached;
mod base;
mod baseline;
mod blind_spots;
mod clair;
mod compare;
mod corpus;
mod debian;
mod debootstrap;
mod decisions;
mod deploying;
mod determinism;
mod doctor;
mod documents;
mod enrichment;
mod evidence;
mod exit_status;
mod explain;
mod gates;
mod help;
mod hostile;
mod outputs;
mod platforms;
mod policy;
mod programs;
mod redhat;
mod registry;
mod releases;
mod remote;
mod report;
mod sbom;
mod serve;
mod service;
mod sources;
mod support;
mod transfer;
mod ubuntu;
mod updates;
mod upgrades;
mod versions;
