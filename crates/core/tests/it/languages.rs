//! Languages, against their own tools.

mod audited;
mod java;
mod orders;
mod php;
mod programs;
mod ruby;
