//! The service as its operator runs it: real processes, real requests.

mod earlier;
mod ended;
mod first_start;
mod killed;
mod logged;
mod mended;
mod nodes;
mod notified;
mod public_case;
mod quay;
mod registry;
mod remote;
mod signed_in;
mod support;
mod together;
mod token;
