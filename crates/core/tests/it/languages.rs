//! Languages, against their own tools.

mod hex;
mod java;
mod nodejs;
mod orders;
mod php;
mod r;
mod ruby;
