//! Languages, against their own tools.

mod java;
mod orders;
mod php;
mod ruby;
