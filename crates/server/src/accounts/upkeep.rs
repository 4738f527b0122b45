//! What is done beside requests: the audit is written, and signing keys are made anew before they are old.

use std::{
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Instant,
};

use super::{audit, bearer};
use crate::{
    engine::Engine,
    limits::{AUDIT_PERIOD, SIGNING_KEYS_AGE},
};

/// Starts the thread that does so, until the process ends.
///
/// # Errors
/// Where the system gives no thread.
pub(crate) fn keep(engine: &Arc<Engine>) -> io::Result<JoinHandle<()>> {
    let engine = Arc::clone(engine);
    let run = move || {
        let mut looked = Instant::now();
        while engine.bell.pause(AUDIT_PERIOD) {
            write_audit(&engine);
            if looked.elapsed() >= SIGNING_KEYS_AGE {
                looked = Instant::now();
                if let Err(error) = bearer::keep_fresh(&engine) {
                    tracing::warn!("whether the signing key is old cannot be told: {error}");
                }
            }
        }
    };
    thread::Builder::new().name("audit".to_owned()).spawn(run)
}

/// Writes the decisions that wait. Those that cannot be written wait on.
pub(crate) fn write_audit(engine: &Engine) {
    if let Err(error) = audit::write(engine, false) {
        tracing::warn!("the audit cannot be written now: {error}");
    }
}
