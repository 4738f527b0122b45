//! The clock, as a value: what depends on time takes it from here, so it can be set and stopped.

use std::{thread, time::Duration};

use chrono::{DateTime, Utc};

/// Tells the time, and lets some of it pass.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Returns after this much time.
    fn pause(&self, time: Duration);
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn pause(&self, time: Duration) {
        thread::sleep(time);
    }
}
