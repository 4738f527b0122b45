//! Stanzas as in Debian's control files: `Field: value`, continued on lines that begin with a blank, ended by an empty line.
//!
//! Of the fields only those of the status file that matter are kept. Anything that is no such line is told, so that damage
//! is never taken for the end of what there is.
//!
//! Source of the format: deb822(5), and deb-src-control(5) for `Source`.

/// A stanza of the status file, as far as it is read.
#[derive(Debug, Default)]
pub(super) struct Stanza<'a> {
    /// Number of its first line, from 1.
    pub(super) line: usize,
    pub(super) package: Option<&'a [u8]>,
    pub(super) status: Option<&'a [u8]>,
    pub(super) version: Option<&'a [u8]>,
    pub(super) architecture: Option<&'a [u8]>,
    pub(super) source: Option<&'a [u8]>,
    pub(super) maintainer: Option<&'a [u8]>,
    pub(super) origin: Option<&'a [u8]>,
    /// No field of Debian's: builders of packages for several systems write it.
    pub(super) vendor: Option<&'a [u8]>,
    /// It has a line that is none of a stanza, or a field twice.
    pub(super) is_odd: bool,
    has_field: bool,
    /// Names of the other fields so far.
    others: Vec<&'a [u8]>,
}

impl<'a> Stanza<'a> {
    pub(super) fn at(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    /// Whether a line begins another stanza although no empty line ended this one.
    pub(super) fn ends_before(&self, line: &[u8]) -> bool {
        let is_package = line.get(..8).is_some_and(|field| field.eq_ignore_ascii_case(b"Package:"));
        is_package && self.package.is_some()
    }

    /// Reads one line, which is not empty.
    pub(super) fn read(&mut self, line: &'a [u8]) {
        // Where a disk lost blocks there are zeros, which join what is left of one stanza with what is left of another.
        self.is_odd |= line.contains(&0);
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            self.is_odd |= !self.has_field;
            return;
        }
        self.has_field = true;
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            self.is_odd = true;
            return;
        };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let field = match name.to_ascii_lowercase().as_slice() {
            b"package" => &mut self.package,
            b"status" => &mut self.status,
            b"version" => &mut self.version,
            b"architecture" => &mut self.architecture,
            b"source" => &mut self.source,
            b"maintainer" => &mut self.maintainer,
            b"origin" => &mut self.origin,
            b"vendor" => &mut self.vendor,
            other => {
                // A name of a field is printable ASCII without blanks; damage seldom is.
                self.is_odd |= other.is_empty() || !other.iter().all(u8::is_ascii_graphic);
                // What is cut out of a file joins two stanzas, which have the same fields.
                self.is_odd |= self.others.iter().any(|one| one.eq_ignore_ascii_case(name));
                self.others.push(name);
                return;
            }
        };
        self.is_odd |= field.is_some();
        field.get_or_insert(value);
    }
}
