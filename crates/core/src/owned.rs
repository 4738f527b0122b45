//! The files that a package says are its own, with what their content was when it brought them.
//!
//! A digest here is no proof against whoever forges databases: it tells a file that was written over from the one that the
//! package brought. One of a kind that is not known here is none, and decides nothing.

use std::{
    fmt,
    io::{self, Read},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use crate::FilePath;

/// Bytes that are hashed at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFile {
    /// Where it is, relative to the root of the file system that has the package.
    pub path: FilePath,
    /// What it was when the package brought it, where the database says that.
    pub digest: Option<FileDigest>,
}

impl From<FilePath> for OwnedFile {
    fn from(path: FilePath) -> Self {
        Self { path, digest: None }
    }
}

/// The digest of a file's content, of a kind that package databases have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileDigest {
    /// dpkg, Portage, and old packages of rpm.
    Md5([u8; 16]),
    /// apk.
    Sha1([u8; 20]),
    /// rpm, and newer packages of apk.
    Sha256([u8; 32]),
}

impl FileDigest {
    /// The digest that these hexadecimal digits write, by their number.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let (pairs, rest) = text.as_chunks::<2>();
        let bytes: Vec<u8> =
            pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect::<Option<_>>()?;
        if rest.is_empty() { Self::of_length(&bytes) } else { None }
    }

    /// The digest that this base64 text writes, by its length.
    pub fn from_base64(text: &[u8]) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| Self::of_length(&bytes))
    }

    fn of_length(bytes: &[u8]) -> Option<Self> {
        let md5 = bytes.try_into().ok().map(Self::Md5);
        let sha1 = || bytes.try_into().ok().map(Self::Sha1);
        md5.or_else(sha1).or_else(|| bytes.try_into().ok().map(Self::Sha256))
    }

    /// Whether a file with this content has the digest.
    pub fn is_of(&self, content: &[u8]) -> bool {
        match self {
            Self::Md5(digest) => *digest == *Md5::digest(content),
            Self::Sha1(digest) => *digest == *Sha1::digest(content),
            Self::Sha256(digest) => *digest == *Sha256::digest(content),
        }
    }
}

/// All digests of a file that package databases may have. An extract carries them of the file that it is of
/// ([`crate::extract::with_digests`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigests {
    md5: [u8; 16],
    sha1: [u8; 20],
    sha256: [u8; 32],
}

impl FileDigests {
    /// Those of what is read.
    ///
    /// # Errors
    /// Those of reading.
    pub fn of(file: &mut dyn Read) -> io::Result<Self> {
        let (mut md5, mut sha1, mut sha256) = (Md5::new(), Sha1::new(), Sha256::new());
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let bytes = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(bytes) => buffer.get(..bytes).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            md5.update(bytes);
            sha1.update(bytes);
            sha256.update(bytes);
        }
        Ok(Self {
            md5: md5.finalize().into(),
            sha1: sha1.finalize().into(),
            sha256: sha256.finalize().into(),
        })
    }

    /// Whether this is one of them.
    pub fn has(&self, digest: &FileDigest) -> bool {
        match digest {
            FileDigest::Md5(md5) => *md5 == self.md5,
            FileDigest::Sha1(sha1) => *sha1 == self.sha1,
            FileDigest::Sha256(sha256) => *sha256 == self.sha256,
        }
    }

    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut parts = text.split(|&byte| byte == b' ').map(FileDigest::from_hex);
        match (parts.next()??, parts.next()??, parts.next()??, parts.next()) {
            (FileDigest::Md5(md5), FileDigest::Sha1(sha1), FileDigest::Sha256(sha256), None) => {
                Some(Self { md5, sha1, sha256 })
            }
            _ => None,
        }
    }
}

/// The three in hexadecimal digits, with spaces between them.
impl fmt::Display for FileDigests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        write!(formatter, "{} {} {}", hex(&self.md5), hex(&self.sha1), hex(&self.sha256))
    }
}

/// Whether a package of a distribution may have a file at this path of the image's own root: the Filesystem Hierarchy Standard
/// leaves the others to the machine and its people. Hashing what nobody can ask for would cost a layer of programs a third of
/// its time.
pub fn may_be_owned(path: &FilePath) -> bool {
    let path = path.as_bytes();
    let first = path.split(|&byte| byte == b'/').next().unwrap_or_default();
    let is_of_distribution =
        matches!(first, b"bin" | b"sbin" | b"usr" | b"etc" | b"var") || first.starts_with(b"lib");
    is_of_distribution && !path.starts_with(b"usr/local/")
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_known_by_its_length_and_holds_for_its_content() {
        for hex in [
            "900150983cd24fb0d6963f7d28e17f72",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ] {
            let digest = FileDigest::from_hex(hex.as_bytes()).unwrap();
            assert!(digest.is_of(b"abc") && !digest.is_of(b"abd"), "{hex}");
            assert_eq!(FileDigest::from_hex(hex.to_ascii_uppercase().as_bytes()), Some(digest));
        }
        let sha1 = FileDigest::from_base64(b"qZk+NkcGgWq6PiVxeFDCbJzQ2J0=").unwrap();
        assert!(sha1.is_of(b"abc"));
    }

    #[test]
    fn all_digests_of_a_file_are_written_and_read_again() {
        let digests = FileDigests::of(&mut &b"abc"[..]).unwrap();
        let text = digests.to_string();
        assert_eq!(FileDigests::parse(text.as_bytes()), Some(digests));
        for hex in text.split(' ') {
            let digest = FileDigest::from_hex(hex.as_bytes()).unwrap();
            assert!(digest.is_of(b"abc") && digests.has(&digest), "{hex}");
            assert!(!FileDigests::of(&mut &b"abd"[..]).unwrap().has(&digest), "{hex}");
        }
        for odd in [
            String::new(),
            format!("{text} {text}"),
            text.to_uppercase() + "0",
            text.chars().skip(33).collect(),
        ] {
            assert_eq!(FileDigests::parse(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn what_the_machine_and_its_people_have_is_no_packages() {
        for path in
            ["usr/bin/dockerd", "bin/busybox", "lib/x86_64-linux-gnu/a.so", "lib64/a", "usr/share/java/a.jar"]
        {
            assert!(may_be_owned(&path.into()), "{path}");
        }
        for path in ["usr/local/bin/app", "app/app.jar", "opt/x/bin/x", "go/bin/x", "home/a/bin/x", ""] {
            assert!(!may_be_owned(&path.into()), "{path}");
        }
    }

    #[test]
    fn what_is_none_says_nothing() {
        for text in ["", "9", "90", "900150983cd24fb0d6963f7d28e17f7", "x00150983cd24fb0d6963f7d28e17f72"] {
            assert_eq!(FileDigest::from_hex(text.as_bytes()), None, "{text}");
        }
        assert_eq!((FileDigest::from_base64(b"qZk+"), FileDigest::from_base64(b"!")), (None, None));
    }
}
