//! `limpid demo`: the public case that Limpid was made for, played through with the real commands, offline.
//!
//! An image of Alpine 3.16 is scanned while the advisory data ends at 3.15, then again after an update. Nothing here is
//! staged but the date: image and advisory data are facts of that time, kept beside this file.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use limpid_catalog::{
    Clock, Mirror,
    update::{Outcome, Quiet, Selection, UpdateReport},
};
use limpid_core::{
    IndexReport, Report, Verdict,
    comparison::{self, Side},
    policy::Policy,
};

use crate::{
    arguments::{Common, DemoArguments, ImageOptions},
    data_directory::DataDirectory,
    engine::Engine,
    exit::Status,
    output::{self, style},
    terminal::Terminal,
    writer::write_to,
};

const IMAGE: &[u8] = include_bytes!("demo/alpine-3.16.0.oci.tar");

/// Upstream's documents as a mirror has them: what is there before the update, and what comes with it.
const BEFORE: &[(&str, &str)] = &[
    ("v3.15/main.json", include_str!("demo/data/v3.15-main.json")),
    ("v3.15/community.json", include_str!("demo/data/v3.15-community.json")),
];
const UPDATE: &[(&str, &str)] = &[
    ("v3.16/main.json", include_str!("demo/data/v3.16-main.json")),
    ("v3.16/community.json", include_str!("demo/data/v3.16-community.json")),
];
const UPSTREAM: &str = "secdb.alpinelinux.org";
const ECOSYSTEM: &str = "alpine";

/// 20 February 2023, 9 o'clock: the advisory data of the demo is of that month.
const MORNING: i64 = 1_676_883_600;

/// Plays the case. It ends as a scan of the image ends: vulnerable, so nothing unproven.
pub(crate) fn run(common: &Common, arguments: &DemoArguments) -> anyhow::Result<Status> {
    let folder = tempfile::tempdir().context("a temporary directory for the demo")?;
    let place = arguments.keep.as_deref().unwrap_or(folder.path());
    let stage = Stage::set(place)?;
    let terminal = Terminal::page_of_stdout();
    let say = |write: &dyn Fn(&mut dyn Write) -> io::Result<()>| write_to(None, write);

    say(&|out| prologue(out, terminal))?;
    stage.publish(BEFORE)?;
    stage.engine(0).update(&Selection::Prefixes(vec![ECOSYSTEM.to_owned()]), None, &Quiet)?;
    let first = stage.scan(0)?;
    say(&|out| {
        chapter(out, terminal, 1, "The image is scanned. The advisory data ends at Alpine 3.15.")?;
        output::report_table(&first.report, &terminal, out)?;
        after_first(out, terminal, &first.report)
    })?;

    stage.publish(UPDATE)?;
    let update = stage.engine(1).update(&Selection::Prefixes(vec![ECOSYSTEM.to_owned()]), None, &Quiet)?;
    let second = stage.scan(1)?;
    say(&|out| {
        chapter(out, terminal, 2, "The advisory data is updated. It knows Alpine 3.16 now.")?;
        after_update(out, &update, &first.report, &second.report)?;
        chapter(out, terminal, 3, "The same image, scanned again.")?;
        output::report_table(&second.report, &terminal, out)?;
        chapter(out, terminal, 4, "Why do the two reports differ?  (limpid compare)")?;
        output::comparison_table(&comparison::compare(&first.side(), &second.side()), &terminal, out)?;
        epilogue(out, terminal, arguments.keep.as_deref(), common.quiet)
    })?;
    anyhow::ensure!(
        first.report.verdict == Verdict::Unproven && second.report.verdict == Verdict::Vulnerable,
        "the demo did not come out as told; please report this"
    );
    Ok(Status::Done)
}

/// The demo's own data directory, mirror and clock.
struct Stage {
    image: String,
    mirror: std::path::PathBuf,
    data: std::path::PathBuf,
}

impl Stage {
    fn set(place: &Path) -> anyhow::Result<Self> {
        let stage = Self {
            image: "alpine:3.16.0".to_owned(),
            mirror: place.join("mirror"),
            data: place.join("data"),
        };
        fs::create_dir_all(place).with_context(|| place.display().to_string())?;
        let archive = place.join("alpine-3.16.0.oci.tar");
        fs::write(&archive, IMAGE).with_context(|| archive.display().to_string())?;
        Ok(Self { image: format!("oci-archive:{}", archive.display()), ..stage })
    }

    /// What upstream has from now on.
    fn publish(&self, documents: &[(&str, &str)]) -> anyhow::Result<()> {
        for (name, text) in documents {
            let path = self.mirror.join(UPSTREAM).join(name);
            fs::create_dir_all(path.parent().unwrap_or(&self.mirror))?;
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }

    /// Limpid, so many hours after the morning.
    fn engine(&self, hour: i64) -> Engine {
        let mirror = Mirror::Directory(self.mirror.clone());
        Engine::at(DataDirectory::at(&self.data), Some(mirror), Arc::new(Stopped { hour }))
    }

    fn scan(&self, hour: i64) -> anyhow::Result<Scanned> {
        let engine = self.engine(hour);
        let options = ImageOptions { platform: Some("linux/amd64".parse()?), insecure: false };
        let mut index = engine.index(&self.image, &options, &limpid_image::progress::Quiet)?;
        "alpine:3.16.0".clone_into(&mut index.image.reference);
        let report = engine.judge(&index, &engine.open_catalog(None)?, &Policy::default(), None);
        Ok(Scanned { report, index })
    }
}

/// The image, scanned.
struct Scanned {
    report: Report,
    index: IndexReport,
}

impl Scanned {
    fn side(&self) -> Side {
        Side::of(self.report.clone(), Some(self.index.clone()))
    }
}

/// A clock that shows an hour of that day.
struct Stopped {
    hour: i64,
}

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(MORNING, 0).unwrap_or_default() + TimeDelta::hours(self.hour)
    }

    fn pause(&self, _time: Duration) {}
}

fn chapter(out: &mut dyn Write, terminal: Terminal, number: u8, title: &str) -> io::Result<()> {
    let rule = "─".repeat(terminal.width.unwrap_or_default().min(100));
    writeln!(out, "\n{}", terminal.styled(style::QUIET, &rule))?;
    writeln!(out, "{}\n", terminal.styled(style::STRONG, &format!("{number}  {title}")))
}

fn prologue(out: &mut dyn Write, terminal: Terminal) -> io::Result<()> {
    let title = terminal.styled(style::STRONG, "Limpid demo: the Alpine 3.16 case");
    writeln!(out, "{title}  {}\n", terminal.styled(style::QUIET, "20 February 2023, offline"))?;
    writeln!(out, "One image in two Quay registries: on one it was green, on the other it had")?;
    writeln!(out, "vulnerabilities. The scanner of the first had not known the new release of Alpine,")?;
    writeln!(out, "stored “nothing” as a success, and after its upgrade nobody asked again.")?;
    writeln!(out, "Here is the same image, and Limpid.")
}

fn after_first(out: &mut dyn Write, terminal: Terminal, report: &Report) -> io::Result<()> {
    let packages = report.summary.packages;
    let said = [
        "limpid scan ends with exit status 3. A scanner that takes “no data” for “no".to_owned(),
        format!("vulnerabilities” shows green here: it saw {packages} packages, and judged none."),
    ];
    writeln!(out)?;
    said.iter().try_for_each(|line| writeln!(out, "{}", terminal.styled(style::QUIET, line)))
}

fn after_update(
    out: &mut dyn Write,
    update: &UpdateReport,
    before: &Report,
    after: &Report,
) -> io::Result<()> {
    for (feed, outcome) in &update.feeds {
        if let Outcome::Updated { records, .. } = outcome {
            writeln!(out, "   {feed:24} loaded, {records} records")?;
        }
    }
    let same = before.proof.index_state == after.proof.index_state;
    let word =
        if same { "the same as before: nothing has to be indexed anew" } else { "another than before" };
    writeln!(out, "\n   Index state {}: {word}.", after.proof.index_state.short())?;
    writeln!(out, "   Nothing is dropped, and no layer is read again: what was read of it is kept.")
}

fn epilogue(out: &mut dyn Write, terminal: Terminal, kept: Option<&Path>, is_quiet: bool) -> io::Result<()> {
    if let Some(kept) = kept {
        writeln!(out, "\nThe demo's data is in {}.", kept.display())?;
    }
    if is_quiet {
        return Ok(());
    }
    writeln!(out, "\nNow an image of yours:  {}", terminal.styled(style::STRONG, "limpid scan IMAGE"))
}
