//! The index report: the packages of an image.

use std::io::{self, Write};

use limpid_core::{IndexReport, IndexedPackage};

use super::{
    blind_spots,
    columns::{Align, Cell, Column, Fit, Table},
    lines::{line, or_absent},
    page::Page,
    report::header,
    style,
    text::{counted, escaped},
};
use crate::terminal::Terminal;

const COLUMNS: [Column; 6] = [
    Column { title: "PACKAGE", fit: Fit::Whole, align: Align::Left },
    Column { title: "VERSION", fit: Fit::Cut(12), align: Align::Left },
    Column { title: "TYPE", fit: Fit::Spare { least: 4, rank: 3 }, align: Align::Left },
    Column { title: "JUDGED AS", fit: Fit::Spare { least: 10, rank: 4 }, align: Align::Left },
    Column { title: "SOURCE", fit: Fit::Spare { least: 8, rank: 2 }, align: Align::Left },
    Column { title: "FOUND IN", fit: Fit::Spare { least: 12, rank: 1 }, align: Align::Tail },
];

/// Writes the list of packages as a page, or as plain lines where there is no terminal.
pub(crate) fn index_table(index: &IndexReport, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let Some(width) = terminal.width else { return plain_lines(index, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    header::image(page, &index.image)?;
    header::distributions(page, &index.distributions, None)?;
    if !index.packages.is_empty() {
        page.blank()?;
        Table::new(COLUMNS, index.packages.iter().map(row).collect()).write(page)?;
    }
    blind_spots::section(page, &index.blind_spots)?;
    page.blank()?;
    let mut pieces = vec![(style::STRONG, counted(index.packages.len() as u64, "package"))];
    let counting = index.blind_spots.iter().filter(|spot| spot.counts).count() as u64;
    if counting > 0 {
        let spots = counted(counting, "blind spot");
        pieces.push((style::NOT_JUDGED, format!("{spots}: there may be more")));
    }
    page.pieces(&pieces)
}

fn row(indexed: &IndexedPackage) -> Vec<Cell> {
    let package = &indexed.package;
    let source = package.source.as_ref().filter(|source| source.name != package.name);
    vec![
        Cell::new(escaped(&package.name), style::STRONG),
        Cell::plain(escaped(&package.version)),
        Cell::plain(escaped(&package.kind)),
        judged_as(indexed),
        Cell::plain(source.map_or_else(String::new, |source| escaped(&source.name))),
        Cell::new(escaped(&indexed.path), style::QUIET),
    ]
}

fn judged_as(indexed: &IndexedPackage) -> Cell {
    match (&indexed.package.owned_by, &indexed.namespace) {
        (Some(owner), _) => Cell::plain(format!("with {}", escaped(owner))),
        (None, Some(namespace)) => Cell::plain(escaped(namespace)),
        (None, None) => Cell::new("unknown", style::NOT_JUDGED),
    }
}

fn plain_lines(index: &IndexReport, out: &mut dyn Write) -> io::Result<()> {
    let image = &index.image;
    line(out, "image", [&*image.reference, image.digest.as_str(), &image.platform])?;
    line(out, "proof", [index.index_state.as_str()])?;
    for one in &index.distributions {
        line(out, "distribution", [&*one.id, &one.version, &one.ecosystem, "", &one.name])?;
    }
    for indexed in &index.packages {
        let package = &indexed.package;
        let (source, source_version) =
            package.source.as_ref().map_or(("", ""), |source| (&source.name, &source.version));
        let fields = [
            &*package.name,
            &package.version,
            &package.kind,
            package.architecture.as_deref().unwrap_or_default(),
            source,
            source_version,
            indexed.namespace.as_deref().unwrap_or_default(),
            &indexed.path,
            &or_absent(indexed.layer.as_ref()),
            &indexed.purl,
            package.owned_by.as_deref().unwrap_or_default(),
        ];
        line(out, "package", fields)?;
    }
    blind_spots::lines(out, &index.blind_spots)?;
    line(out, "packages", [&*index.packages.len().to_string()])
}

#[cfg(test)]
mod tests {
    use limpid_core::{BlindSpot, Reason};

    use super::*;
    use crate::output::report::tests::{report, written};

    fn index() -> IndexReport {
        let report = report("vulnerable");
        let package = |name: &str, source: Option<&str>, namespace: Option<&str>| IndexedPackage {
            package: limpid_core::Package {
                name: name.to_owned(),
                version: "1.1.1o-r0".to_owned(),
                kind: "apk".to_owned(),
                architecture: Some("x86_64".to_owned()),
                source: source.map(|source| limpid_core::package::SourcePackage::new(source, "1.1.1o-r0")),
                ..limpid_core::Package::default()
            },
            namespace: namespace.map(ToOwned::to_owned),
            purl: format!("pkg:apk/alpine/{name}@1.1.1o-r0"),
            path: "lib/apk/db/installed".to_owned(),
            layer: report.image.layers.first().cloned(),
        };
        IndexReport {
            schema: "limpid/index/1".to_owned(),
            image: report.image.clone(),
            index_state: report.proof.index_state,
            distributions: report.distributions,
            repositories: Vec::new(),
            packages: vec![
                package("libssl1.1", Some("openssl"), Some("Alpine:v3.16")),
                package("odd\tname", None, None),
            ],
            blind_spots: vec![BlindSpot::new(
                Reason::DatabaseUnreadable,
                "lib/apk/db/installed",
                "cut off in line 7",
            )],
            archives: Vec::new(),
        }
    }

    #[test]
    fn for_a_person() {
        let text = written(|terminal, out| index_table(&index(), terminal, out), Some(80), false);
        assert_eq!(
            text,
            r"Image          alpine:3.16.0
               sha256:4ff3ca91275c · linux/amd64 · 1 layer
Distribution   Alpine Linux v3.16

PACKAGE    VERSION    TYPE  JUDGED AS     SOURCE   FOUND IN
libssl1.1  1.1.1o-r0  apk   Alpine:v3.16  openssl  lib/apk/db/installed
odd\tname  1.1.1o-r0  apk   unknown                lib/apk/db/installed

NOT JUDGED
database-unreadable · lib/apk/db/installed
  cut off in line 7

2 packages · 1 blind spot: there may be more
"
        );
    }

    #[test]
    fn for_a_program() {
        let text = written(|terminal, out| index_table(&index(), terminal, out), None, false);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
        let kinds: Vec<&str> = lines.iter().map(|line| line[0]).collect();
        assert_eq!(kinds, ["image", "proof", "distribution", "package", "package", "blind-spot", "packages"]);
        assert_eq!(
            lines[3][1..9],
            [
                "libssl1.1",
                "1.1.1o-r0",
                "apk",
                "x86_64",
                "openssl",
                "1.1.1o-r0",
                "Alpine:v3.16",
                "lib/apk/db/installed"
            ]
        );
        assert_eq!(
            lines[4][1..9],
            [r"odd\tname", "1.1.1o-r0", "apk", "x86_64", "-", "-", "-", "lib/apk/db/installed"]
        );
        assert_eq!(lines[6], ["packages", "2"]);
    }
}
