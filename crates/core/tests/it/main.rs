//! Tests of the core through what it offers to the other crates.

mod matching;
