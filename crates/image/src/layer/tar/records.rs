//! The records of a PAX extended header: `LENGTH KEY=VALUE` and a line feed (POSIX.1-2017, pax Extended Header).
//!
//! Where readers are known to disagree, the reading is that of Go's `archive/tar`, which containerd, Docker and Podman
//! unpack with, and the disagreement is noted.

use super::number;

/// What the records say that matters for a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Records {
    /// `path`.
    pub(crate) path: Option<Vec<u8>>,
    /// `linkpath`.
    pub(crate) link: Option<Vec<u8>>,
    /// `size`: bytes of data in the archive.
    pub(crate) size: Option<Vec<u8>>,
    /// `GNU.sparse.*`.
    pub(crate) sparse: SparseRecords,
    /// What readers may disagree about, as sentences.
    pub(crate) odd: Vec<String>,
}

/// The records of a sparse file, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SparseRecords {
    /// `GNU.sparse.major`.
    pub(super) major: Option<Vec<u8>>,
    /// `GNU.sparse.minor`.
    pub(super) minor: Option<Vec<u8>>,
    /// `GNU.sparse.name`: the file's real name.
    pub(super) name: Option<Vec<u8>>,
    /// `GNU.sparse.size`, in formats 0.0 and 0.1.
    pub(super) size: Option<Vec<u8>>,
    /// `GNU.sparse.realsize`, in format 1.0.
    pub(super) real_size: Option<Vec<u8>>,
    /// `GNU.sparse.numblocks`, in formats 0.0 and 0.1.
    pub(super) count: Option<Vec<u8>>,
    /// `GNU.sparse.map`, in format 0.1; joined from `offset` and `numbytes` in format 0.0.
    pub(super) map: Option<Vec<u8>>,
}

impl Records {
    /// Reads all records up to the first that is malformed.
    pub(crate) fn parse(mut data: &[u8]) -> Self {
        let mut records = Self::default();
        let mut pairs = Vec::new();
        while !data.is_empty() {
            let Some((key, value, rest)) = record(data) else {
                records
                    .odd
                    .push("its extended header is malformed, and the rest of it was not read".to_owned());
                break;
            };
            records.take(key, value, &mut pairs);
            data = rest;
        }
        if !pairs.is_empty() {
            records.sparse.map = Some(pairs.join(&b','));
        }
        records
    }

    /// Whether there is any record that would change an entry.
    pub(super) fn changes_entries(&self) -> bool {
        self.path.is_some()
            || self.link.is_some()
            || self.size.is_some()
            || self.sparse != SparseRecords::default()
            || !self.odd.is_empty()
    }

    fn take(&mut self, key: &[u8], value: &[u8], pairs: &mut Vec<Vec<u8>>) {
        let sparse = &mut self.sparse;
        let slot = match key {
            b"path" => &mut self.path,
            b"linkpath" => &mut self.link,
            b"size" => &mut self.size,
            b"GNU.sparse.major" => &mut sparse.major,
            b"GNU.sparse.minor" => &mut sparse.minor,
            b"GNU.sparse.name" => &mut sparse.name,
            b"GNU.sparse.size" => &mut sparse.size,
            b"GNU.sparse.realsize" => &mut sparse.real_size,
            b"GNU.sparse.numblocks" => &mut sparse.count,
            b"GNU.sparse.map" => &mut sparse.map,
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                if (key == b"GNU.sparse.offset") != pairs.len().is_multiple_of(2) || value.contains(&b',') {
                    self.odd.push("the offsets and lengths of its sparse map do not alternate".to_owned());
                }
                pairs.push(value.to_vec());
                return;
            }
            _ => {
                if key.contains(&0) {
                    self.odd.push("its extended header has a NUL in a key".to_owned());
                }
                return;
            }
        };
        let shown = String::from_utf8_lossy(key);
        if slot.as_deref().is_some_and(|before| before != value) {
            self.odd.push(format!("its extended header has “{shown}” twice, with different values"));
        }
        if value.contains(&0) {
            self.odd.push(format!("its extended header has a NUL in “{shown}”"));
        }
        *slot = Some(value.to_vec());
    }
}

/// A value that counts: an empty one leaves what the header says.
pub(super) fn given(value: Option<&Vec<u8>>) -> Option<&[u8]> {
    value.map(Vec::as_slice).filter(|value| !value.is_empty())
}

/// The first record: key, value, and what follows.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = data.iter().position(|&byte| byte == b' ')?;
    let length = usize::try_from(number::parse_decimal(data.get(..space)?).ok()?).ok()?;
    let (line, rest) = data.split_at_checked(length)?;
    let text = line.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|&byte| byte == b'=').filter(|&place| place > 0)?;
    Some((text.get(..equals)?, text.get(equals + 1..)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_with_line_feeds_in_values() {
        let records = Records::parse(b"12 path=a\nb\n18 linkpath=\xff=b c\n30 mtime=1350244992.023960108\n");
        assert_eq!(records.path.as_deref(), Some(&b"a\nb"[..]));
        assert_eq!(records.link.as_deref(), Some(&b"\xff=b c"[..]));
        assert_eq!(records.odd, Vec::<String>::new());
    }

    #[test]
    fn the_last_of_two_wins_and_is_noted() {
        let records = Records::parse(b"10 path=a\n10 path=b\n");
        assert_eq!(records.path.as_deref(), Some(&b"b"[..]));
        assert_eq!(records.odd.len(), 1);
        assert!(Records::parse(b"10 path=a\n10 path=a\n").odd.is_empty());
    }

    #[test]
    fn malformed_records_are_noted_and_end_the_reading() {
        for wrong in [
            &b"10 path=a"[..],
            b"0 path=a\n",
            b"-1 path=a\n",
            b"3 \n",
            b"99999999999999999999 path=a\n",
            b"11 path=a\n",
            b"8 path=a\n",
            b"8 patha\n",
            b"5 =a\n",
            b"path=a\n",
            b"\0",
        ] {
            let records = Records::parse(wrong);
            assert_eq!((records.path, records.odd.len()), (None, 1), "{wrong:?}");
        }
        assert_eq!(Records::parse(b"10 \0ath=a\n11 path=ab\n").odd.len(), 1);
    }

    #[test]
    fn the_first_sparse_format_becomes_a_map() {
        let good = b"23 GNU.sparse.offset=0\n25 GNU.sparse.numbytes=1\n23 GNU.sparse.offset=9\n25 GNU.sparse.numbytes=2\n";
        assert_eq!(Records::parse(good).sparse.map.as_deref(), Some(&b"0,1,9,2"[..]));
        let wrong = b"25 GNU.sparse.numbytes=1\n23 GNU.sparse.offset=0\n";
        assert_eq!(Records::parse(wrong).odd.len(), 2);
    }
}
