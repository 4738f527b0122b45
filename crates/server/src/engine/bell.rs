//! Wakes threads that wait for work of a kind, and tells them to end.
//!
//! A bell only saves waiting: who misses it looks by himself a little later.

use std::{
    collections::HashMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use limpid_store::jobs::JobKind;
use tokio::sync::watch;

/// See the module.
#[derive(Debug)]
pub struct Bell {
    state: Mutex<State>,
    /// Rings for those who wait for work of one kind: all others sleep on.
    work: HashMap<JobKind, Condvar>,
    /// Rings for those who wait for nothing but the end.
    end: Condvar,
    ends: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    rings: HashMap<JobKind, u64>,
    ends: bool,
}

impl Default for Bell {
    fn default() -> Self {
        let work = JobKind::ALL.map(|kind| (kind, Condvar::new()));
        Self {
            state: Mutex::default(),
            work: work.into(),
            end: Condvar::new(),
            ends: watch::Sender::new(false),
        }
    }
}

impl Bell {
    /// Wakes everybody who does work of this kind: there is some.
    pub fn ring(&self, kind: JobKind) {
        *self.lock().rings.entry(kind).or_default() += 1;
        self.of(kind).notify_all();
    }

    /// Tells everybody to end.
    pub fn end(&self) {
        self.lock().ends = true;
        self.work.values().chain([&self.end]).for_each(Condvar::notify_all);
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

    /// How often it has rung for this kind: to be asked before looking for work, and given to [`Bell::wait`].
    pub fn rings(&self, kind: JobKind) -> u64 {
        self.lock().rings(kind)
    }

    /// Waits until it rings again for this kind after `rings`, until the end, or for so long. Whether to go on.
    pub fn wait(&self, kind: JobKind, rings: u64, most: Duration) -> bool {
        let sleeps = |state: &mut State| !state.ends && state.rings(kind) == rings;
        let waited = self.of(kind).wait_timeout_while(self.lock(), most, sleeps);
        let (state, _timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.ends
    }

    /// Waits for so long, or until the end. Whether to go on.
    pub fn pause(&self, time: Duration) -> bool {
        let waited = self.end.wait_timeout_while(self.lock(), time, |state| !state.ends);
        let (state, _timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.ends
    }

    fn of(&self, kind: JobKind) -> &Condvar {
        self.work.get(&kind).unwrap_or(&self.end)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn rings(&self, kind: JobKind) -> u64 {
        self.rings.get(&kind).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Longer than any test: who waits for so long was not woken.
    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_ring_wakes_those_of_its_kind_and_is_not_missed_by_who_was_looking() {
        let bell = Bell::default();
        let rings = JobKind::ALL.map(|kind| bell.rings(kind));
        bell.ring(JobKind::Index);
        for (kind, before) in JobKind::ALL.into_iter().zip(rings) {
            let has_rung = bell.rings(kind) != before;
            assert_eq!(has_rung, kind == JobKind::Index, "{kind:?}");
        }
        let before = bell.rings(JobKind::Index) - 1;
        assert!(bell.wait(JobKind::Index, before, LONG), "it rang while this looked for work");
    }

    #[test]
    fn the_end_wakes_everybody() {
        let bell = &Bell::default();
        thread::scope(|scope| {
            for kind in JobKind::ALL {
                scope.spawn(move || assert!(!bell.wait(kind, bell.rings(kind), LONG)));
            }
            scope.spawn(|| assert!(!bell.pause(LONG)));
            bell.end();
        });
    }
}
