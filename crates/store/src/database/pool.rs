//! A pool: at most so many connections, opened when they are needed, each lent to one thread at a time.
//!
//! A connection is kept only if whoever had it says that it is sound; one whose borrower panicked never is.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::StoreError;

/// A pool of connections.
pub(crate) struct Pool<T> {
    open: Box<dyn Fn() -> Result<T, StoreError> + Send + Sync>,
    most: usize,
    patience: Duration,
    state: Mutex<State<T>>,
    returned: Condvar,
}

struct State<T> {
    idle: Vec<T>,
    lent: usize,
}

/// A place among those that may have a connection. Given back however its owner ends.
struct Place<'pool, T>(&'pool Pool<T>);

impl<T> Pool<T> {
    /// A pool of at most `most` connections. Who wants one more waits for it no longer than `patience`.
    pub(crate) fn new(
        most: usize,
        patience: Duration,
        open: impl Fn() -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Self {
        let state = Mutex::new(State { idle: Vec::new(), lent: 0 });
        Self { open: Box::new(open), most: most.max(1), patience, state, returned: Condvar::new() }
    }

    /// Lends a connection to `work`, which says as well whether it may be kept.
    pub(crate) fn lend<R>(&self, work: impl FnOnce(&mut T) -> (R, bool)) -> Result<R, StoreError> {
        let (place, idle) = self.take()?;
        let mut connection = idle.map_or_else(|| (self.open)(), Ok)?;
        let (result, is_sound) = work(&mut connection);
        if is_sound {
            place.0.state().idle.push(connection);
        }
        Ok(result)
    }

    /// Closes the connections that nobody has: another turned out to be broken, and these may be as well.
    pub(crate) fn forget_idle(&self) {
        let idle = std::mem::take(&mut self.state().idle);
        drop(idle);
    }

    fn take(&self) -> Result<(Place<'_, T>, Option<T>), StoreError> {
        let (mut state, waited) = self
            .returned
            .wait_timeout_while(self.state(), self.patience, |state| state.lent >= self.most)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() && state.lent >= self.most {
            let waited = self.patience.as_secs();
            return Err(StoreError::Unavailable(format!("all connections were busy for {waited} s")));
        }
        state.lent += 1;
        Ok((Place(self), state.idle.pop()))
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        self.0.state().lent -= 1;
        self.0.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
        time::Duration,
    };

    use super::{Pool, StoreError};

    fn counted(most: usize, patience: Duration) -> Pool<usize> {
        let opened = AtomicUsize::new(0);
        Pool::new(most, patience, move || Ok(opened.fetch_add(1, Ordering::SeqCst)))
    }

    #[test]
    fn a_sound_connection_is_lent_again_and_no_other() {
        let pool = counted(1, Duration::from_secs(60));
        assert_eq!(pool.lend(|connection| (*connection, true)), Ok(0));
        assert_eq!(pool.lend(|connection| (*connection, false)), Ok(0));
        assert_eq!(pool.lend(|connection| (*connection, true)), Ok(1));
        pool.forget_idle();
        assert_eq!(pool.lend(|connection| (*connection, true)), Ok(2));
    }

    #[test]
    fn a_panic_costs_the_connection_but_not_its_place() {
        let pool = counted(1, Duration::from_secs(60));
        let panicked = catch_unwind(AssertUnwindSafe(|| pool.lend::<()>(|_| panic!("oh"))));
        assert!(panicked.is_err());
        assert_eq!(pool.lend(|connection| (*connection, true)), Ok(1));
    }

    #[test]
    fn who_finds_all_lent_waits_and_then_gives_up() {
        let pool = counted(1, Duration::ZERO);
        let inner = pool.lend(|_| (pool.lend(|_| ((), true)), true)).unwrap();
        assert!(matches!(inner, Err(StoreError::Unavailable(_))), "{inner:?}");
    }

    #[test]
    fn no_more_are_lent_at_once_than_allowed() {
        let pool = counted(3, Duration::from_secs(60));
        let (now, most, start) = (AtomicUsize::new(0), AtomicUsize::new(0), Barrier::new(8));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..200 {
                        let lent = pool.lend(|_| {
                            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            thread::yield_now();
                            now.fetch_sub(1, Ordering::SeqCst);
                            ((), true)
                        });
                        lent.unwrap();
                    }
                });
            }
        });
        assert!((1..=3).contains(&most.into_inner()));
        assert!(pool.lend(|connection| (*connection, true)).unwrap() < 3, "idle ones are used again");
    }
}
