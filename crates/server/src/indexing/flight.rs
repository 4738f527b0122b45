//! One reader for each layer: whoever else wants it within this process waits and finds the evidence.

use std::{
    collections::HashSet,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use limpid_core::Digest;

/// The layers that are being read by this process.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    flying: Mutex<HashSet<Digest>>,
    landed: Condvar,
}

/// The right to read a layer, until it is dropped.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    layer: Digest,
}

impl Flights {
    /// The right to read a layer; `None` where another thread has it: then this has waited until that is done, or for so
    /// long.
    pub(super) fn begin(&self, layer: &Digest, most: Duration) -> Option<Flight<'_>> {
        let mut flying = self.flying.lock().unwrap_or_else(PoisonError::into_inner);
        if flying.insert(layer.clone()) {
            return Some(Flight { flights: self, layer: layer.clone() });
        }
        let waited = self.landed.wait_timeout_while(flying, most, |flying| flying.contains(layer));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        None
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flights.flying.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.layer);
        self.flights.landed.notify_all();
    }
}
