//! Tests of the core through what it offers to the other crates.

mod conformance;
mod corpus;
mod matching;
