//! The schema, as numbered steps. Each only adds, so that a program of the version before goes on beside it.
