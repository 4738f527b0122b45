//! Passwords: Argon2id with 19 MiB and two passes, as OWASP's cheat sheet advises for it.
//!
//! A password is never kept, and never compared but by the hash's own function, which takes as long for a wrong one. Only some are
//! hashed side by side, so that many who try do not fill the memory.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use limpid_store::StoreError;

use super::random;
use crate::limits::{LONGEST_PASSWORD, PASSWORDS_AT_ONCE, PASSWORDS_WAITING, SHORTEST_PASSWORD};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// What the password of an account is compared with that is not there, or has none: it takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// It is too short.
    #[error("a password has at least {SHORTEST_PASSWORD} characters")]
    Short,
    /// It is too long.
    #[error("a password has at most {LONGEST_PASSWORD} bytes")]
    Long,
}

/// Whether a password can be one.
pub(crate) fn check(password: &str) -> Result<(), BadPassword> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(BadPassword::Short);
    }
    if password.len() > LONGEST_PASSWORD { Err(BadPassword::Long) } else { Ok(()) }
}

/// How many passwords are hashed at once, and how many wait.
#[derive(Debug)]
pub(super) struct Gate {
    /// Places that are free, and who waits for one.
    state: Mutex<(usize, usize)>,
    freed: Condvar,
}

impl Default for Gate {
    fn default() -> Self {
        Self { state: Mutex::new((PASSWORDS_AT_ONCE, 0)), freed: Condvar::new() }
    }
}

impl Gate {
    /// Does work when there is a place. Where too many wait already, they are not joined: everybody else who asks this service
    /// needs the threads that they hold. Blocks.
    pub(super) fn pass<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.1 >= PASSWORDS_WAITING {
            return None;
        }
        state.1 += 1;
        while state.0 == 0 {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        *state = (state.0 - 1, state.1 - 1);
        drop(state);
        let _place = Place(self);
        Some(work())
    }
}

/// A place at the gate, which is given back also where the work panics.
struct Place<'a>(&'a Gate);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
        self.0.freed.notify_one();
    }
}

fn argon2() -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| fault(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Statement(format!("a password cannot be hashed: {error}"))
}

/// The hash of a password, as a PHC string.
///
/// # Errors
/// Where the system gives no random numbers.
pub(super) fn hash(password: &str) -> Result<String, StoreError> {
    let salt = random::bytes::<16>()?;
    let hash =
        argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| fault(&error))?;
    Ok(hash.to_string())
}

/// Whether this is the password of a hash. Without one it takes as long, and is not.
///
/// # Errors
/// [`StoreError::Damaged`] where what is stored is no hash.
pub(super) fn verify(password: &str, hash: Option<&str>) -> Result<bool, StoreError> {
    use argon2::password_hash::Error;
    let is_too_long = password.len() > LONGEST_PASSWORD;
    let password = if is_too_long { "" } else { password };
    match argon2()?.verify_password(password.as_bytes(), hash.unwrap_or(NOBODY)) {
        Ok(()) => Ok(hash.is_some() && !is_too_long),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(StoreError::Damaged(format!("the hash of a password cannot be read: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_opens_its_hash() {
        let hash = hash("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(verify("correct horse battery", Some(&hash)), Ok(true));
        assert_eq!(verify("correct horse batterY", Some(&hash)), Ok(false));
        assert_eq!(verify("", Some(&hash)), Ok(false));
        assert_eq!(verify("anything", None), Ok(false));
        assert_eq!(verify(&"a".repeat(LONGEST_PASSWORD + 1), Some(&hash)), Ok(false));
        assert!(matches!(verify("anything", Some("plain")), Err(StoreError::Damaged(_))));
        assert_ne!(super::hash("correct horse battery").unwrap(), hash, "the salt is another");
    }

    #[test]
    fn a_password_is_neither_short_nor_endless() {
        assert_eq!(check(&"ä".repeat(SHORTEST_PASSWORD - 1)), Err(BadPassword::Short));
        assert_eq!(check(&"ä".repeat(SHORTEST_PASSWORD)), Ok(()));
        assert_eq!(check(&"a".repeat(LONGEST_PASSWORD)), Ok(()));
        assert_eq!(check(&"a".repeat(LONGEST_PASSWORD + 1)), Err(BadPassword::Long));
    }

    #[test]
    fn only_some_are_at_work_and_only_some_wait() {
        use std::sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        };
        let (gate, full) = (Gate::default(), Barrier::new(PASSWORDS_AT_ONCE + 1));
        let (go, passed) = (Barrier::new(PASSWORDS_AT_ONCE + 1), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..PASSWORDS_AT_ONCE {
                scope.spawn(|| {
                    gate.pass(|| {
                        full.wait();
                        go.wait();
                        passed.fetch_add(1, Ordering::SeqCst);
                    })
                });
            }
            full.wait();
            for _ in 0..PASSWORDS_WAITING {
                scope.spawn(|| gate.pass(|| passed.fetch_add(1, Ordering::SeqCst)));
            }
            while gate.state.lock().unwrap().1 < PASSWORDS_WAITING {
                std::thread::yield_now();
            }
            assert_eq!(gate.pass(|| 1), None);
            assert_eq!(passed.load(Ordering::SeqCst), 0);
            go.wait();
        });
        assert_eq!(passed.load(Ordering::SeqCst), PASSWORDS_AT_ONCE + PASSWORDS_WAITING);
        assert_eq!(gate.pass(|| 1), Some(1));
    }
}
