//! The files that a package says are its own, with what their content was when it brought them.
//!
//! A digest here is no proof against whoever forges databases: it tells a file that was written over from the one that the
//! package brought. One of a kind that is not known here is none, and decides nothing.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use crate::FilePath;

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
    fn what_is_none_says_nothing() {
        for text in ["", "9", "90", "900150983cd24fb0d6963f7d28e17f7", "x00150983cd24fb0d6963f7d28e17f72"] {
            assert_eq!(FileDigest::from_hex(text.as_bytes()), None, "{text}");
        }
        assert_eq!((FileDigest::from_base64(b"qZk+"), FileDigest::from_base64(b"!")), (None, None));
    }
}
