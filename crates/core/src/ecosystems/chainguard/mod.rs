//! chainguard
