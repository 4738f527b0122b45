//! Advisory texts: each kept once, in blocks that can be entered at any text.
//!
//! A block is a count, the end of each text within what follows, and the texts.

use super::layout::take_u32;

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

/// How many texts a block has. `None`: the block is not as it was written.
pub(super) fn count(mut block: &[u8]) -> Option<usize> {
    usize::try_from(take_u32(&mut block)?).ok()
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
