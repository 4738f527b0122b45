//! Pages for people, made on the server.
//!
//! They work without JavaScript, and everything that strangers wrote is escaped.

use crate::public::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];
