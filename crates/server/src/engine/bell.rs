//! Wakes threads that wait for work, and tells them to end.
//!
//! A bell only saves waiting: who misses it looks by himself a little later.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

/// See the module.
#[derive(Debug)]
pub struct Bell {
    state: Mutex<State>,
    changed: Condvar,
    ends: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    rings: u64,
    ends: bool,
}

impl Default for Bell {
    fn default() -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), ends: watch::Sender::new(false) }
    }
}

impl Bell {
    /// Wakes everybody: there is work.
    pub fn ring(&self) {
        self.lock().rings += 1;
        self.changed.notify_all();
    }

    /// Tells everybody to end.
    pub fn end(&self) {
        self.lock().ends = true;
        self.changed.notify_all();
        self.ends.send_replace(true);
    }

    /// Whether the process is to end.
    pub fn ends(&self) -> bool {
        self.lock().ends
    }

    /// For those who wait without a thread: becomes `true` when the process is to end.
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.ends.subscribe()
    }

    /// How often it has rung: to be asked before looking for work, and given to [`Bell::wait`].
    pub fn rings(&self) -> u64 {
        self.lock().rings
    }

    /// Waits until it rings again after `rings`, until the end, or for so long. Whether to go on.
    pub fn wait(&self, rings: u64, most: Duration) -> bool {
        let state = self.lock();
        let sleeps = |state: &mut State| !state.ends && state.rings == rings;
        let waited = self.changed.wait_timeout_while(state, most, sleeps);
        let (state, _timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.ends
    }

    /// Waits for so long, or until the end. Whether to go on.
    pub fn pause(&self, time: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |state| !state.ends);
        let (state, _timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.ends
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
