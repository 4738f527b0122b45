//! The registry as its clients use it: over HTTP, on an embedded database and a directory, and on PostgreSQL and S3.

mod blobs;
mod clients;
mod conformance;
mod killed;
mod listed;
mod manifests;
mod races;
mod support;
mod uploads;
