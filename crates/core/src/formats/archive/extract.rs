//! Makes the extract of an archive: its members that say something, and those of the archives in it.
//!
//! What is unpacked, how deep and how much text is kept is bounded for the whole file, whatever it says of itself.

use std::{
    collections::{BTreeMap, HashSet},
    io::{self, Read, Seek, SeekFrom},
};

use flate2::Crc;
use sha1::{Digest, Sha1};

use super::{
    Archive, Fault, Member, Nested, limits,
    members::{Kind, kind},
    zip::{self, Data, Entry, Trouble, damage},
};
use crate::extract::{Scratch, Source};

const BUFFER_BYTES: usize = 64 << 10;

/// The extract of the file.
pub(super) fn archive(source: &mut dyn Source, scratch: &dyn Scratch) -> io::Result<Archive> {
    let mut work = Work { scratch, unpacked: 0, read: 0, text: 0 };
    match work.archive(source, 0) {
        Ok(archive) => Ok(archive),
        Err(Trouble::Ours(error)) => Err(error),
        Err(Trouble::Fault(fault)) => {
            let mut archive = Archive::default();
            archive.fault(fault);
            Ok(archive)
        }
    }
}

struct Work<'a> {
    scratch: &'a dyn Scratch,
    /// Bytes that were unpacked so far.
    unpacked: u64,
    /// Members that were read so far.
    read: usize,
    /// Bytes of text and names that were kept so far, as the extract has them.
    text: usize,
}

impl Work<'_> {
    fn archive(&mut self, source: &mut dyn Source, depth: usize) -> Result<Archive, Trouble> {
        let mut archive = Archive::default();
        let (wanted, end) = wanted(source)?;
        if let Some(fault) = end {
            archive.fault(fault);
        }
        let mut places = BTreeMap::new();
        for (entry, kind) in wanted {
            if self.read >= limits::MOST_READ {
                archive.fault(zip::over("there are more descriptions and archives in it than are read"));
                break;
            }
            self.read += 1;
            let name = String::from_utf8_lossy(&entry.name).into_owned();
            match self.member(source, &entry, kind, depth, &mut places, &mut archive) {
                Ok(()) => {}
                Err(Trouble::Fault(fault)) => {
                    archive.fault(Fault { detail: format!("{name}: {}", fault.detail), ..fault });
                }
                Err(Trouble::Ours(error)) => return Err(Trouble::Ours(error)),
            }
        }
        archive.sha1 = sha1(source)?;
        Ok(archive)
    }

    fn member(
        &mut self,
        source: &mut dyn Source,
        entry: &Entry,
        kind: Kind,
        depth: usize,
        places: &mut Places,
        archive: &mut Archive,
    ) -> Result<(), Trouble> {
        let data = entry.data(source)?;
        if !take_place(places, &data) {
            return Err(Trouble::Fault(damage("it lies where another member lies")));
        }
        if kind == Kind::Beside {
            return Ok(());
        }
        self.unpacked = self.unpacked.saturating_add(data.size);
        if self.unpacked > limits::MOST_UNPACKED_BYTES {
            return over("there is more in the archive than is unpacked");
        }
        let name = String::from_utf8_lossy(&entry.name).into_owned();
        self.keep(&name)?;
        match kind {
            Kind::Beside => {}
            Kind::Manifest | Kind::Description | Kind::Model => {
                let text = self.text(source, &data, kind)?;
                archive.members.push(Member { name, text });
            }
            Kind::Archive if depth >= limits::MOST_DEPTH => return over("it lies too deep to be read"),
            Kind::Archive if is_bomb(&data) => return over("it unpacks to far more than an archive does"),
            Kind::Archive => {
                let nested = self.nested(source, &data, depth)?;
                archive.nested.push(Nested { name, archive: nested });
            }
        }
        Ok(())
    }

    fn text(&mut self, source: &mut dyn Source, data: &Data, kind: Kind) -> Result<String, Trouble> {
        if data.size > limits::MOST_MEMBER_BYTES {
            return over("it is larger than such a file is");
        }
        let mut content = Vec::new();
        Checked::new(source, data)?.read_to_end(&mut content)?;
        if kind == Kind::Manifest {
            content.truncate(first_section(&content));
            if content.len() > limits::KEPT_MANIFEST_BYTES {
                return over("what it says of the archive itself is longer than such a text is");
            }
        }
        let text = String::from_utf8_lossy(&content).into_owned();
        self.keep(&text)?;
        Ok(text)
    }

    /// Counts a text that is kept. Control characters are written with six.
    fn keep(&mut self, text: &str) -> Result<(), Trouble> {
        let controls = text.bytes().filter(u8::is_ascii_control).count();
        self.text = self.text.saturating_add(text.len() + controls * 5);
        if self.text > limits::MOST_TEXT_BYTES {
            return over("there is more text in the archive than is kept");
        }
        Ok(())
    }

    fn nested(&mut self, source: &mut dyn Source, data: &Data, depth: usize) -> Result<Archive, Trouble> {
        if data.is_stored {
            let mut window = Window { source, start: data.start, size: data.size, position: 0 };
            return self.archive(&mut window, depth + 1);
        }
        let scratch = self.scratch;
        let mut held = scratch.hold(&mut Checked::new(source, data)?)?;
        self.archive(&mut *held, depth + 1)
    }
}

fn over<T>(detail: &str) -> Result<T, Trouble> {
    Err(Trouble::Fault(zip::over(detail)))
}

fn is_bomb(data: &Data) -> bool {
    data.size > limits::FREE_BYTES && data.size / limits::MOST_RATIO > data.stored
}

/// The end of the first section of a manifest: where the first empty line begins.
fn first_section(manifest: &[u8]) -> usize {
    let mut end = 0;
    for line in manifest.split_inclusive(|&byte| byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        end += line.len();
    }
    end
}

/// Where the members lie that were read: their beginnings with their ends.
type Places = BTreeMap<u64, u64>;

/// Takes the place of a member, unless a part of it is taken: such members unpack to more than the archive has.
fn take_place(places: &mut Places, data: &Data) -> bool {
    let Some(end) = data.start.checked_add(data.stored) else { return false };
    let is_taken =
        places.range(..end.max(data.start + 1)).next_back().is_some_and(|(_, before)| *before > data.start);
    if !is_taken && end > data.start {
        places.insert(data.start, end);
    }
    !is_taken
}

/// The entries that are read, in the order of the directory, and why there may be more.
type WantedEntries = (Vec<(Entry, Kind)>, Option<Fault>);

fn wanted(source: &mut dyn Source) -> Result<WantedEntries, Trouble> {
    let mut wanted = Vec::new();
    let mut name_bytes = 0_usize;
    let mut left_out = false;
    let walked = zip::entries(source, |entry| {
        let Some(kind) = kind(&entry.name) else { return };
        name_bytes = name_bytes.saturating_add(entry.name.len());
        if wanted.len() < limits::MOST_READ && name_bytes <= limits::MOST_NAME_BYTES {
            wanted.push((entry, kind));
        } else {
            left_out = true;
        }
    });
    let described: HashSet<Vec<u8>> = wanted
        .iter()
        .filter(|(_, kind)| *kind == Kind::Description)
        .map(|(entry, _)| folder(entry).to_vec())
        .collect();
    wanted.retain(|(entry, kind)| *kind != Kind::Model || !described.contains(folder(entry)));
    match walked {
        Ok(()) if left_out => {
            Ok((wanted, Some(zip::over("it has more descriptions and archives in it than are read"))))
        }
        Ok(()) => Ok((wanted, None)),
        // What was read of the directory before is of use, unless there is nothing.
        Err(Trouble::Fault(fault)) if !wanted.is_empty() => Ok((wanted, Some(fault))),
        Err(trouble) => Err(trouble),
    }
}

fn folder(entry: &Entry) -> &[u8] {
    let end = entry.name.iter().rposition(|&byte| byte == b'/');
    entry.name.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn sha1(source: &mut dyn Source) -> Result<String, Trouble> {
    source.seek(SeekFrom::Start(0))?;
    let mut hasher = Sha1::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(bytes) => hasher.update(buffer.get(..bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The data of a member, unpacked, that ends with an error where it is not as long as it should be or has another checksum.
struct Checked<'a> {
    unpacked: Box<dyn Read + 'a>,
    left: u64,
    checksum: u32,
    crc: Crc,
}

impl<'a> Checked<'a> {
    fn new(source: &'a mut dyn Source, data: &Data) -> Result<Self, Trouble> {
        let unpacked = data.unpacked(source)?;
        Ok(Self { unpacked, left: data.size, checksum: data.checksum, crc: Crc::new() })
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let bytes = self.unpacked.read(buffer)?;
        self.crc.update(buffer.get(..bytes).unwrap_or_default());
        let left = self.left.checked_sub(bytes as u64);
        match (bytes, left) {
            (0, Some(0)) if self.crc.sum() == self.checksum => Ok(0),
            (0, _) | (_, None) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "another size or checksum than it should have",
            )),
            (_, Some(left)) => {
                self.left = left;
                Ok(bytes)
            }
        }
    }
}

/// A part of a file, as a file.
struct Window<'a> {
    source: &'a mut dyn Source,
    start: u64,
    size: u64,
    position: u64,
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(self.position);
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        self.source.seek(SeekFrom::Start(self.start + self.position))?;
        let bytes = self.source.read(buffer)?;
        self.position += bytes as u64;
        Ok(bytes)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let outside = || io::Error::new(io::ErrorKind::UnexpectedEof, "a place before the beginning");
        self.position = position.ok_or_else(outside)?;
        Ok(self.position)
    }
}
