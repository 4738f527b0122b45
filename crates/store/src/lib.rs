//! State: SQL on SQLite and PostgreSQL, blobs in a directory or in S3-compatible storage.
//!
//! One set of statements serves both databases. Everything here blocks; whoever is asynchronous calls it from a thread of
//! its own. A function that takes a [`Transaction`] does its work within it, so that callers decide what becomes visible
//! together; nothing that was acknowledged is lost when a process or a machine ends.

#![forbid(unsafe_code)]

pub mod accounts;
mod blob_rows;
pub mod blobs;
pub mod catalog;
mod compressed;
pub mod database;
pub mod evidence;
pub mod garbage;
pub mod harbor;
pub mod index_states;
pub mod jobs;
pub mod leases;
pub mod limits;
pub mod listing;
pub mod manifests;
mod migrations;
pub mod notifications;
pub mod packages;
pub mod presence;
pub mod registry;
pub mod reports;
pub mod security;
mod text;

pub use self::{
    blobs::{BlobError, Blobs},
    database::{Database, DatabaseUrl, StoreError, Transaction},
};
