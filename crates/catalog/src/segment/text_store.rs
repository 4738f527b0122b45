//! Texts on their way into a segment: each kept once, outside of memory where they are many.

use std::{
    collections::HashMap,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use limpid_core::digest::Hasher;
use tempfile::SpooledTempFile;

use crate::limits;

/// Bytes of a text by which it is sorted. They begin with the advisory's identifier, so neighbours resemble each other.
const BEGINNING: usize = 32;

/// What is unique to a text: a part of its SHA-256.
type Mark = [u8; 16];

/// The texts of a writer.
#[derive(Debug)]
pub(super) struct Texts {
    numbers: HashMap<Mark, u32>,
    places: Vec<Place>,
    file: SpooledTempFile,
    end: u64,
    /// The texts in the order in which they were named.
    named: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    length: u32,
    /// Its number in the segment, once it was named.
    named: Option<u32>,
}

impl Texts {
    pub(super) fn new(directory: &Path) -> Self {
        let file = tempfile::spooled_tempfile_in(limits::TEXT_BYTES, directory);
        Self { numbers: HashMap::new(), places: Vec::new(), file, end: 0, named: Vec::new() }
    }

    /// The number under which a text is kept, and what to sort it by, which does not depend on what came before.
    pub(super) fn add(&mut self, text: &[u8]) -> io::Result<(u32, Vec<u8>)> {
        let mark = mark(text)?;
        let beginning = text.get(..BEGINNING).unwrap_or(text);
        let order = [beginning, &mark].concat();
        let next = number(self.places.len())?;
        let known = *self.numbers.entry(mark).or_insert(next);
        if known == next {
            self.file.write_all(text)?;
            self.places.push(Place { start: self.end, length: number(text.len())?, named: None });
            self.end += text.len() as u64;
        }
        Ok((known, order))
    }

    /// No more texts come.
    pub(super) fn close(&mut self) {
        self.numbers = HashMap::new();
    }

    /// The number that a text has in the segment: they are counted in the order in which they are first named.
    pub(super) fn name(&mut self, text: u32) -> io::Result<u32> {
        let next = number(self.named.len())?;
        // A number that nobody gave would tell another advisory's text.
        let place = self.places.get_mut(text as usize).ok_or(io::ErrorKind::InvalidData)?;
        if place.named.is_none() {
            self.named.push(text);
        }
        Ok(*place.named.get_or_insert(next))
    }

    /// Hands on the texts in the order of their numbers.
    pub(super) fn each(&mut self, sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut text = Vec::new();
        for named in &self.named {
            let place = self.places.get(*named as usize).ok_or(io::ErrorKind::InvalidData)?;
            text.resize(place.length as usize, 0);
            self.file.seek(SeekFrom::Start(place.start))?;
            self.file.read_exact(&mut text)?;
            sink(&text)?;
        }
        Ok(())
    }
}

fn mark(text: &[u8]) -> io::Result<Mark> {
    let mut hasher = Hasher::sha256();
    hasher.update(text);
    let digest = hasher.finish();
    // Sixteen bytes are as good as all: nobody finds two texts that agree in them.
    let mark = digest.hex().get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok());
    mark.map(u128::to_be_bytes).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn number(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_too_large| io::ErrorKind::FileTooLarge.into())
}
