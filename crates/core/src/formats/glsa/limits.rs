//! Limits of what is read of a Gentoo Linux Security Advisory.

/// Most ranges of one package that are compared with each other, which takes time with the square of their number. The most
/// that real ones have, of kernels, are some hundred.
pub(super) const MOST_RANGES: usize = 1000;
