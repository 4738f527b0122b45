//! Advisory texts: each kept once, in blocks that can be entered at any text.
//!
//! A block is a count, the end of each text within what follows, and the texts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::layout::take_u32;
use crate::limits;

/// Collects the texts of one block.
#[derive(Default)]
pub(super) struct TextBlock {
    ends: Vec<u32>,
    texts: Vec<u8>,
}

impl TextBlock {
    /// Bytes of the texts so far.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a text; `None` where the block would be too large.
    pub(super) fn push(&mut self, text: &[u8]) -> Option<()> {
        self.texts.extend_from_slice(text);
        self.ends.push(u32::try_from(self.texts.len()).ok()?);
        Some(())
    }

    /// The block, ready to be compressed. Empties this one.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        let mut block = u32::try_from(self.ends.len()).ok()?.to_le_bytes().to_vec();
        for end in self.ends.drain(..) {
            block.extend(end.to_le_bytes());
        }
        block.append(&mut self.texts);
        Some(block)
    }
}

/// Blocks of texts that were read lately. Packages share texts (one vulnerability of a library is one of many packages),
/// so the blocks that one package needs are needed again by the next.
#[derive(Debug, Default)]
pub(super) struct TextCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    blocks: HashMap<usize, Arc<[u8]>>,
    bytes: usize,
}

impl TextCache {
    /// A block: the one that is kept, or else what `read` gives.
    pub(super) fn get_or_read<E>(
        &self,
        block: usize,
        read: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Arc<[u8]>, E> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(raw) = cached.blocks.get(&block) {
            return Ok(Arc::clone(raw));
        }
        let raw: Arc<[u8]> = read()?.into();
        // Starting anew is as good as anything cleverer: it happens once in thousands of blocks.
        if cached.bytes + raw.len() > limits::TEXT_CACHE_BYTES {
            *cached = Cached::default();
        }
        cached.bytes += raw.len();
        cached.blocks.insert(block, Arc::clone(&raw));
        Ok(raw)
    }
}

/// The text at a place within a block. `None`: the block is not as it was written.
pub(super) fn text_at(mut block: &[u8], place: usize) -> Option<&[u8]> {
    let count = usize::try_from(take_u32(&mut block)?).ok()?;
    if place >= count {
        return None;
    }
    let (ends, texts) = block.split_at_checked(count.checked_mul(4)?)?;
    let end_of = |place: usize| -> Option<usize> {
        let mut end = ends.get(place.checked_mul(4)?..)?;
        usize::try_from(take_u32(&mut end)?).ok()
    };
    let start = place.checked_sub(1).map_or(Some(0), end_of)?;
    texts.get(start..end_of(place)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_of_a_block_is_found() {
        let mut block = TextBlock::default();
        for text in ["one", "", "three"] {
            block.push(text.as_bytes()).unwrap();
        }
        let block = block.take().unwrap();
        let found: Vec<_> = (0..4).map(|place| text_at(&block, place)).collect();
        assert_eq!(found, [Some(&b"one"[..]), Some(b""), Some(b"three"), None]);
    }
}
