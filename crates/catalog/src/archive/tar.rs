//! The one form of tar that our own archives have: plain files with short names (POSIX.1-2017, pax, “ustar Interchange
//! Format”). Any tar program reads them; here, everything else is refused, and so is an archive that ends early.

use std::io::{self, Read, Write};

const BLOCK: usize = 512;
const MAGIC: (usize, &[u8]) = (257, b"ustar\x0000");
const NAME: (usize, usize) = (0, 100);
const SIZE: (usize, usize) = (124, 12);
const CHECKSUM: (usize, usize) = (148, 8);
/// Mode, owner, group, time, and kind: a regular file.
const FIXED: [(usize, &[u8]); 5] =
    [(100, b"0000644\0"), (108, b"0000000\0"), (116, b"0000000\0"), (136, b"00000000000\0"), (156, b"0")];

/// Adds a file to an archive.
pub(super) fn append(out: &mut dyn Write, name: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
    out.write_all(&header(name, size)?)?;
    let copied = io::copy(&mut content.take(size), out)?;
    if copied != size {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{name} is shorter than it was")));
    }
    out.write_all(&vec![0; padding(size)])
}

/// Ends an archive.
pub(super) fn finish(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])?;
    out.flush()
}

fn header(name: &str, size: u64) -> io::Result<[u8; BLOCK]> {
    let mut header = [0; BLOCK];
    let octal = format!("{size:011o}\0");
    if name.len() >= NAME.1 || octal.len() != SIZE.1 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{name} does not fit into an archive"),
        ));
    }
    let fields = [(NAME.0, name.as_bytes()), (SIZE.0, octal.as_bytes()), MAGIC];
    for (start, bytes) in fields.into_iter().chain(FIXED) {
        put(&mut header, start, bytes);
    }
    let checksum = format!("{:06o}\0 ", sum(&header));
    put(&mut header, CHECKSUM.0, checksum.as_bytes());
    Ok(header)
}

fn put(header: &mut [u8; BLOCK], start: usize, bytes: &[u8]) {
    for (place, byte) in header.iter_mut().skip(start).zip(bytes) {
        *place = *byte;
    }
}

/// The sum of a header's bytes, its checksum taken as spaces.
fn sum(header: &[u8; BLOCK]) -> u32 {
    let checksum = CHECKSUM.0..CHECKSUM.0 + CHECKSUM.1;
    let byte = |(place, byte): (usize, &u8)| u32::from(if checksum.contains(&place) { b' ' } else { *byte });
    header.iter().enumerate().map(byte).sum()
}

fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or_default();
    (BLOCK - over) % BLOCK
}

/// Reads an archive. After [`Files::next`], it reads as the content of that file.
pub(super) struct Files<'a> {
    from: &'a mut dyn Read,
    left: u64,
    padding: usize,
}

impl<'a> Files<'a> {
    pub(super) fn of(from: &'a mut dyn Read) -> Self {
        Self { from, left: 0, padding: 0 }
    }

    /// Goes on to the next file, and returns its name. What is left of the one before is passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        io::copy(self, &mut io::sink())?;
        let mut padding = vec![0; self.padding];
        self.from.read_exact(&mut padding)?;
        let mut block = [0; BLOCK];
        self.from.read_exact(&mut block)?;
        if block == [0; BLOCK] {
            return Ok(None);
        }
        let (name, size) =
            read_header(&block).ok_or_else(|| io::Error::other("not an archive of a catalog"))?;
        (self.left, self.padding) = (size, self::padding(size));
        Ok(Some(name))
    }
}

/// Name and size, from a header that is exactly as one of ours.
fn read_header(block: &[u8; BLOCK]) -> Option<(String, u64)> {
    let name = block.get(NAME.0..NAME.1)?.split(|byte| *byte == 0).next()?;
    let name = std::str::from_utf8(name).ok()?;
    let octal = std::str::from_utf8(block.get(SIZE.0..SIZE.0 + SIZE.1)?).ok()?;
    let size = u64::from_str_radix(octal.strip_suffix('\0')?, 8).ok()?;
    let same = header(name, size).is_ok_and(|ours| ours == *block);
    same.then(|| (name.to_owned(), size))
}

impl Read for Files<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let length = self.from.read(buffer)?;
        if length == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends within a file"));
        }
        self.left -= length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_they_were_written() {
        let mut archive = Vec::new();
        for (name, content) in
            [("empty", "".to_owned()), ("folder/a", "a".repeat(512)), ("b", "b".repeat(700))]
        {
            append(&mut archive, name, content.len() as u64, &mut content.as_bytes()).unwrap();
        }
        finish(&mut archive).unwrap();
        assert_eq!(archive.len(), 512 + 1024 + 1536 + 1024);
        let mut source = archive.as_slice();
        let mut files = Files::of(&mut source);
        let mut seen = Vec::new();
        while let Some(name) = files.next().unwrap() {
            let mut content = String::new();
            files.read_to_string(&mut content).unwrap();
            seen.push((name, content.len()));
        }
        assert_eq!(seen, [("empty".to_owned(), 0), ("folder/a".to_owned(), 512), ("b".to_owned(), 700)]);
        let mut cut = archive.split_at(2500).0;
        let mut files = Files::of(&mut cut);
        assert!(
            files.next().is_ok() && files.next().is_ok() && files.next().is_ok() && files.next().is_err()
        );
    }
}
