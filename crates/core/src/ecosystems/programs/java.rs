//! The file `release` at the top of a Java runtime: lines of names and quoted values.

use crate::{FoundFile, Package, Parsed, ParsedPackage};

/// Largest file that is read. Real ones have some 2 KB, most of it the list of modules.
pub(super) const MOST_BYTES: u64 = 1 << 20;

/// What it says, where it is that of a runtime: others have files of this name too.
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let text = String::from_utf8_lossy(file.content);
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        let value = line.trim().trim_matches('"');
        (!value.is_empty()).then(|| value.to_owned())
    };
    let Some(version) = value("JAVA_VERSION") else { return Parsed::default() };
    let package = Package {
        name: "java".to_owned(),
        version,
        kind: "generic".to_owned(),
        vendor: value("IMPLEMENTOR"),
        ..Package::default()
    };
    Parsed { packages: vec![ParsedPackage::new(package)], ..Parsed::default() }
}
