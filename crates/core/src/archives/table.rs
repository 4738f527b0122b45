//! The table of artifacts by the SHA-1 of their archives: a line each, `SHA1<tab>group:artifact:version`.
//!
//! Lines that are empty or begin with `#` say nothing; any other that is not as it should be is an error, so that no line is
//! left out in silence. The order of the lines decides nothing. One archive may be published under several names: it is all of
//! them, rather one finding too many than one that is missed.

use std::{fmt, ops::Range};

use crate::{Digest, Ecosystem, digest::Hasher};

/// Most lines of a table. What is published at the largest public repository is some fifteen times as much; a company's own
/// repositories have up to some hundred thousand.
const MOST_LINES: usize = 1 << 20;

/// Longest line, in bytes. Paths of repositories have all three names in them, and end at 4096.
const MOST_LINE_BYTES: usize = 4096;

/// See the module.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ArtifactTable {
    /// `group:artifact:version` of all, one after the other.
    text: String,
    /// SHA-1 and place in `text`, sorted by what they stand for, each once.
    rows: Vec<([u8; 20], Range<usize>)>,
}

/// A line that is none of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct InvalidTable {
    /// Its number, from 1.
    line: usize,
    why: &'static str,
}

/// What the table says that an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Artifact<'a> {
    pub(super) group: &'a str,
    pub(super) name: &'a str,
    pub(super) version: &'a str,
}

impl ArtifactTable {
    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidTable> {
        let mut rows: Vec<([u8; 20], &str)> = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let wrong = |why| InvalidTable { line: place + 1, why };
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if rows.len() == MOST_LINES {
                return Err(wrong("there are more lines than are read (1048576)"));
            }
            rows.push(row(line).map_err(wrong)?);
        }
        rows.sort_unstable();
        rows.dedup();
        let mut table = Self::default();
        for (sha1, name) in rows {
            let start = table.text.len();
            table.text.push_str(name);
            table.rows.push((sha1, start..table.text.len()));
        }
        Ok(table)
    }

    /// Identifies what the table says, however it is written.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::sha256();
        hasher.update_field("limpid artifacts");
        for (sha1, _) in &self.rows {
            hasher.update(sha1);
        }
        for (_, place) in &self.rows {
            hasher.update_field(self.text.get(place.clone()).unwrap_or_default());
        }
        hasher.finish()
    }

    /// How many archives it knows, each counted for every name that it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What the archive with this SHA-1 is; nothing where it is not known.
    pub(super) fn find(&self, sha1: &str) -> Vec<Artifact<'_>> {
        let Some(wanted) = digits(sha1) else { return Vec::new() };
        let start = self.rows.partition_point(|(sha1, _)| *sha1 < wanted);
        let rows = self.rows.iter().skip(start).take_while(|(sha1, _)| *sha1 == wanted);
        rows.filter_map(|(_, place)| artifact(self.text.get(place.clone())?)).collect()
    }

    /// The name of each artifact, as packages of the ecosystem have it, with that under which inverted indexes have its archive.
    pub fn each_name(&self, ecosystem: &Ecosystem, tell: &mut dyn FnMut(String, String)) {
        for (sha1, place) in &self.rows {
            if let Some(artifact) = self.text.get(place.clone()).and_then(artifact) {
                let digits: String = sha1.iter().map(|byte| format!("{byte:02x}")).collect();
                tell(ecosystem.purl.join(Some(artifact.group), artifact.name), archive_name(&digits));
            }
        }
    }
}

impl fmt::Debug for ArtifactTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ArtifactTable({})", self.digest())
    }
}

/// See [`super::IndexedArchive::name`].
pub(super) fn archive_name(sha1: &str) -> String {
    format!("sha1:{sha1}")
}

fn row(line: &str) -> Result<([u8; 20], &str), &'static str> {
    if line.len() > MOST_LINE_BYTES {
        return Err("it is longer than such a line is (4096 bytes)");
    }
    let (sha1, name) = line.split_once('\t').ok_or("there is no tab between SHA-1 and artifact")?;
    let sha1 = digits(sha1).ok_or("it does not begin with a SHA-1 of 40 hexadecimal digits")?;
    artifact(name).ok_or("what follows the tab is not group:artifact:version")?;
    Ok((sha1, name))
}

fn digits(text: &str) -> Option<[u8; 20]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Vec<u8> =
        pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect::<Option<_>>()?;
    if rest.is_empty() { bytes.try_into().ok() } else { None }
}

fn artifact(text: &str) -> Option<Artifact<'_>> {
    let mut parts = text.split(':');
    let (group, name, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_plain = |text: &str| {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+~".contains(&byte);
        !text.is_empty() && text.bytes().all(is_usual)
    };
    let is_whole = parts.next().is_none() && [group, name, version].into_iter().all(is_plain);
    is_whole.then_some(Artifact { group, name, version })
}
