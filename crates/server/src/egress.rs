//! Egress: requests to addresses that strangers name.
//!
//! Every address that is connected to has passed the policy: names are resolved once and connected to at the addresses
//! that were checked, literals are checked as well, and each redirection is a new request. What a server answers is never
//! part of an error.

use std::{collections::BTreeMap, io::Read};

use crate::configuration::Egress;

/// A client that keeps to a policy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EgressClient {}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The policy does not allow it. The message names the setting that would.
    #[error("{0}")]
    NotAllowed(String),
    /// The address is none.
    #[error("{0}")]
    Invalid(String),
    /// The server does not answer, or not as it should.
    #[error("{0}")]
    Failed(String),
    /// The server answers with a status that is no success.
    #[error("{host} answers with status {status}")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
}

impl EgressClient {
    /// A client for this policy; `setting` is the name of its table in the configuration, for errors.
    pub fn new(_policy: &Egress, _setting: &'static str) -> Result<Self, EgressError> {
        todo!()
    }

    /// Fetches an address, as a stream. Anything but status 200 is an error. Blocks.
    pub fn get(
        &self,
        _address: &str,
        _headers: &BTreeMap<String, Vec<String>>,
    ) -> Result<Box<dyn Read + Send>, EgressError> {
        todo!()
    }

    /// Posts a body; anything but a success is an error, and redirections are none. Blocks.
    pub fn post(
        &self,
        _address: &str,
        _headers: &[(String, String)],
        _body: Vec<u8>,
    ) -> Result<(), EgressError> {
        todo!()
    }
}
