//! The database of installed packages that apk keeps in `lib/apk/db/installed`.
//!
//! Total: what can be read is read, whatever stands around it, and what cannot is a blind spot that names the line.
//! apk ends every entry with an empty line; a database whose last entry has none was cut off, and what is missing of
//! it (the source package, the files, the packages after it) cannot be known.
//!
//! Source of the format: apk-package(5) and the Alpine wiki, “Apk spec”, “Installed Database V2”. A line is a field,
//! `K:value`: `P` name, `V` version, `A` architecture, `o` origin (the source package), `s` the tag of the repository that
//! it is from, `F` a directory, `R` a file in it, `Z` the digest of the file before it.

mod entry;

use std::{collections::HashMap, sync::Arc};

use self::entry::{Entry, Paths};
use super::limits::{MOST_DATABASE_BYTES, MOST_PACKAGES};
use crate::{
    BlindSpot, Detector, FoundFile, Package, Parsed, ParsedPackage, Reason,
    owned::OwnedFile,
    revision,
    wants::{Pattern, Want},
};

/// Finds apk packages.
pub const DETECTOR: Detector = Detector {
    id: "apk",
    revision: revision::of("formats/apk"),
    wants: &[
        Want::new(Pattern::System("lib/apk/db/installed"), MOST_DATABASE_BYTES),
        Want::new(Pattern::System("usr/lib/apk/db/installed"), MOST_DATABASE_BYTES),
    ],
    companions: &[],
    parse,
};

fn parse(file: &FoundFile<'_>) -> Parsed {
    let mut reading = Reading::default();
    let mut open: Option<Entry> = None;
    for (number, line) in (1..).zip(file.content.split_inclusive(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            reading.close(open.take());
            if reading.packages.len() >= MOST_PACKAGES {
                reading.left_out = Some(number);
                break;
            }
        } else if !line.trim_ascii().is_empty() {
            if open.as_ref().is_some_and(|entry| entry.ends_before(line)) {
                reading.close(open.take());
            }
            open.get_or_insert_with(|| Entry::at(number)).read(line, &mut reading.paths);
        }
    }
    let in_a_line = !file.content.is_empty() && !file.content.ends_with(b"\n");
    reading.cut_off = open.as_ref().map(Entry::describe).or(in_a_line.then(|| "its last line".to_owned()));
    reading.close(open);
    reading.finish(file)
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    packages: Vec<(Package, Vec<OwnedFile>)>,
    positions: HashMap<Package, usize>,
    paths: Paths,
    /// First lines of the entries that lack something.
    broken: Vec<usize>,
    /// The entry in which the database ends without closing it.
    cut_off: Option<String>,
    /// The line from which on nothing was read, because there are too many packages.
    left_out: Option<usize>,
}

impl Reading {
    fn close(&mut self, entry: Option<Entry>) {
        let Some(entry) = entry else { return };
        if !entry.is_sound() {
            self.broken.push(entry.line());
        }
        let Some((package, files)) = entry.package() else { return };
        match self.positions.get(&package).and_then(|&position| self.packages.get_mut(position)) {
            Some((_, known)) => known.extend(files),
            None => {
                self.positions.insert(package.clone(), self.packages.len());
                self.packages.push((package, files));
            }
        }
    }

    fn finish(self, file: &FoundFile<'_>) -> Parsed {
        let blind_spots = self.blind_spots(&file.path.to_string(), file.content.is_empty());
        let packages = self.packages.into_iter();
        let packages = packages
            .map(|(package, files)| ParsedPackage {
                package: Arc::new(package),
                files: files.into(),
                ..ParsedPackage::default()
            })
            .collect();
        Parsed { packages, blind_spots, ..Parsed::default() }
    }

    fn blind_spots(&self, path: &str, empty: bool) -> Vec<BlindSpot> {
        let unreadable = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, path, detail);
        let over_budget = |detail: String| BlindSpot::new(Reason::OverBudget, path, detail);
        let mut spots = Vec::new();
        if empty {
            spots.push(unreadable("the database is empty: what was installed cannot be known".to_owned()));
        } else if self.packages.is_empty() {
            spots.push(unreadable("no package can be read from it".to_owned()));
        }
        if let Some(first) = self.broken.first() {
            let count = self.broken.len();
            let detail = format!(
                "entries without a readable name, version or origin: {count}; the first begins at line {first}"
            );
            spots.push(unreadable(detail).with_packages(count));
        }
        if let Some(last) = &self.cut_off {
            spots.push(unreadable(format!("it is cut off in {last}")).with_packages(1));
        }
        if let Some(line) = self.left_out {
            spots.push(over_budget(format!(
                "more than {MOST_PACKAGES} packages; not read from line {line} on"
            )));
        }
        if self.paths.is_spent() {
            let detail = "its list of files is too large; which files its packages own is known only in part";
            spots.push(over_budget(detail.to_owned()));
        }
        spots
    }
}

#[cfg(test)]
mod tests;
