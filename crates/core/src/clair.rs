//! clair
