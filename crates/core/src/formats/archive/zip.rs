//! The central directory of a zip archive, read as a stream, and the data of single members.
//!
//! No claim of the archive becomes an allocation or a loop without a limit. Something may stand in front of the archive, as in
//! programs that unpack themselves: offsets count from where the directory turns out to be.
//!
//! Source of the format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 (structure), 4.4 (fields), 4.5.3 (ZIP64 extra field).

use std::io::{self, BufReader, Read, SeekFrom, Take};

use flate2::bufread::DeflateDecoder;

use super::{Fault, limits};
use crate::extract::Source;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// What a field says whose value is in the ZIP64 extra field.
const ELSEWHERE: u64 = 0xffff_ffff;
const BUFFER_BYTES: usize = 32 << 10;

/// Why an archive, or a member of it, cannot be read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Trouble on our side.
    Ours(io::Error),
    /// The archive is at fault.
    Fault(Fault),
}

/// What ends too early, or does not unpack, is the archive's fault.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        let kind = error.kind();
        if kind == io::ErrorKind::UnexpectedEof {
            Self::Fault(damage("it is cut off"))
        } else if matches!(kind, io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) {
            Self::Fault(damage("its compressed data is damaged"))
        } else {
            Self::Ours(error)
        }
    }
}

/// That something of the archive is not as it should be.
pub(super) fn damage(detail: &str) -> Fault {
    Fault { detail: detail.to_owned(), is_over: false }
}

/// That something of it is more than the limits allow.
pub(super) fn over(detail: &str) -> Fault {
    Fault { detail: detail.to_owned(), is_over: true }
}

fn fault<T>(detail: &str) -> Result<T, Trouble> {
    Err(Trouble::Fault(damage(detail)))
}

/// One entry of the central directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    flags: u16,
    method: u16,
    checksum: u32,
    stored: u64,
    pub(super) size: u64,
    /// Where its own header is, from the beginning of the file.
    offset: u64,
}

/// Walks the central directory to its end.
pub(super) fn entries(source: &mut dyn Source, mut each: impl FnMut(Entry)) -> Result<(), Trouble> {
    let directory = Directory::find(source)?;
    source.seek(SeekFrom::Start(directory.start))?;
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, source).take(directory.size);
    let mut count = 0_u64;
    while reader.limit() > 0 {
        count += 1;
        if count > limits::MOST_ENTRIES {
            return Err(Trouble::Fault(over("it has too many entries; not all of them were read")));
        }
        each(entry(&mut reader, &directory)?);
    }
    // Where there is no ZIP64 record, a larger number is written without its upper bits.
    if count == directory.entries || (!directory.is_zip64 && count & 0xffff == directory.entries) {
        return Ok(());
    }
    fault("its directory has another number of entries than it says")
}

struct Directory {
    start: u64,
    size: u64,
    entries: u64,
    is_zip64: bool,
    /// Bytes in front of the archive.
    before: u64,
}

impl Directory {
    fn find(source: &mut dyn Source) -> Result<Self, Trouble> {
        let length = source.seek(SeekFrom::End(0))?;
        let from = length.saturating_sub(limits::END_BYTES);
        source.seek(SeekFrom::Start(from))?;
        let mut end = Vec::new();
        (&mut *source).take(limits::END_BYTES).read_to_end(&mut end)?;
        let Some((at, record)) = last_record(&end) else {
            return fault("it is no zip archive, or it is cut off");
        };
        let at = from + at as u64;
        let found = Self {
            entries: u64::from(short(record, 10)),
            size: u64::from(long(record, 12)),
            start: u64::from(long(record, 16)),
            is_zip64: false,
            before: 0,
        };
        if short(record, 4) != 0 && short(record, 4) != 0xffff {
            return fault("it is a part of an archive of several files");
        }
        let claims_more = found.entries == 0xffff || found.size == ELSEWHERE || found.start == ELSEWHERE;
        let found = if claims_more { Self::zip64(source, at)?.unwrap_or((found, at)) } else { (found, at) };
        let (found, end) = found;
        // The directory ends where the record begins that tells of it.
        let Some(start) = end.checked_sub(found.size) else { return fault("its directory is cut off") };
        let Some(before) = start.checked_sub(found.start) else { return fault("its directory is cut off") };
        Ok(Self { start, before, ..found })
    }

    /// The record for large archives and its place; `None` where there is none, and the small one is meant as it stands.
    fn zip64(source: &mut dyn Source, end: u64) -> Result<Option<(Self, u64)>, Trouble> {
        let Some(at) = end.checked_sub(20) else { return Ok(None) };
        source.seek(SeekFrom::Start(at))?;
        let locator = exact::<20>(source)?;
        if !locator.starts_with(b"PK\x06\x07") {
            return Ok(None);
        }
        // It stands in front of the locator, wherever it says that it is.
        let Some(at) = at.checked_sub(56) else { return fault("its directory is cut off") };
        source.seek(SeekFrom::Start(at))?;
        let record = exact::<56>(source)?;
        if !record.starts_with(b"PK\x06\x06") {
            return fault("its record for large archives is damaged");
        }
        let (entries, size, start) = (huge(&record, 32), huge(&record, 40), huge(&record, 48));
        Ok(Some((Self { entries, size, start, is_zip64: true, before: 0 }, at)))
    }
}

/// The last record that ends the file, with its place.
fn last_record(end: &[u8]) -> Option<(usize, &[u8])> {
    let places = (0..=end.len().checked_sub(22)?).rev();
    let mut records = places.filter_map(|at| Some((at, end.get(at..)?)));
    records.find(|(_, record)| {
        record.starts_with(b"PK\x05\x06") && record.len() == 22 + usize::from(short(record, 20))
    })
}

fn entry(reader: &mut Take<BufReader<&mut dyn Source>>, directory: &Directory) -> Result<Entry, Trouble> {
    let header = exact::<46>(reader)?;
    if !header.starts_with(b"PK\x01\x02") {
        return fault("its directory is damaged");
    }
    let mut name = vec![0; usize::from(short(&header, 28))];
    let mut extra = vec![0; usize::from(short(&header, 30))];
    let comment = u64::from(short(&header, 32));
    reader.read_exact(&mut name)?;
    reader.read_exact(&mut extra)?;
    if io::copy(&mut reader.take(comment), &mut io::sink())? != comment {
        return fault("its directory is cut off");
    }
    let mut large = zip64_values(&extra);
    let mut value = |at: usize| match u64::from(long(&header, at)) {
        ELSEWHERE => large.next().unwrap_or(ELSEWHERE),
        value => value,
    };
    let (size, stored, offset) = (value(24), value(20), value(42));
    Ok(Entry {
        name,
        flags: short(&header, 8),
        method: short(&header, 10),
        checksum: long(&header, 16),
        stored,
        size,
        offset: offset.saturating_add(directory.before),
    })
}

/// The values of the ZIP64 extra field: of those that are there, in their order.
fn zip64_values(mut extra: &[u8]) -> impl Iterator<Item = u64> + use<> {
    let mut values = Vec::new();
    while extra.len() >= 4 {
        let (kind, length) = (short(extra, 0), usize::from(short(extra, 2)));
        let field = extra.get(4..4 + length).unwrap_or_default();
        if kind == 1 {
            values = field.chunks_exact(8).map(|value| huge(value, 0)).collect();
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
    values.into_iter()
}

impl Entry {
    /// The place of the data, after the member's own header, which must be that of the directory.
    pub(super) fn data(&self, source: &mut dyn Source) -> Result<Data, Trouble> {
        if self.flags & 1 != 0 {
            return fault("it is encrypted");
        }
        if self.method != STORED && self.method != DEFLATED {
            return fault("it is compressed in a way that is not read");
        }
        source.seek(SeekFrom::Start(self.offset))?;
        let header = exact::<30>(source)?;
        let mut name = vec![0; usize::from(short(&header, 26))];
        source.read_exact(&mut name)?;
        if !header.starts_with(b"PK\x03\x04") || name != self.name || short(&header, 8) != self.method {
            return fault("it is another one than the directory of its archive says");
        }
        let start = self.offset + 30 + name.len() as u64 + u64::from(short(&header, 28));
        let is_stored = self.method == STORED;
        if is_stored && self.stored != self.size {
            return fault("it has another size than the directory of its archive says");
        }
        Ok(Data { start, stored: self.stored, size: self.size, checksum: self.checksum, is_stored })
    }
}

/// Where the data of a member is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    pub(super) start: u64,
    pub(super) stored: u64,
    pub(super) size: u64,
    pub(super) checksum: u32,
    /// Whether it stands there as it is.
    pub(super) is_stored: bool,
}

impl Data {
    /// The data, uncompressed; ends with its size.
    pub(super) fn unpacked<'a>(&self, source: &'a mut dyn Source) -> Result<Box<dyn Read + 'a>, Trouble> {
        source.seek(SeekFrom::Start(self.start))?;
        let stored = BufReader::with_capacity(BUFFER_BYTES, source.take(self.stored));
        Ok(if self.is_stored { Box::new(stored) } else { Box::new(DeflateDecoder::new(stored)) })
    }
}

fn exact<const N: usize>(reader: &mut dyn Read) -> Result<[u8; N], Trouble> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A number of two bytes; 0 where they are not there, which the callers have seen to.
fn short(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn huge(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}
