//! Which members of an archive say what is in it.

use crate::wants::ends_with;

/// Endings of the names of Java's archives, in any capitalisation: those that stand in an image, and those in other archives.
pub const JAVA_ENDINGS: [&str; 12] =
    [".jar", ".war", ".ear", ".par", ".sar", ".jpi", ".hpi", ".rar", ".kar", ".nar", ".aar", ".lpkg"];

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The manifest of a jar, of which the first part is kept.
    Manifest,
    /// A description that is kept whole.
    Description,
    /// The model of an artifact of Maven's, which is kept where no description stands beside it.
    Model,
    /// Stands where descriptions do and is none. It is only held against its own header, so that no damage makes nothing of a
    /// description.
    Beside,
    /// An archive.
    Archive,
}

/// What a member of this name is; `None` for most.
pub(super) fn kind(name: &[u8]) -> Option<Kind> {
    if name.eq_ignore_ascii_case(b"META-INF/MANIFEST.MF") {
        return Some(Kind::Manifest);
    }
    let file = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let is_described = file == b"pom.properties" || name == b"EGG-INFO/PKG-INFO";
    let is_java = |ending: &str| file.len() > ending.len() && ends_with(file, ending);
    if is_described {
        Some(Kind::Description)
    } else if JAVA_ENDINGS.into_iter().any(is_java) {
        Some(Kind::Archive)
    } else if is_beside_description(name, file) {
        Some(if file == b"pom.xml" { Kind::Model } else { Kind::Beside })
    } else {
        None
    }
}

/// Whether it is a file in `META-INF/maven/GROUP/ARTIFACT/`, wherever that lies.
fn is_beside_description(name: &[u8], file: &[u8]) -> bool {
    let mut folders = name.rsplit(|&byte| byte == b'/').skip(3);
    !file.is_empty() && folders.next() == Some(b"maven") && folders.next() == Some(b"META-INF")
}
