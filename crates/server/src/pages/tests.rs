//! Pages from fixtures, looked at with a parser of HTML: their structure, and that what strangers wrote is inert.

mod contrast;
mod explanations;
mod fixtures;
mod reports;
mod structure;
