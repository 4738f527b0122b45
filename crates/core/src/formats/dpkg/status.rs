//! The database of installed packages: `var/lib/dpkg/status`, `var/lib/dpkg/status.d/NAME` in images without dpkg, and
//! `var/lib/dpkg/updates/NUMBER`, where a dpkg that was broken off left what the database does not have yet.
//!
//! Total: what can be read is read, whatever stands around it, and what cannot is a blind spot that names the line. A
//! package is listed where any of its files may be there: also one that is only unpacked, or whose installation or removal
//! broke off (`half-installed`). One of which only the configuration is left is not. In `status.d` there is no status: what
//! has a file there is installed.
//!
//! Source of the format: dpkg-query(1), “db:Status-Status”; deb-control(5).

use std::collections::HashSet;

use super::{limits::MOST_PACKAGES, stanza::Stanza};
use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, package::SourcePackage};

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// dpkg's own: it ends every stanza with an empty line.
    Database,
    /// One package, written by a builder of images: nothing ends it but its last line.
    OnePackage,
    /// The newer entry of one package, which is in force in the place of the database's.
    Note,
}

pub(super) fn read(file: &FoundFile<'_>, kind: Kind) -> Parsed {
    let mut reading = Reading { kind, packages: Vec::new(), broken: Vec::new(), left_out: None };
    let mut open: Option<Stanza<'_>> = None;
    for (number, line) in (1..).zip(file.content.split(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            reading.close(open.take());
            if reading.packages.len() >= MOST_PACKAGES {
                reading.left_out = Some(number);
                break;
            }
            continue;
        }
        if open.as_ref().is_some_and(|stanza| stanza.ends_before(line)) {
            reading.broken.extend(open.as_ref().map(|stanza| stanza.line));
            reading.close(open.take());
        }
        open.get_or_insert_with(|| Stanza::at(number)).read(line);
    }
    reading.close(open);
    reading.finish(file)
}

/// What has been read so far.
struct Reading {
    kind: Kind,
    packages: Vec<ParsedPackage>,
    /// First lines of the stanzas that lack something.
    broken: Vec<usize>,
    /// The line from which on nothing was read, because there are too many packages.
    left_out: Option<usize>,
}

/// Whether a package's files are there.
#[derive(PartialEq, Eq)]
enum Presence {
    There,
    Gone,
    Untold,
}

impl Reading {
    fn close(&mut self, stanza: Option<Stanza<'_>>) {
        let Some(stanza) = stanza else { return };
        let presence = match self.kind {
            Kind::Database | Kind::Note => presence(stanza.status),
            Kind::OnePackage => Presence::There,
        };
        // It is kept, and no version that can be compared.
        let has_odd_version = stanza.version.is_some_and(|version| text(version).is_none());
        if stanza.is_odd || has_odd_version || presence == Presence::Untold {
            self.broken.push(stanza.line);
        }
        if presence == Presence::Gone && stanza.package.is_some() {
            return;
        }
        match package(&stanza) {
            Some(package) => self.packages.push(ParsedPackage::new(package)),
            None => self.broken.push(stanza.line),
        }
    }

    fn finish(mut self, file: &FoundFile<'_>) -> Parsed {
        self.broken.sort_unstable();
        self.broken.dedup();
        let blind_spots = self.blind_spots(file);
        Parsed { packages: self.packages, blind_spots, ..Parsed::default() }
    }

    fn blind_spots(&self, file: &FoundFile<'_>) -> Vec<BlindSpot> {
        let path = file.path.to_string();
        let unreadable = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail);
        let mut spots = Vec::new();
        if file.content.trim_ascii().is_empty() {
            spots.push(unreadable("the database is empty: what was installed cannot be known".to_owned()));
        } else if self.kind == Kind::Note {
            let detail =
                "dpkg was broken off: what it did last stands here, and the database does not have it yet";
            spots.push(unreadable(detail.to_owned()).with_packages(1));
        } else if self.packages.is_empty() {
            spots.push(unreadable("no installed package can be read from it".to_owned()));
        }
        if let Some(first) = self.broken.first() {
            let count = self.broken.len();
            let detail = format!(
                "stanzas without a readable name, version, status or source, or with lines that are none: {count}; the \
                 first begins at line {first}"
            );
            spots.push(unreadable(detail).with_packages(count));
        }
        if let Some(name) = self.named_twice() {
            let detail = format!("{name} stands in it twice: it may stand in the place of another package");
            spots.push(unreadable(detail));
        }
        let ending: &[u8] = match self.kind {
            Kind::Database => b"\n\n",
            Kind::OnePackage | Kind::Note => b"\n",
        };
        let is_ended = file.content.ends_with(ending) || file.content.ends_with(b"\n\r\n");
        if !is_ended && !file.content.is_empty() {
            spots.push(unreadable("it is cut off in its last stanza".to_owned()).with_packages(1));
        }
        if let Some(line) = self.left_out {
            let detail = format!("more than {MOST_PACKAGES} packages; not read from line {line} on");
            spots.push(BlindSpot::new(Reason::OverBudget, &*path, detail));
        }
        spots
    }
}

impl Reading {
    /// The first package that is there a second time for the same architecture.
    fn named_twice(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        let mut packages = self.packages.iter().map(|one| &one.package);
        packages
            .find(|package| !seen.insert((&package.name, &package.architecture)))
            .map(|package| &*package.name)
    }
}

/// The third word of `Status: install ok installed`.
fn presence(status: Option<&[u8]>) -> Presence {
    let mut words = status.unwrap_or_default().split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    match (words.nth(2), words.next()) {
        (Some(b"not-installed" | b"config-files"), None) => Presence::Gone,
        (
            Some(
                b"installed" | b"half-installed" | b"unpacked" | b"half-configured" | b"triggers-awaited"
                | b"triggers-pending",
            ),
            None,
        ) => Presence::There,
        _ => Presence::Untold,
    }
}

fn package(stanza: &Stanza<'_>) -> Option<Package> {
    let name = package_name(stanza.package?)?;
    let version = text_with_blanks(stanza.version?)?;
    let source = match stanza.source {
        Some(source) => source_package(source, version)?,
        None => SourcePackage::new(&*name, version),
    };
    let words = |field: Option<&[u8]>| field.map(|value| String::from_utf8_lossy(value).into_owned());
    Some(Package {
        name,
        version: version.to_owned(),
        kind: "deb".to_owned(),
        architecture: words(stanza.architecture).filter(|one| !one.is_empty()),
        source: Some(source),
        vendor: words(stanza.origin.or_else(|| vendor(stanza)).or(stanza.maintainer))
            .filter(|one| !one.is_empty()),
        ..Package::default()
    })
}

/// The field `Vendor` without address, by which rules tell an origin from a maintainer. `none` says nothing.
fn vendor<'a>(stanza: &Stanza<'a>) -> Option<&'a [u8]> {
    let name = stanza.vendor?.split(|&byte| byte == b'<').next()?.trim_ascii();
    (!name.is_empty() && name != b"none").then_some(name)
}

/// `NAME`, or `NAME (VERSION)` where the source has another version than what was built from it.
fn source_package(field: &[u8], version: &str) -> Option<SourcePackage> {
    let field = text_with_blanks(field)?;
    let (name, own) = match field.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')')?.trim()),
        None => (field, version),
    };
    let own = text_with_blanks(own.as_bytes())?;
    Some(SourcePackage::new(package_name(name.as_bytes())?, own))
}

/// Letters, digits, `+`, `-`, `.`: deb-control(5), and dpkg accepts `_` and capitals in databases, which it takes for small
/// letters.
fn package_name(field: &[u8]) -> Option<String> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
    text(field).filter(|name| name.bytes().all(|byte| is_plain(&byte))).map(str::to_ascii_lowercase)
}

fn text(field: &[u8]) -> Option<&str> {
    text_with_blanks(field).filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn text_with_blanks(field: &[u8]) -> Option<&str> {
    str::from_utf8(field).ok().filter(|text| !text.is_empty() && !text.contains(char::is_control))
}

#[cfg(test)]
mod tests;
