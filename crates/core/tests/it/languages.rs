//! Languages, against their own tools.

mod orders;
