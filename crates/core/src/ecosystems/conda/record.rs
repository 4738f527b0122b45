//! The record of one package in a prefix: `conda-meta/NAME-VERSION-BUILD.json`.
//!
//! Its files are paths in the prefix, which is the folder above.
//!
//! Source of the format: conda's API reference, `PrefixRecord`, and the schema of records in channels (`repodata-record-1`).

use std::{borrow::Cow, sync::Arc};

use serde::Deserialize;

use super::limits::MOST_PATH_BYTES;
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, formats::path_budget::PathBudget,
    owned::OwnedFile,
};

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow, default)]
    files: Vec<Cow<'a, str>>,
}

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let spot = |reason, detail: String| BlindSpot::new(reason, file.path.to_string(), detail);
    let unread = |spot: BlindSpot| Parsed { blind_spots: vec![spot.with_packages(1)], ..Parsed::default() };
    let record: Record<'_> = match serde_json::from_slice(file.content) {
        Ok(record) => record,
        Err(error) => {
            let detail = format!("the record of its package cannot be read: {error}");
            return unread(spot(Reason::DatabaseUnreadable, detail));
        }
    };
    if ![&record.name, &record.version].into_iter().all(|text| is_plain(text)) {
        let detail = "the record of its package has no readable name and version".to_owned();
        return unread(spot(Reason::DatabaseUnreadable, detail));
    }
    let (files, is_whole) = files(file, &record);
    let package = Package {
        name: record.name.to_ascii_lowercase(),
        version: record.version.into_owned(),
        kind: "conda".to_owned(),
        ..Package::default()
    };
    let package = ParsedPackage { files, ..ParsedPackage::new(package) };
    let detail = "its list of files is too large; which files the package owns is known only in part";
    let cut = (!is_whole).then(|| spot(Reason::OverBudget, detail.to_owned()));
    Parsed { packages: vec![package], blind_spots: cut.into_iter().collect(), ..Parsed::default() }
}

/// The files, and whether they are all.
fn files(file: &FoundFile<'_>, record: &Record<'_>) -> (Arc<[OwnedFile]>, bool) {
    let prefix = file.path.parent().parent();
    let mut budget = PathBudget::<MOST_PATH_BYTES>::default();
    let paths = record.files.iter().map(|path| prefix.join(path.as_bytes()));
    let files = paths.take_while(|path| budget.take(path.as_bytes().len())).map(OwnedFile::from).collect();
    (files, !budget.is_spent())
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|one| one.is_whitespace() || one.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(content: &str) -> (Vec<String>, Vec<String>, Vec<u64>) {
        let path = "opt/conda/envs/a/conda-meta/x.json";
        let parsed = read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
        let files = parsed.packages.iter().flat_map(|one| one.files.iter());
        (
            parsed
                .packages
                .iter()
                .map(|one| format!("{} {}", one.package.name, one.package.version))
                .collect(),
            files.map(|file| file.path.to_string()).collect(),
            parsed.blind_spots.iter().map(|spot| spot.packages).collect(),
        )
    }

    #[test]
    fn a_package_owns_its_files_in_its_prefix() {
        let record = r#"{"build": "h4bc722e_7", "name": "bzip2", "version": "1.0.8", "files": ["bin/bzip2", "lib/é.so"],
            "paths_data": {"paths": [{"_path": "bin/bzip2", "sha256": "31f2"}]}}"#;
        let files = ["opt/conda/envs/a/bin/bzip2", "opt/conda/envs/a/lib/é.so"].map(str::to_owned);
        assert_eq!(parse(record), (vec!["bzip2 1.0.8".to_owned()], files.into(), vec![]));
        assert_eq!(parse(r#"{"name": "_libgcc_mutex", "version": "0.1"}"#).0, ["_libgcc_mutex 0.1"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_package_that_nobody_judges() {
        for damaged in [
            "",
            "[]",
            r#"{"name": "a"}"#,
            r#"{"name": "a b", "version": "1"}"#,
            r#"{"name": 1, "version": "1"}"#,
        ] {
            assert_eq!(parse(damaged), (vec![], vec![], vec![1]), "{damaged}");
        }
    }
}
