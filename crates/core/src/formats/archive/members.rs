//! Which members of an archive say what is in it.

/// Endings of the names of archives.
const ARCHIVES: [&[u8]; 10] =
    [b".jar", b".war", b".ear", b".par", b".sar", b".jpi", b".hpi", b".rar", b".kar", b".nar"];

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
    let ends = |ending: &[u8]| {
        let tail = file.len().checked_sub(ending.len()).and_then(|start| file.get(start..));
        file.len() > ending.len() && tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
    };
    if is_described {
        Some(Kind::Description)
    } else if ARCHIVES.into_iter().any(ends) {
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
