//! The one process, for clients that find it again when it was killed.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{
    super::support::{Asker, Home},
    chance::Chance,
    sound,
};
use crate::service::support::{Options, Service};

/// The node's name.
pub(super) const NODE: &str = "node";

/// See the module.
pub(super) struct Node<'home> {
    home: &'home Home,
    repositories: Vec<String>,
    garbage: Option<u64>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    asker: Option<Arc<Asker>>,
    /// How often a client asked for the process.
    turns: u64,
    clients: usize,
    /// Nobody starts a process any more.
    is_over: bool,
}

impl<'home> Node<'home> {
    /// For so many clients that use these repositories; where `garbage` is told, it is collected all the time, after that many
    /// milliseconds.
    pub(super) fn new(
        home: &'home Home,
        repositories: &[&str],
        clients: usize,
        garbage: Option<u64>,
    ) -> Self {
        let repositories = repositories.iter().map(|name| (*name).to_owned()).collect();
        let state = Mutex::new(State { clients, ..State::default() });
        Self { home, repositories, garbage, state, changed: Condvar::new() }
    }

    /// Starts a process, for nobody but the caller yet.
    pub(super) fn start(&self) -> (Service, Asker) {
        let options: Options = match self.garbage {
            Some(grace) => self.home.options(NODE).env("LIMPID_TEST_GARBAGE", &grace.to_string()),
            None => self.home.options(NODE),
        };
        let service = Service::start(&self.home.place, &options);
        let repositories: Vec<&str> = self.repositories.iter().map(String::as_str).collect();
        let asker = Asker::admin(&service, &repositories);
        (service, asker)
    }

    /// Who to ask now. Waits until a process is there.
    pub(super) fn asker(&self) -> Arc<Asker> {
        let mut state = self.lock();
        loop {
            assert!(!state.is_over, "the test has failed elsewhere");
            if let Some(asker) = state.asker.clone() {
                state.turns += 1;
                self.changed.notify_all();
                return asker;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A client has ended.
    pub(super) fn ended(&self) {
        self.lock().clients -= 1;
        self.changed.notify_all();
    }

    /// Starts processes and kills them, each after some turns of clients and a moment more, until all clients have ended. The state
    /// must be sound whenever there is no process. Returns how many were killed.
    pub(super) fn kill_again_and_again(&self, chance: &mut Chance, turns: u64) -> u64 {
        let _over = Over(self);
        for killed in 0.. {
            let (service, asker) = self.start();
            let end = {
                let mut state = self.lock();
                state.asker = Some(Arc::new(asker));
                state.turns + 1 + chance.below(turns)
            };
            self.changed.notify_all();
            let has_ended = {
                let waiting = |state: &mut State| state.clients > 0 && state.turns < end;
                let state = self.changed.wait_while(self.lock(), waiting);
                state.unwrap_or_else(PoisonError::into_inner).clients == 0
            };
            if !has_ended {
                // So that it is killed within requests, not between them.
                thread::sleep(Duration::from_micros(chance.below(4000)));
            }
            self.lock().asker = None;
            service.kill();
            sound::assert_sound(self.home);
            if has_ended {
                return killed;
            }
        }
        unreachable!("clients end")
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the part of a client also where its assertion fails, so that nobody waits for it.
pub(super) struct Part<'node, 'home>(pub(super) &'node Node<'home>);

impl Drop for Part<'_, '_> {
    fn drop(&mut self) {
        self.0.ended();
    }
}

/// Ends the clients also where who starts processes has failed.
struct Over<'node, 'home>(&'node Node<'home>);

impl Drop for Over<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        (state.asker, state.is_over) = (None, true);
        self.0.changed.notify_all();
    }
}
