//! Clair v4's HTTP API, as its clients use it.
