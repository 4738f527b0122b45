//! The files of an image archive: an index of places, made in one pass over the headers, and positioned reads.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    sync::Arc,
};

use super::super::{
    error::SourceError,
    files::{Files, OpenedFile},
};
use crate::{
    layer::tar::{
        header::{BLOCK_BYTES, Block, Header, is_zero},
        number::parse_decimal,
        records::{Records, SparseRecords},
    },
    limits,
};

/// How many links lead to a file at most. Docker writes one.
const LINKS: usize = 8;

/// The files of an uncompressed archive. Cheap to clone; readers are independent of each other.
#[derive(Clone)]
pub(crate) struct ArchiveFiles(Arc<Archive>);

struct Archive {
    file: File,
    place: String,
    nodes: HashMap<String, Node>,
}

enum Node {
    File {
        offset: u64,
        size: u64,
    },
    /// A hard or symbolic link, by the path that it leads to from the top of the archive.
    Link(String),
}

impl ArchiveFiles {
    /// Reads the headers of `file`.
    pub(crate) fn index(file: File, place: String) -> Result<Self, SourceError> {
        let length = file.metadata().map_err(|error| SourceError::io(&place, error))?.len();
        let nodes = Scan { file: &file, place: &place, length, at: 0 }.nodes()?;
        Ok(Self(Arc::new(Archive { file, place, nodes })))
    }

    /// Whether there is an entry of this path.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.0.nodes.contains_key(path)
    }
}

impl Files for ArchiveFiles {
    fn place(&self) -> &str {
        &self.0.place
    }

    fn open(&self, path: &str) -> Result<Option<OpenedFile>, SourceError> {
        let Some(mut path) = normal(path, "") else { return Ok(None) };
        for _ in 0..=LINKS {
            match self.0.nodes.get(&path) {
                None => return Ok(None),
                Some(Node::Link(target)) => path.clone_from(target),
                Some(&Node::File { offset, size }) => {
                    let reader =
                        Box::new(Part { archive: Arc::clone(&self.0), at: offset, end: offset + size });
                    return Ok(Some(OpenedFile { reader, size }));
                }
            }
        }
        Err(SourceError::invalid(path, self.place(), "links lead on and on"))
    }
}

/// `path`, seen from `directory`, without `.`, `..` and doubled slashes; `None` if it leads out of the archive.
fn normal(path: &str, directory: &str) -> Option<String> {
    let start = if path.starts_with('/') { "" } else { directory };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What extended headers say about the next entry.
#[derive(Default)]
struct Extension {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Extension {
    /// Takes the records of a PAX header. What readers may disagree about is refused: unlike a layer, an archive that
    /// holds an image has no reason for it.
    fn take(&mut self, records: Records) -> Result<(), String> {
        if let Some(odd) = records.odd.into_iter().next() {
            return Err(odd);
        }
        if records.sparse != SparseRecords::default() {
            return Err(SPARSE.to_owned());
        }
        if let Some(size) = &records.size {
            self.size = Some(parse_decimal(size).map_err(|error| format!("the size of an entry: {error}"))?);
        }
        self.path = records.path.or(self.path.take());
        self.link = records.link.or(self.link.take());
        Ok(())
    }
}

const SPARSE: &str = "a file of the archive is sparse";

/// The pass over the headers.
struct Scan<'a> {
    file: &'a File,
    place: &'a str,
    length: u64,
    at: u64,
}

impl Scan<'_> {
    fn nodes(mut self) -> Result<HashMap<String, Node>, SourceError> {
        let mut nodes = HashMap::new();
        let mut extension = Extension::default();
        for _ in 0..limits::ARCHIVE_ENTRIES {
            let Some(block) = self.block()? else { return Ok(nodes) };
            let header = Header::parse(&block).map_err(|error| self.fault(&error.to_string()))?;
            let size = header.size;
            match header.kind {
                b'x' => {
                    let records = Records::parse(&self.extension(size)?);
                    extension.take(records).map_err(|fault| self.fault(&fault))?;
                }
                b'L' => extension.path = Some(until_zero(self.extension(size)?)),
                b'K' => extension.link = Some(until_zero(self.extension(size)?)),
                b'g' => self.skip(size)?,
                _ => self.entry(header, std::mem::take(&mut extension), &mut nodes)?,
            }
        }
        let (what, limit) = ("the number of entries".to_owned(), limits::ARCHIVE_ENTRIES as u64);
        Err(SourceError::TooLarge { what, place: self.place.to_owned(), limit })
    }

    fn entry(
        &mut self,
        header: Header,
        extension: Extension,
        nodes: &mut HashMap<String, Node>,
    ) -> Result<(), SourceError> {
        let size = extension.size.unwrap_or(header.size);
        let path = extension.path.unwrap_or(header.name);
        let link = extension.link.unwrap_or(header.link);
        let node = match header.kind {
            0 | b'0' | b'7' if !path.ends_with(b"/") => Some(Node::File { offset: self.at, size }),
            b'1' => target(&link, "").map(Node::Link),
            b'2' => target(&link, parent(&path)).map(Node::Link),
            b'S' => return Err(self.fault(SPARSE)),
            _ => None,
        };
        // Links, directories and devices have nothing after their header, whatever size they state.
        if !matches!(header.kind, b'1'..=b'6') {
            self.skip(size)?;
        }
        // A name that is not UTF-8 can stand in no manifest, so nothing can ask for it. The last of a name counts.
        let name = std::str::from_utf8(&path).ok().and_then(|path| normal(path, ""));
        if let (Some(name), Some(node)) = (name, node) {
            nodes.insert(name, node);
        }
        Ok(())
    }

    /// The next header; `None` at the end.
    fn block(&mut self) -> Result<Option<Block>, SourceError> {
        if self.at == self.length && self.at > 0 {
            return Ok(None);
        }
        let mut block = [0; BLOCK_BYTES];
        self.read_exact(&mut block)?;
        Ok((!is_zero(&block)).then_some(block))
    }

    fn extension(&mut self, size: u64) -> Result<Vec<u8>, SourceError> {
        let limit = limits::ARCHIVE_EXTENSION_BYTES;
        if size > limit {
            let what = "an extended header".to_owned();
            return Err(SourceError::TooLarge { what, place: self.place.to_owned(), limit });
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        let start = self.at;
        self.read_exact(&mut bytes)?;
        self.at = start;
        self.skip(size)?;
        Ok(bytes)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), SourceError> {
        let end = self.at.saturating_add(buffer.len() as u64);
        if end > self.length {
            return Err(self.fault("it is cut off"));
        }
        let mut read = 0;
        while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match read_at(self.file, rest, self.at + read as u64) {
                Ok(0) => return Err(self.fault("it is cut off")),
                Ok(length) => read += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(SourceError::io(self.place, error)),
            }
        }
        self.at = end;
        Ok(())
    }

    /// Passes what belongs to an entry, and the padding after it, which the last one may lack.
    fn skip(&mut self, size: u64) -> Result<(), SourceError> {
        let end = self.at.checked_add(size).filter(|end| *end <= self.length);
        let end = end.ok_or_else(|| self.fault("it is cut off"))?;
        self.at = end.next_multiple_of(BLOCK_BYTES as u64).min(self.length);
        Ok(())
    }

    fn fault(&self, fault: &str) -> SourceError {
        SourceError::invalid("the archive", self.place, format!("at byte {}: {fault}", self.at))
    }
}

fn until_zero(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}

fn parent(path: &[u8]) -> &str {
    let path = std::str::from_utf8(path).unwrap_or_default();
    path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn target(link: &[u8], directory: &str) -> Option<String> {
    normal(std::str::from_utf8(link).ok()?, directory)
}

/// One file of the archive.
struct Part {
    archive: Arc<Archive>,
    at: u64,
    end: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let Some(buffer) = buffer.get_mut(..length).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let read = read_at(&self.archive.file, buffer, self.at)?;
        if read == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the archive became shorter while it was read",
            ));
        }
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_top() {
        assert_eq!(normal("./a//b", "").as_deref(), Some("a/b"));
        assert_eq!(normal("../other/layer.tar", "one").as_deref(), Some("other/layer.tar"));
        assert_eq!(normal("/x", "one").as_deref(), Some("x"));
        assert_eq!(normal("../../etc/passwd", "one"), None);
    }
}
