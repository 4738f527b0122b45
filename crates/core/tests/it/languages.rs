//! Languages, against their own tools.

mod audited;
mod java;
mod known;
mod orders;
mod php;
mod programs;
mod ruby;
