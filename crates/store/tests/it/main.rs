//! Tests of the state: real databases, real storage, real processes.

mod blobs;
