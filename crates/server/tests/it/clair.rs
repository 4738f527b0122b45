//! Clair's API, held by what its clients demand.

mod indexing;
mod notifications;
mod refusals;
mod reports;
mod updates;
