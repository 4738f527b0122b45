//! Lists of the files of one package: `info/NAME.list`, or `info/NAME:ARCHITECTURE.list` where the package can be
//! installed for several; and their digests, `info/NAME.md5sums`, which images without dpkg have in `status.d` and in the place
//! of the list.
//!
//! They tell what is judged with its package. A list that is lost or cut off so leaves files without owner, which is seen;
//! it never hides a package.

use super::limits::MOST_PATH_BYTES;
use crate::{
    BlindSpot, FilePath, FoundFile, Parsed, Reason,
    ecosystem::OwnedFiles,
    owned::{FileDigest, OwnedFile},
};

/// A file's path and, where it is said, digest.
type Line<'a> = (&'a [u8], Option<FileDigest>);

/// Reads the files of the package of this name (with or without architecture).
pub(super) fn read(package: &[u8], file: &FoundFile<'_>, line: fn(&[u8]) -> Option<Line<'_>>) -> Parsed {
    let name = package.split(|&byte| byte == b':').next().unwrap_or_default();
    let mut files = Vec::new();
    let mut bytes = 0_usize;
    let mut parsed = Parsed::default();
    for text in file.content.split(|&byte| byte == b'\n') {
        let Some((path, digest)) = line(text.strip_suffix(b"\r").unwrap_or(text)) else { continue };
        let path = FilePath::new(path);
        if path.is_root() {
            continue;
        }
        bytes += path.as_bytes().len() + size_of::<OwnedFile>();
        if bytes > MOST_PATH_BYTES {
            let detail = "its list of files is too large; which files the package owns is known only in part";
            parsed.blind_spots.push(BlindSpot::new(Reason::OverBudget, file.path.to_string(), detail));
            break;
        }
        files.push(OwnedFile { path, digest });
    }
    if !files.is_empty() {
        parsed
            .owned
            .push(OwnedFiles { package: String::from_utf8_lossy(name).into_owned(), files: files.into() });
    }
    parsed
}

/// `/usr/bin/perl`
pub(super) fn line_of_list(line: &[u8]) -> Option<Line<'_>> {
    line.starts_with(b"/").then_some((line, None))
}

/// `d41d8cd98f00b204e9800998ecf8427e  usr/bin/perl`
pub(super) fn line_of_checksums(line: &[u8]) -> Option<Line<'_>> {
    let space = line.iter().position(|&byte| byte == b' ')?;
    let (digest, path) = line.split_at_checked(space)?;
    let path = path.trim_ascii_start();
    // md5sum marks files that it read as binary.
    Some((path.strip_prefix(b"*").unwrap_or(path), FileDigest::from_hex(digest)))
}

#[cfg(test)]
mod tests {
    use crate::{FoundFile, Parsed, formats::dpkg::DETECTOR};

    fn parse(path: &str, content: &[u8]) -> Parsed {
        (DETECTOR.parse)(&FoundFile { path: &path.into(), content, companions: &[] })
    }

    fn shown(parsed: &Parsed) -> Vec<String> {
        let one = |files: &crate::ecosystem::OwnedFiles| {
            let paths: Vec<String> = files.files.iter().map(|file| file.path.to_string()).collect();
            format!("{}: {}", files.package, paths.join(" "))
        };
        parsed.owned.iter().map(one).collect()
    }

    #[test]
    fn a_list_names_the_files_of_its_package() {
        let parsed = parse("var/lib/dpkg/info/libc6:amd64.list", b"/.\n/lib\n/lib/libc.so.6\n");
        assert_eq!(shown(&parsed), ["libc6: lib lib/libc.so.6"]);
        assert_eq!((parsed.packages.len(), parsed.blind_spots.len()), (0, 0));
    }

    #[test]
    fn checksums_name_the_files_of_their_package() {
        let content = b"d41d8cd98f00b204e9800998ecf8427e  usr/bin/a b\n00 *usr/bin/c\n\nodd\n";
        for path in ["opt/root/var/lib/dpkg/status.d/base.md5sums", "var/lib/dpkg/info/base:amd64.md5sums"] {
            let parsed = parse(path, content);
            assert_eq!(shown(&parsed), ["base: usr/bin/a b usr/bin/c"]);
            let [files] = &parsed.owned[..] else { panic!("{path}") };
            let holds: Vec<_> =
                files.files.iter().map(|file| file.digest.map(|digest| digest.is_of(b""))).collect();
            assert_eq!(holds, [Some(true), None]);
        }
    }

    #[test]
    fn an_empty_list_says_nothing() {
        assert_eq!(parse("var/lib/dpkg/info/a.list", b""), Parsed::default());
    }
}
