//! Killed again and again at moments that nobody chose, under load: what was acknowledged is there, what was not is whole or not
//! there, and garbage collection takes garbage alone.
//!
//! In the suite for some seconds. `LIMPID_PROOF_PUSHES=1000` and `LIMPID_PROOF_SECONDS=600` make a proof of it, `LIMPID_PROOF_SEED`
//! another one; `--nocapture` shows what happened. See docs/registry.md.

mod chance;
mod collected;
mod images;
mod killed;
mod node;
mod sound;

/// A number of the environment, or else the one of the suite.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// What every choice follows from; what threads do at the same time does not.
fn seed() -> u64 {
    setting("LIMPID_PROOF_SEED", 1)
}
