//! Points at which a test may end the process as a power cut would. They are there in test builds alone.
//!
//! `LIMPID_TEST_FAULT` names the point. Between any two of them the process must be one that can be killed without harm.

/// Every point, in the order in which work passes them.
#[cfg(feature = "fault-points")]
pub const POINTS: &[&str] = &[
    "index: claimed",
    "index: layer read",
    "index: pack put",
    "index: evidence noted",
    "index: report made",
    "index: stored",
    "update: begun",
    "update: feed in force here",
    "update: segments put",
    "update: published",
    "changes: matched",
    "changes: part stored",
    "changes: stored",
    "deliver: told",
    "deliver: finished",
    "re-index: made",
    "re-index: stored",
    "push: part put",
    "push: part noted",
    "push: blob put",
    "push: blob noted",
    "push: manifest stored",
];

/// Ends the process if a test asked for it at this point.
#[cfg(feature = "fault-points")]
pub(crate) fn point(name: &str) {
    debug_assert!(POINTS.contains(&name), "{name} is not in the list");
    if std::env::var("LIMPID_TEST_FAULT").is_ok_and(|wanted| wanted == name) {
        std::process::abort();
    }
}

/// Nothing, in the program that users have.
#[cfg(not(feature = "fault-points"))]
pub(crate) const fn point(_name: &str) {}

/// How long a job or lease is held: [`crate::limits::LEASE`], or `LIMPID_TEST_LEASE` seconds in a test of dead nodes.
pub(crate) fn lease() -> std::time::Duration {
    #[cfg(feature = "fault-points")]
    if let Some(seconds) = std::env::var("LIMPID_TEST_LEASE").ok().and_then(|text| text.parse().ok()) {
        return std::time::Duration::from_secs(seconds);
    }
    crate::limits::LEASE
}

/// What reading a layer may cost: the limits of the image crate, or `LIMPID_TEST_LAYER_TIME` seconds for a layer in a test of
/// those that take too long.
pub(crate) fn layer_limits() -> limpid_image::limits::Limits {
    let limits = limpid_image::limits::Limits::default();
    #[cfg(feature = "fault-points")]
    if let Some(seconds) = std::env::var("LIMPID_TEST_LAYER_TIME").ok().and_then(|text| text.parse().ok()) {
        return limpid_image::limits::Limits {
            layer_time: std::time::Duration::from_secs(seconds),
            ..limits
        };
    }
    limits
}

/// How often what is held is renewed: [`crate::limits::BEAT`], and often enough in such a test.
pub(crate) fn beat() -> std::time::Duration {
    crate::limits::BEAT.min(lease() / 4)
}

/// How many entries of a notification are stored in one transaction: [`crate::limits::NOTIFICATION_PART`], or
/// `LIMPID_TEST_PART` in a test of what is between two parts.
pub(crate) fn part() -> usize {
    #[cfg(feature = "fault-points")]
    if let Some(entries) = std::env::var("LIMPID_TEST_PART").ok().and_then(|text| text.parse().ok()) {
        return std::cmp::max(entries, 1);
    }
    crate::limits::NOTIFICATION_PART
}
