//! Languages, against their own tools.

mod java;
mod nodejs;
mod orders;
mod php;
mod ruby;
