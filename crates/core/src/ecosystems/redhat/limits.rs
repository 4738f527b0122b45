//! Limits of what is read of Red Hat's images and feeds, each far above what real ones have.

/// Largest manifest of contents, labels or Dockerfile, in bytes. The largest manifests (with `image_contents`) have 2 MB.
pub(super) const MOST_MANIFEST_BYTES: u64 = 16 << 20;

/// Largest mapping of repositories, in bytes. It has some 20 MB.
pub(super) const MOST_MAPPING_BYTES: u64 = 256 << 20;
