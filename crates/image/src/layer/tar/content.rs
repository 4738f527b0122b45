//! The content of one member, holes filled with zeros. It never gives more bytes than the member's size.

use std::io::{self, Read};

use super::{super::faults::Stop, Archive, sparse::Fragment};

/// Reads a member's content.
///
/// Where the layer ends or is damaged in the middle, the content ends early and [`Content::stop`] says why: what was
/// readable is of use, and whoever reads it cannot mend the layer.
pub(in crate::layer) struct Content<'c, 's, 'a> {
    archive: &'c mut Archive<'s, 'a>,
    /// `None` for a file without holes.
    fragments: Option<&'c [Fragment]>,
    position: u64,
    size: u64,
    stop: Option<Stop>,
}

impl<'c, 's, 'a> Content<'c, 's, 'a> {
    pub(super) fn new(
        archive: &'c mut Archive<'s, 'a>,
        fragments: Option<&'c [Fragment]>,
        size: u64,
    ) -> Self {
        Self { archive, fragments, position: 0, size, stop: None }
    }

    /// Why the content ended early, if it did.
    pub(in crate::layer) fn stop(self) -> Option<Stop> {
        self.stop
    }

    /// What comes next: whether it is a hole, and how far it goes.
    fn stretch(&mut self) -> (bool, u64) {
        let Some(fragments) = self.fragments else { return (false, self.size - self.position) };
        let mut rest = fragments;
        while let [first, others @ ..] = rest
            && first.offset + first.length <= self.position
        {
            rest = others;
        }
        self.fragments = Some(rest);
        match rest.first() {
            None => (true, self.size - self.position),
            Some(first) if first.offset > self.position => (true, first.offset - self.position),
            Some(first) => (false, first.offset + first.length - self.position),
        }
    }
}

impl Read for Content<'_, '_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_some() || self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let (is_hole, length) = self.stretch();
        let most = usize::try_from(length).map_or(buffer.len(), |length| length.min(buffer.len()));
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let bytes = if is_hole {
            buffer.fill(0);
            buffer.len()
        } else {
            self.archive.read_data(buffer).unwrap_or_else(|stop| {
                self.stop = Some(stop);
                0
            })
        };
        self.position += bytes as u64;
        Ok(bytes)
    }
}
