//! `limpid explain`: why a vulnerability is, or is not, reported.

use std::path::Path;

use anyhow::bail;
use limpid_core::explanation::Explanation;

use crate::{
    arguments::{Common, CompareFormat, ExplainArguments},
    command::{decisions, referrers, scan},
    engine::Engine,
    exit::Status,
    output::{self, Layout},
    progress::Bars,
    remote::{self, Client, Scanner},
    terminal::Terminal,
    writer::write_to,
};

/// Explains one vulnerability in one image. It ends well where the answer is proven, whichever it is.
pub(crate) fn run(common: &Common, arguments: &ExplainArguments) -> anyhow::Result<Status> {
    let (id, image) = (arguments.id.trim(), &arguments.image_name);
    if id.is_empty() {
        bail!("the vulnerability has no name: limpid explain CVE IMAGE");
    }
    if is_identifier(image) && !Path::new(image).exists() {
        bail!("{image} is no image; the vulnerability stands first: limpid explain CVE IMAGE");
    }
    let engine = Engine::of(common)?;
    let explanation = match arguments.server.server(&arguments.image)? {
        None => here(&engine, common, arguments, id)?,
        Some((address, options)) => {
            on_server(&engine, common, arguments, id, Client::new(address, &options)?)?
        }
    };
    write_to(None, |out| match arguments.format {
        CompareFormat::Table => output::explanation_table(&explanation, &Terminal::of_stdout(), out),
        CompareFormat::Json => output::json(&explanation, Layout::Pretty, out),
    })?;
    Ok(status(&explanation))
}

fn here(
    engine: &Engine,
    common: &Common,
    arguments: &ExplainArguments,
    id: &str,
) -> anyhow::Result<Explanation> {
    let image = &arguments.image_name;
    let policy = decisions::policy(&arguments.policy)?;
    let bars = Bars::new(common.quiet);
    let index = engine.index(image, &arguments.image, &bars.layers(image))?;
    let index = policy.identify(&index, engine.ecosystems()).into_owned();
    if !common.offline && arguments.as_of.is_none() {
        scan::refresh(engine, std::slice::from_ref(&index), &bars, common.quiet);
    }
    bars.clear();
    let policy = referrers::policy(&policy, &arguments.policy, &index.image, &arguments.image)?;
    let catalog = engine.open_catalog(arguments.as_of)?;
    Ok(engine.explain(id, &index, &catalog, &policy, arguments.as_of))
}

/// What a server answers, of its data as of today and under its own decisions.
fn on_server(
    engine: &Engine,
    common: &Common,
    arguments: &ExplainArguments,
    id: &str,
    client: Client,
) -> anyhow::Result<Explanation> {
    if arguments.as_of.is_some() {
        bail!(
            "a server explains as of today: --as-of is for explanations here, without --server (and without LIMPID_SERVER)"
        );
    }
    if !arguments.policy.is_empty() {
        bail!(
            "a server explains under its own decisions: those of here (--accept, --only-fixed, --ignore, --policy, --vex, --jars) are \
             for explanations here, without --server (and without LIMPID_SERVER)"
        );
    }
    let bars = Bars::new(common.quiet);
    let send_layers = arguments.server.send_layers;
    let scanner = Scanner { client, bars: &bars, send_layers, quiet: common.quiet };
    let facts = scanner.submit(engine.open(&arguments.image_name, &arguments.image)?)?;
    bars.clear();
    remote::explanation(&scanner.client, &facts, id)
}

fn status(explanation: &Explanation) -> Status {
    if explanation.answer.is_proven() { Status::Done } else { Status::Unproven }
}

/// Whether somebody took one argument for the other.
fn is_identifier(image: &str) -> bool {
    ["CVE-", "GHSA-"]
        .iter()
        .any(|start| image.get(..start.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(start)))
}
