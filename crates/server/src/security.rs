//! The security of what was pushed: queued with the push, indexed, judged, and told, by digest.
//!
//! Its state is a value with a reason, never an empty success.

use crate::public::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];
