//! Reads parts of a program by their places. No claim becomes an allocation without a limit.

use std::io::{self, SeekFrom};

use crate::extract::Source;

/// Why a part cannot be read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Trouble on our side.
    Ours(io::Error),
    /// The program is at fault: how.
    Fault(&'static str),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Fault("it is cut off")
        } else {
            Self::Ours(error)
        }
    }
}

/// Bytes that are read at once: headers stand side by side.
const WINDOW_BYTES: u64 = 8 << 10;

/// A program, as bytes.
pub(super) struct Bytes<'a> {
    source: &'a mut dyn Source,
    length: u64,
    /// What was read last, and where.
    window: Vec<u8>,
    window_place: u64,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(source: &'a mut dyn Source) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        Ok(Self { source, length, window: Vec::new(), window_place: 0 })
    }

    /// How many there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// So many bytes at a place.
    pub(super) fn at<const N: usize>(&mut self, place: u64) -> Result<[u8; N], Trouble> {
        let bytes = self.exactly(place, N as u64, N as u64)?;
        bytes.try_into().map_err(|_short| Trouble::Fault("it is cut off"))
    }

    /// So many bytes at a place, all of them.
    pub(super) fn exactly(&mut self, place: u64, length: u64, most: u64) -> Result<Vec<u8>, Trouble> {
        if length > most {
            return Err(Trouble::Fault("a part of it is larger than such parts are"));
        }
        let bytes = self.up_to(place, length)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(Trouble::Fault("it is cut off")) }
    }

    /// The bytes at a place, fewer where the file ends. The caller has bounded `most`.
    pub(super) fn up_to(&mut self, place: u64, most: u64) -> Result<Vec<u8>, Trouble> {
        let most = self.length.saturating_sub(place).min(most);
        if most > WINDOW_BYTES {
            let mut bytes = Vec::new();
            self.fill(place, most, &mut bytes)?;
            return Ok(bytes);
        }
        if let Some(known) = self.known(place, most) {
            return Ok(known.to_vec());
        }
        let mut window = std::mem::take(&mut self.window);
        self.fill(place, WINDOW_BYTES, &mut window)?;
        self.window = window;
        self.window_place = place;
        Ok(self.known(place, most).unwrap_or(&self.window).to_vec())
    }

    /// Puts the bytes at a place in the place of others, whose memory is used again. The caller has bounded `most`.
    pub(super) fn fill(&mut self, place: u64, most: u64, bytes: &mut Vec<u8>) -> Result<(), Trouble> {
        let most = self.length.saturating_sub(place).min(most);
        bytes.resize(usize::try_from(most).unwrap_or(usize::MAX), 0);
        self.source.seek(SeekFrom::Start(place))?;
        let mut filled = 0;
        while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        bytes.truncate(filled);
        Ok(())
    }

    fn known(&self, place: u64, length: u64) -> Option<&[u8]> {
        let start = usize::try_from(place.checked_sub(self.window_place)?).ok()?;
        self.window.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}

/// Numbers in the order of bytes of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The number of so many bytes (8 at most) at a place; `None` where they are not all there.
    pub(super) fn number(self, bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(size)?)?;
        let shift = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(match self {
            Self::Little => bytes.iter().rev().fold(0, shift),
            Self::Big => bytes.iter().fold(0, shift),
        })
    }
}
