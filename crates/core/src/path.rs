//! Paths inside an image: bytes, not text, because a tar may name a file anything.
//!
//! A [`FilePath`] is always normalised: relative to the image's root, no empty, `.` or `..` component, no slash at
//! either end. The root itself is the empty path. So two spellings of one place compare equal, and no path points out
//! of the image.

use std::fmt;

/// A normalised path inside an image.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FilePath(Vec<u8>);

impl FilePath {
    /// Normalises: `./usr//bin/../lib/` is `usr/lib`; `..` at the root stays at the root, as in a chroot.
    pub fn new(raw: &[u8]) -> Self {
        let mut path = Vec::with_capacity(raw.len());
        for component in raw.split(|&byte| byte == b'/') {
            match component {
                b"" | b"." => {}
                b".." => {
                    let parent = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                    path.truncate(parent);
                }
                name => {
                    if !path.is_empty() {
                        path.push(b'/');
                    }
                    path.extend_from_slice(name);
                }
            }
        }
        Self(path)
    }

    /// The normalised bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the image's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
    }

    /// The path without its last component.
    pub fn parent(&self) -> Self {
        let end = self.0.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        Self(self.0.get(..end).unwrap_or_default().to_vec())
    }

    /// This path and one more component, or several.
    pub fn join(&self, more: &[u8]) -> Self {
        let mut raw = self.0.clone();
        raw.push(b'/');
        raw.extend_from_slice(more);
        Self::new(&raw)
    }
}

impl From<&str> for FilePath {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

/// Shows bytes that are not UTF-8, and control characters, escaped: a path is printed on terminals.
impl fmt::Display for FilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character.is_control() {
                    write!(formatter, "{}", character.escape_default())?;
                } else {
                    write!(formatter, "{character}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(formatter, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "“{self}”")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_place_are_one_path() {
        for raw in
            ["usr/lib", "/usr/lib", "./usr/lib/", "usr//lib", "usr/./lib", "usr/bin/../lib", "../../usr/lib"]
        {
            assert_eq!(FilePath::from(raw), FilePath::from("usr/lib"), "{raw}");
        }
        assert!(FilePath::from("/..").is_root());
    }

    #[test]
    fn hostile_names_are_shown_escaped() {
        assert_eq!(FilePath::new(b"a\x1b[31m\xff").to_string(), "a\\u{1b}[31m\\xff");
    }
}
