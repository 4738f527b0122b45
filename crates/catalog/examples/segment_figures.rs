//! Figures of segments: what writing one of many entries costs, in time, memory and bytes.
//!
//! `cargo run --release -p limpid-catalog --example segment_figures -- ROWS` makes a feed of the shape of Red Hat's VEX: each
//! document is one text about sixty packages of products. It prints the peak memory of the process as Linux counts it.

use std::{env, error::Error, fs, time::Instant};

use limpid_catalog::{SegmentWriter, Store};
use limpid_core::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Names, Plan, Record, Stance},
    feed::FeedHead,
};

const PER_DOCUMENT: usize = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let rows: usize = env::args().nth(1).ok_or("how many rows?")?.parse()?;
    let folder = tempfile::tempdir()?;
    let store = Store::new(folder.path());
    let begun = Instant::now();
    let mut writer = SegmentWriter::new("synthetic/vex", "1", store.temporary_directory()?);
    let mut input = 0;
    for number in 0..rows / PER_DOCUMENT {
        let record = document(number);
        input += serde_json::to_vec(&record)?.len();
        writer.add(&record)?;
    }
    let added = begun.elapsed();
    let digest = store.keep_segment(writer.finish(FeedHead::default())?)?;
    let all = begun.elapsed();
    let segment = store.segment(&digest)?;
    let (records, bytes) = (segment.meta()?.records, segment.bytes().len());
    println!("{records} rows: added in {added:?}, written in {all:?} altogether");
    println!("{:.0} rows a second", f64::from(u32::try_from(records)?) / all.as_secs_f64());
    println!("{input} bytes as JSON, {bytes} bytes as a segment");
    let status = fs::read_to_string("/proc/self/status")?;
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("no VmHWM here"));
    Ok(())
}

fn document(number: usize) -> Record {
    let id = format!("CVE-{}-{number:05}", 2000 + number % 25);
    // Words that do not repeat each other, as sentences do not.
    let word =
        |place: usize| format!("{:x}", (number * 31 + place).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40);
    let summary = (0..60).map(word).collect::<Vec<_>>().join(" ");
    let affected = (0..PER_DOCUMENT).map(|place| {
        let namespace = format!("Red Hat:product_{}:{}::part", (number + place) % 300, 7 + place % 3);
        let fixed = format!("0:{}.{}-{}.el{}", number % 9, place % 30, number % 77, 7 + place % 3);
        let range = if place % 4 == 0 {
            AffectedRange::Unfixed { introduced: None }
        } else {
            AffectedRange::Fixed { introduced: None, fixed }
        };
        let package = format!("package-{}", (number * 7 + place) % 9000);
        let mut affected = Affected::new(namespace, package, Names::Source, range);
        affected.stance = Stance {
            severity: Severity::Medium,
            severity_word: "Moderate".to_owned(),
            plan: if place % 4 == 0 { Plan::WillNotFix } else { Plan::Unsaid },
            words: String::new(),
            fixed_on: None,
        };
        affected
    });
    Record {
        advisory: Advisory {
            links: vec![format!("https://access.redhat.com/security/cve/{id}")],
            id,
            summary,
            published: Some("2024-05-01T00:00:00Z".to_owned()),
            ..Advisory::default()
        },
        affected: affected.collect(),
    }
}
