//! The command against a server: a Limpid service that indexes and judges, and the answers of Limpid and Clair that are
//! compared.
//!
//! What a server says is checked before it is believed: it is about the manifest and the layers that were asked for, and
//! in a form that this version reads. No answer, an odd answer and “no data” are three things, and none of them is a
//! report.

mod address;
mod clair;
mod client;
mod key;
mod layers;
mod limpid;
mod scan;
mod side;

pub(crate) use self::{
    address::{RemoteManifest, ServerAddress},
    client::{Client, ClientOptions},
    key::Key,
    scan::{Scanner, explanation, index, report},
    side::side,
};
