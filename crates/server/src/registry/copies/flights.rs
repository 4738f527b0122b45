//! One fetch for all who want the same at the same time: the others wait, and have what became of it.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, PoisonError},
};

use axum::http::StatusCode;

use crate::registry::RegistryError;

/// What became of a fetch: what is to be said beside it, or why there is nothing.
type Outcome = Result<Option<String>, RegistryError>;

/// The fetches of this process.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<String, Arc<Flight>>>);

#[derive(Default)]
struct Flight {
    outcome: Mutex<Option<Outcome>>,
    landed: Condvar,
}

/// Lands in any case: nobody waits for a fetch that is no more.
struct Landing<'a> {
    flights: &'a Flights,
    flight: Arc<Flight>,
    key: String,
    outcome: Outcome,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        *self.flight.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.outcome.clone());
        self.flight.landed.notify_all();
    }
}

impl Flights {
    /// Fetches, unless somebody else does: then waits for that.
    pub(super) fn once(&self, key: String, fetch: impl FnOnce() -> Outcome) -> Outcome {
        let mut flying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flying.get(&key).map(Arc::clone) {
            drop(flying);
            let waiting = flight.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            let landed = flight.landed.wait_while(waiting, |outcome| outcome.is_none());
            return landed
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
                .unwrap_or_else(|| Err(broken_off()));
        }
        let flight = Arc::new(Flight::default());
        flying.insert(key.clone(), Arc::clone(&flight));
        drop(flying);
        let mut landing = Landing { flights: self, flight, key, outcome: Err(broken_off()) };
        landing.outcome = fetch();
        landing.outcome.clone()
    }
}

fn broken_off() -> RegistryError {
    let message = "what was fetched from the other registry broke off; try again";
    RegistryError::new(StatusCode::BAD_GATEWAY, "UNAVAILABLE", message)
}
