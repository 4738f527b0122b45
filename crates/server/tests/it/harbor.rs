//! Harbor's scanner adapter API, used as Harbor's client uses it, against a real registry that wants a password.

mod access;
mod client;
mod failures;
mod logged;
mod reports;
