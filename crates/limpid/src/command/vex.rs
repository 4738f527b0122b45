//! `limpid vex`: decisions as a VEX document, for others to believe.

use anyhow::{Context, bail};
use limpid_core::{
    Report, documents,
    policy::{Policy, vex},
};

use crate::{
    arguments::{Common, VexArguments},
    command::{decisions, scan},
    engine::Engine,
    exit::Status,
    output::{self, Layout},
    progress::Bars,
    terminal,
    writer::write_to,
};

/// Writes what the decisions say of an image. What is written is read again before, and must decide the same.
pub(crate) fn run(common: &Common, arguments: &VexArguments) -> anyhow::Result<Status> {
    let policy = decisions::decided(&arguments.decided)?;
    let engine = Engine::of(common)?;
    let bars = Bars::new(common.quiet);
    let index = engine.index(&arguments.image_name, &arguments.image, &bars.layers(&arguments.image_name))?;
    if !common.offline && arguments.as_of.is_none() {
        scan::refresh(&engine, std::slice::from_ref(&index), &bars, common.quiet);
    }
    bars.clear();
    let catalog = engine.open_catalog(arguments.as_of)?;
    let report = engine.judge(&index, &catalog, &Policy::default(), arguments.as_of);
    if !common.quiet {
        for decision in policy.ignores.iter().filter(|one| !one.is_statement()) {
            let why = match decision.justification {
                None => "says not why nothing is affected (justification)",
                Some(_) => "holds until a day only, for which VEX has no word",
            };
            terminal::print_warning(&format!("“{}” {why}, so it is not written", decision.name()));
        }
    }
    let written = documents::openvex(&report, &policy.ignores, &arguments.author, engine.now());
    let document = written.context(
        "there is no decision with a justification, and without a last day, about a finding of this image",
    )?;
    check(&report, &policy, &document.to_string())?;
    write_to(arguments.output.as_deref(), |out| output::json(&document, Layout::Pretty, out))?;
    Ok(Status::Done)
}

/// A decision about one of two places where the same package is cannot be said in VEX: it would be said of both.
fn check(report: &Report, policy: &Policy, document: &str) -> anyhow::Result<()> {
    let ignores = policy.ignores.iter().filter(|one| one.is_statement()).cloned().collect();
    let asked = report.clone().under(&Policy { ignores, ..Policy::default() });
    let statements = vex::read(document.as_bytes()).context("the document that would be written")?;
    let told = report.clone().under(&Policy { statements, ..Policy::default() });
    let differs = asked.findings.iter().find(|one| {
        told.findings.iter().any(|other| {
            (&one.id, &one.package) == (&other.id, &other.package)
                && one.suppressed.is_some() != other.suppressed.is_some()
        })
    });
    match differs {
        None => Ok(()),
        Some(one) => bail!(
            "what is decided of {} in {} cannot be said in VEX without saying it of another place or package too",
            one.id,
            one.package.name
        ),
    }
}
