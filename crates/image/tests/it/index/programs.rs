//! Programs that say what they were built from: those of the corpus against Syft's list.

use std::collections::BTreeSet;

use super::{corpus, *};

#[test]
fn programs_of_go_and_rust_have_the_modules_and_crates_that_syft_lists() {
    for (image, namespace, count) in
        [("scratch-esbuild-go", "Go", 3), ("scratch-rust-auditable", "crates.io", 65)]
    {
        let Some(report) = corpus::report(&format!("{image}.oci.tar")) else { return };
        let Some(table) = corpus::corpus(&format!("packages/{image}.tsv")) else { return };
        let table = std::fs::read_to_string(table).unwrap();
        let rows = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        // Syft writes the version of Go's library as Go does that of itself; Go's database, and we, as that of a module.
        let expected: BTreeSet<String> =
            rows.map(|row| format!("{} {}", row[1], row[2].strip_prefix("go").unwrap_or(row[2]))).collect();
        let found = report.packages.iter().map(|one| &one.package);
        let found: BTreeSet<String> = found.map(|one| format!("{} {}", one.name, one.version)).collect();
        assert_eq!((&found, found.len()), (&expected, count), "{image}");
        assert!(report.packages.iter().all(|one| one.namespace.as_deref() == Some(namespace)), "{image}");
        assert_eq!(report.blind_spots, [], "{image}");
    }
}
