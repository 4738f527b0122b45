//! The write-ahead log beside a database: pages that are newer than those of the file.
//!
//! A transaction counts from the frame that commits it, as SQLite counts it. What stands behind the last commit is not part
//! of the database; that it is there is noted, since a log that was cut off looks the same.

use std::collections::HashMap;

use super::u32_at;
use crate::formats::damage::Damage;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// What a log adds.
#[derive(Default)]
pub(super) struct Log<'a> {
    /// The newest committed content of each page.
    pub(super) pages: HashMap<u32, &'a [u8]>,
    pub(super) page_size: Option<usize>,
    /// How many pages the database has after the last commit.
    pub(super) page_count: Option<u32>,
}

impl<'a> Log<'a> {
    pub(super) fn read(content: &'a [u8], damage: &mut Damage) -> Self {
        if content.is_empty() {
            return Self::default();
        }
        let Some((header, sum)) = Sum::of_header(content) else {
            damage.note("its write-ahead log cannot be read", "");
            return Self::default();
        };
        let size = u32_at(header, 8).and_then(|size| usize::try_from(size).ok());
        let Some(size) = size.filter(|size| size.is_power_of_two() && (512..=1 << 16).contains(size)) else {
            damage.note("its write-ahead log has pages of an unknown size", "");
            return Self::default();
        };
        let mut log = Self { page_size: None, ..Self::default() };
        log.read_frames(content, header, sum, size, damage);
        log
    }

    fn read_frames(
        &mut self,
        content: &'a [u8],
        header: &[u8],
        mut sum: Sum,
        size: usize,
        damage: &mut Damage,
    ) {
        let mut open: Vec<(u32, &'a [u8])> = Vec::new();
        let frames = content.get(HEADER..).unwrap_or_default();
        for frame in frames.chunks(FRAME_HEADER + size) {
            // Frames behind the end are left over from before the log was begun anew: they have other salts.
            if frame.get(8..16) != header.get(16..24) {
                if frame.len() < 16 {
                    damage.note("its write-ahead log is cut off", "");
                }
                break;
            }
            let Some((number, commit, page)) = sum.take_frame(frame, size) else {
                damage.note("its write-ahead log is damaged or cut off", "");
                return;
            };
            open.push((number, page));
            if commit != 0 {
                self.pages.extend(open.drain(..));
                self.page_count = Some(commit);
                self.page_size = Some(size);
            }
        }
        if !open.is_empty() {
            damage.note("its write-ahead log ends in a transaction that was not finished", "");
        }
    }
}

/// The running sum over the log, by which SQLite knows frames that were written as a whole.
struct Sum {
    big_endian: bool,
    value: (u32, u32),
}

impl Sum {
    /// The header and the sum over it; `None` where it is no log.
    fn of_header(content: &[u8]) -> Option<(&[u8], Self)> {
        let header = content.get(..HEADER)?;
        let big_endian = match u32_at(header, 0)? {
            0x377f_0682 => false,
            0x377f_0683 => true,
            _ => return None,
        };
        let mut sum = Self { big_endian, value: (0, 0) };
        sum.add(header.get(..24)?);
        let stated = (u32_at(header, 24)?, u32_at(header, 28)?);
        (u32_at(header, 4)? == 3_007_000 && sum.value == stated).then_some((header, sum))
    }

    /// The number of the frame's page, how many pages there are after it where it commits, and the page.
    fn take_frame<'a>(&mut self, frame: &'a [u8], size: usize) -> Option<(u32, u32, &'a [u8])> {
        let page = frame.get(FRAME_HEADER..).filter(|page| page.len() == size)?;
        self.add(frame.get(..8)?);
        self.add(page);
        let stated = (u32_at(frame, 16)?, u32_at(frame, 20)?);
        let number = u32_at(frame, 0).filter(|&number| number != 0)?;
        (self.value == stated).then_some((number, u32_at(frame, 4)?, page))
    }

    fn add(&mut self, bytes: &[u8]) {
        let word = |bytes: [u8; 4]| {
            if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        let (mut one, mut two) = self.value;
        for pair in bytes.chunks_exact(8) {
            let &[a, b, c, d, e, f, g, h] = pair else { continue };
            one = one.wrapping_add(word([a, b, c, d])).wrapping_add(two);
            two = two.wrapping_add(word([e, f, g, h])).wrapping_add(one);
        }
        self.value = (one, two);
    }
}
