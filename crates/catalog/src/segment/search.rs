//! Finds advisories by what they are, not by the packages that they are about.
//!
//! Segments are sorted for matching. This is the other question, which people ask: it reads every text once, and keeps
//! none.

use std::collections::HashMap;

use limpid_core::{Advisory, Affected};

use super::{
    Segment, SegmentError,
    entries::{Body, Entry},
    texts::{count, text_at},
};

impl Segment {
    /// What the segment says of the advisories that are meant, sorted by namespace and package.
    ///
    /// # Errors
    /// [`SegmentError::Damaged`].
    pub fn about(
        &self,
        meant: &mut dyn FnMut(&Advisory) -> bool,
    ) -> Result<Vec<(Affected, Advisory)>, SegmentError> {
        let advisories = self.advisories(meant)?;
        let mut said = Vec::new();
        if advisories.is_empty() {
            return Ok(said);
        }
        for block in 0..self.entry_index()?.len() {
            let raw = self.entry_block(block)?;
            let mut rest = &*raw;
            while !rest.is_empty() {
                let entry = Entry::take(&mut rest).ok_or_else(|| self.entry_damaged())?;
                let Some(advisory) = advisories.get(&entry.text) else { continue };
                let Body { names, range, only, stance } = entry.body().ok_or_else(|| self.entry_damaged())?;
                let (namespace, package) = entry.names().ok_or_else(|| self.entry_damaged())?;
                let (namespace, package) = (namespace.to_owned(), package.to_owned());
                let affected = Affected { namespace, package, names, range, only, stance };
                said.push((affected, advisory.clone()));
            }
        }
        Ok(said)
    }

    /// The advisories that are meant, by the number of their text.
    fn advisories(
        &self,
        meant: &mut dyn FnMut(&Advisory) -> bool,
    ) -> Result<HashMap<u32, Advisory>, SegmentError> {
        let not_as_written = || self.damaged("a text is not as it was written");
        let mut advisories = HashMap::new();
        let index = self.text_index()?;
        let [_, _, section, ..] = self.header.0;
        for block in 0..index.len() {
            let line = index.line(block).ok_or_else(|| self.index_damaged())?;
            let first = line.first_key.1.try_into().ok().map(u32::from_be_bytes);
            let raw = line.read(self.section(section)?).map_err(|what| self.damaged(what))?;
            for place in 0..count(&raw).ok_or_else(not_as_written)? {
                let advisory = text_at(&raw, place).and_then(|text| postcard::from_bytes(text).ok());
                let advisory: Advisory = advisory.ok_or_else(not_as_written)?;
                if meant(&advisory) {
                    let number = first.zip(u32::try_from(place).ok());
                    let number = number.and_then(|(first, place)| first.checked_add(place));
                    advisories.insert(number.ok_or_else(not_as_written)?, advisory);
                }
            }
        }
        Ok(advisories)
    }
}
