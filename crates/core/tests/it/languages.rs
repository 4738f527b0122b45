//! Languages, against their own tools.

mod audited;
mod dotnet;
mod hex;
mod java;
mod known;
mod nodejs;
mod orders;
mod php;
mod programs;
mod r;
mod ruby;
