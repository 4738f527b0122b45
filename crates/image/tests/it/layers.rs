//! Layers, good, odd and hostile, read from their bytes.

mod archivers;
mod budgets;
mod compressed;
mod damage;
mod dialects;
mod disagreements;
mod extracts;
mod names;
mod support;
