//! Zip archives (APPNOTE 6.3): read by their central directory, which stands at the end, so one that is cut off has none.

use std::{
    fs::File,
    io::{self, BufReader},
};

use super::{Budget, Entry, Visit};
use crate::limits;

/// See [`super::walk`]. The checksum of each file is checked as it is read.
pub(super) fn walk(spool: &File, most: u64, visit: Visit<'_>) -> io::Result<()> {
    let mut archive = ::zip::ZipArchive::new(BufReader::new(spool)).map_err(io::Error::from)?;
    if archive.len() as u64 > limits::MEMBERS {
        return Err(super::super::decompress::invalid("more files than any real archive of a feed has"));
    }
    let mut budget = Budget::new(most);
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).map_err(io::Error::from)?;
        let name = file.name().map_err(io::Error::from)?.into_owned();
        budget.enter(&name)?;
        if file.is_dir() {
            continue;
        }
        if file.is_file() {
            budget.file(&name, &mut file, visit)?;
        } else {
            visit(Entry::Odd(&name, "no regular file"))?;
        }
    }
    Ok(())
}
