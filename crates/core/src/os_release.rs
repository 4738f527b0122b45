//! os-release, read generically: no list of distributions, no list of releases.
//!
//! Total: whatever the bytes, every assignment that can be read is read, and a line that is none is passed over. What
//! the fields mean is decided by the ecosystems, and a system that none of them knows becomes a blind spot there.
//!
//! Source of the format: os-release(5).

use std::collections::BTreeMap;

use crate::{
    ecosystem::{Ecosystems, Strength},
    wants::{Pattern, Want},
};

/// Where os-release is, the first that exists counts: os-release(5), “Description”.
pub const PLACES: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// Real files have less than one KiB.
const MOST_BYTES: u64 = 64 << 10;

/// The fields of an os-release file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsRelease {
    fields: BTreeMap<String, String>,
}

/// For a system of which somebody tells the fields, and not the file.
impl FromIterator<(String, String)> for OsRelease {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(fields: T) -> Self {
        Self { fields: fields.into_iter().collect() }
    }
}

impl OsRelease {
    /// Reads the assignments. The last one of a field counts, as in a shell.
    pub fn parse(content: &[u8]) -> Self {
        let text = String::from_utf8_lossy(content);
        let text = text.trim_start_matches('\u{feff}');
        Self { fields: text.lines().filter_map(assignment).collect() }
    }

    /// A field's value, where it is set and not empty.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `ID`: the distribution, such as `alpine`.
    pub fn id(&self) -> Option<&str> {
        self.get("ID")
    }

    /// `ID_LIKE`: the distributions that this one is made from, the closest first.
    pub fn id_like(&self) -> impl Iterator<Item = &str> {
        self.get("ID_LIKE").unwrap_or_default().split_whitespace()
    }

    /// How surely a system is the distribution of this id, by `ID` and `ID_LIKE`.
    pub fn strength(&self, id: &str) -> Option<Strength> {
        let same = |one: &str| one.eq_ignore_ascii_case(id);
        if self.id().is_some_and(same) {
            return Some(Strength::Named);
        }
        self.id_like().any(same).then_some(Strength::Derived)
    }

    /// `VERSION_ID`: the release, such as `3.16.2`.
    pub fn version_id(&self) -> Option<&str> {
        self.get("VERSION_ID")
    }

    /// `NAME`: the distribution's name for people, without a release.
    pub fn name(&self) -> Option<&str> {
        self.get("NAME")
    }

    /// `PRETTY_NAME`: the name for people, often with the release. Images customise it.
    pub fn pretty_name(&self) -> Option<&str> {
        self.get("PRETTY_NAME")
    }
}

/// The files by which distributions are recognised.
///
/// `etc/os-release` may be a symbolic link to anywhere; where it leads is known only when all layers are. So every
/// file is kept whose name ends like those that such links lead to (`usr/lib/os-release`, `…-etc-os-release` on NixOS).
pub fn wants(ecosystems: &Ecosystems) -> Vec<Want> {
    let identity_files =
        ecosystems.iter().filter_map(|ecosystem| ecosystem.identity).flat_map(|one| one.files);
    identity_files
        .map(|file| Pattern::System(file))
        .chain([Pattern::NameEnding("os-release")])
        .map(|pattern| Want::new(pattern, MOST_BYTES))
        .collect()
}

/// Reads `FIELD=value`. A field name has letters, digits and underscores.
fn assignment(line: &str) -> Option<(String, String)> {
    let (field, value) = line.split_once('=')?;
    let field = field.trim();
    let named = !field.is_empty() && field.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    named.then(|| (field.to_owned(), unquote(value.trim())))
}

/// Removes quotes and escapes as a shell does. A quote that is never closed ends with its line.
fn unquote(raw: &str) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut quote = None;
    let mut characters = raw.chars().peekable();
    while let Some(one) = characters.next() {
        match (quote, one) {
            (None, '"' | '\'') => quote = Some(one),
            (Some(open), close) if open == close => quote = None,
            (None, '\\') => value.extend(characters.next()),
            (Some('"'), '\\') => match characters.next_if(|next| matches!(next, '"' | '\\' | '$' | '`')) {
                Some(escaped) => value.push(escaped),
                None => value.push('\\'),
            },
            (None, '#') if value.ends_with(char::is_whitespace) => break,
            (_, plain) => value.push(plain),
        }
    }
    value.truncate(value.trim_end().len());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> Option<String> {
        OsRelease::parse(line.as_bytes()).get("NAME").map(str::to_owned)
    }

    #[test]
    fn the_fields_of_a_real_file_are_read() {
        let release = OsRelease::parse(
            b"NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.16.0\nPRETTY_NAME=\"Alpine Linux v3.16\"\n",
        );
        assert_eq!(release.id(), Some("alpine"));
        assert_eq!(release.name(), Some("Alpine Linux"));
        assert_eq!(release.version_id(), Some("3.16.0"));
        assert_eq!(release.pretty_name(), Some("Alpine Linux v3.16"));
        assert_eq!(release.id_like().count(), 0);
    }

    #[test]
    fn id_like_is_a_list() {
        let release = OsRelease::parse(b"ID_LIKE=\"rhel  centos fedora\"");
        assert_eq!(release.id_like().collect::<Vec<_>>(), ["rhel", "centos", "fedora"]);
    }

    #[test]
    fn quotes_and_escapes_are_those_of_a_shell() {
        for (line, expected) in [
            ("NAME=plain", "plain"),
            ("NAME='single'", "single"),
            ("NAME=\"double\"", "double"),
            (r#"NAME="a \"b\" \$c \\ \`d\` \e""#, r#"a "b" $c \ `d` \e"#),
            (r"NAME='a \b'", r"a \b"),
            (r"NAME=a\ b", "a b"),
            ("NAME=two words", "two words"),
            ("NAME=\"one\"' two'", "one two"),
            ("NAME=value # a remark", "value"),
            ("NAME=\"value\" # a remark", "value"),
            ("NAME=a#b", "a#b"),
            ("NAME=\"a # b\"", "a # b"),
            ("NAME=\"never closed", "never closed"),
            ("NAME=ends in \\", "ends in"),
            ("  NAME = spaced  ", "spaced"),
            ("NAME=a=b", "a=b"),
        ] {
            assert_eq!(value(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn the_last_assignment_counts_also_when_it_is_empty() {
        assert_eq!(value("NAME=first\nNAME=second").as_deref(), Some("second"));
        assert_eq!(value("NAME=first\nNAME=\"\""), None);
    }

    #[test]
    fn odd_files_lose_nothing_that_can_be_read() {
        for odd in [
            &b"\xef\xbb\xbfNAME=kept\r\nID=x\r\n"[..],
            b"\n\n# comment = 1\nno assignment\n=nameless\nA B=c\n\x00\xff\nNAME=kept",
            b"BAD=\xff\xfe\nNAME=kept\n",
            b"OPEN=\"never closed\nNAME=kept\n",
        ] {
            assert_eq!(OsRelease::parse(odd).get("NAME"), Some("kept"), "{odd:?}");
        }
        assert_eq!(OsRelease::parse(b""), OsRelease::default());
    }
}
