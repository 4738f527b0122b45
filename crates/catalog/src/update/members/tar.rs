//! Tar archives (POSIX ustar and pax, and GNU's long names).
//!
//! An archive ends with two blocks of zeros. The library takes an archive that just stops for one that ended, so the zeros
//! are looked at here: without them an archive was cut off.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use super::{super::decompress::invalid, Budget, Entry, Visit};
use crate::limits;

/// Where the magic of the first header ends.
pub(super) const MAGIC_END: u64 = 262;

/// Zeros at the end of an archive.
const END_BYTES: u64 = 1024;

/// Whether this is how an archive begins. (Those from before 1988 have no magic; nobody publishes advisories in one.)
pub(super) fn is_one(beginning: &[u8]) -> bool {
    beginning.get(257..262) == Some(b"ustar")
}

/// See [`super::walk`].
pub(super) fn walk(whole: Box<dyn BufRead + '_>, most: u64, visit: Visit<'_>) -> io::Result<()> {
    let zeros = Rc::new(Cell::new(0));
    let mut archive = tar::Archive::new(Watched { from: whole, zeros: Rc::clone(&zeros) });
    let mut budget = Budget::new(most);
    let mut long_name = None;
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            long_name = Some(gnu_name(&mut entry)?);
        } else if kind.is_pax_local_extensions() {
            long_name = pax_name(&mut entry)?.or(long_name);
        } else if kind.is_gnu_longlink() {
            bounded(&mut entry)?;
        } else if kind.is_dir() {
            long_name = None;
        } else if !kind.is_pax_global_extensions() {
            let name = long_name.take().unwrap_or_else(|| text(&entry.path_bytes()));
            budget.enter(&name)?;
            if kind.is_file() || kind.is_contiguous() {
                budget.file(&name, &mut entry, visit)?;
            } else {
                visit(Entry::Odd(&name, "no regular file"))?;
            }
        }
    }
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    if zeros.get() < END_BYTES {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends before its end"));
    }
    Ok(())
}

fn gnu_name(entry: &mut impl Read) -> io::Result<String> {
    let name = bounded(entry)?;
    Ok(text(name.strip_suffix(b"\0").unwrap_or(&name)))
}

fn pax_name(entry: &mut impl Read) -> io::Result<Option<String>> {
    let records = bounded(entry)?;
    let mut name = None;
    for record in tar::PaxExtensions::new(&records) {
        let record = record?;
        match record.key_bytes() {
            b"path" => name = Some(text(record.value_bytes())),
            // Then the header's own size is not the size: what follows would be read as headers.
            b"size" => return Err(invalid("a file in the archive is larger than any real one")),
            key if key.starts_with(b"GNU.sparse") => return Err(invalid("a sparse file in the archive")),
            _of_no_concern => {}
        }
    }
    Ok(name)
}

/// The data of an entry that describes the next one.
fn bounded(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    crate::transfer::read_bounded(entry, limits::MEMBER_NAME_BYTES)
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Counts the zeros with which what was read ends.
struct Watched<R> {
    from: R,
    zeros: Rc<Cell<u64>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        let read = buffer.get(..length).unwrap_or_default();
        let zeros = read.iter().rev().take_while(|&&byte| byte == 0).count();
        let before = if zeros == length { self.zeros.get() } else { 0 };
        self.zeros.set(before + zeros as u64);
        Ok(length)
    }
}
