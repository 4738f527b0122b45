//! What a caller may want to show while work goes on. The command draws bars from it, the service counts.

/// Told of progress. Every method has an empty default, and may be called from several threads.
pub trait Progress: Send + Sync {
    /// A layer begins to be read: its place in the image and its size in bytes as stored, where that is known.
    fn layer_started(&self, _index: usize, _size: Option<u64>) {}

    /// So many more bytes of the layer, as stored, were read.
    fn layer_advanced(&self, _index: usize, _bytes: u64) {}

    /// The layer is done: read to its end, or known from evidence.
    fn layer_finished(&self, _index: usize, _from_evidence: bool) {}
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {}
