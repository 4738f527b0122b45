//! The note that a distribution wrote into a program of its own: which package it is from, as JSON.
//!
//! Source of the format: systemd's “Package Metadata for Executable Files”; of notes: the System V ABI, “Note Section”.

use super::{
    bytes::{Bytes, Order, Trouble},
    layout::{Layout, NOTE},
    limits,
};

const OWNER: &[u8] = b"FDO\0";
const KIND: u64 = 0xcafe_1a7e;

/// The text of the note; `None` where the program has none.
pub(super) fn read(bytes: &mut Bytes<'_>, layout: &Layout) -> Result<Option<String>, Trouble> {
    let Some(section) = layout.section(&[NOTE]) else { return Ok(None) };
    let notes = bytes.exactly(section.place, section.size, limits::MOST_NOTE_BYTES)?;
    let damaged = Trouble::Fault("its package note is damaged");
    let text = find(layout.order, &notes).ok_or(damaged)?;
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    match str::from_utf8(text) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(Trouble::Fault("its package note is no text")),
    }
}

/// The content of the note among others. Name and content of each begin at a multiple of four.
fn find(order: Order, notes: &[u8]) -> Option<&[u8]> {
    let mut at = 0_usize;
    loop {
        let field = |place: usize| usize::try_from(order.number(notes, at + place, 4)?).ok();
        let (name_bytes, content_bytes) = (field(0)?, field(4)?);
        let is_meant = order.number(notes, at + 8, 4)? == KIND;
        let name = at + 12;
        let content = name.checked_add(name_bytes.checked_next_multiple_of(4)?)?;
        let end = content.checked_add(content_bytes)?;
        if is_meant && notes.get(name..name.checked_add(name_bytes)?)? == OWNER {
            return notes.get(content..end);
        }
        at = end.checked_next_multiple_of(4)?;
    }
}
