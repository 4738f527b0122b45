//! Whether the service can do its work: what balancers ask every few seconds.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far the service is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It does not serve yet.
    Starting,
    /// It serves.
    Ready,
    /// It ends: what has begun is done, and nothing new should come.
    ShuttingDown,
}

/// What is known of the service's state, told by those who look at it. Nothing is asked when it is read.
#[derive(Debug)]
pub struct Readiness(Mutex<Snapshot>);

#[derive(Debug)]
struct Snapshot {
    phase: Phase,
    database: Result<(), String>,
    blobs: Result<(), String>,
    catalog: Result<(), String>,
}

impl Default for Readiness {
    fn default() -> Self {
        let catalog = Err("it is not open yet".to_owned());
        Self(Mutex::new(Snapshot { phase: Phase::Starting, database: Ok(()), blobs: Ok(()), catalog }))
    }
}

impl Readiness {
    /// The service has come so far.
    pub fn enter(&self, phase: Phase) {
        self.snapshot().phase = phase;
    }

    /// The database answered, or did not.
    pub fn database(&self, answered: Result<(), String>) {
        self.snapshot().database = answered;
    }

    /// The storage of blobs answered, or did not.
    pub fn blobs(&self, answered: Result<(), String>) {
        self.snapshot().blobs = answered;
    }

    /// The catalog is open, or what is in its way.
    pub fn catalog(&self, open: Result<(), String>) {
        self.snapshot().catalog = open;
    }

    /// Whether the service can do its work; if not, why.
    pub fn check(&self) -> Result<(), String> {
        let snapshot = self.snapshot();
        match snapshot.phase {
            Phase::Starting => return Err("starting".to_owned()),
            Phase::ShuttingDown => return Err("shutting down".to_owned()),
            Phase::Ready => {}
        }
        let faults =
            [("database", &snapshot.database), ("blobs", &snapshot.blobs), ("catalog", &snapshot.catalog)];
        let faults: Vec<String> = faults
            .into_iter()
            .filter_map(|(name, answered)| answered.as_ref().err().map(|error| format!("{name}: {error}")))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        // Each field is set as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
