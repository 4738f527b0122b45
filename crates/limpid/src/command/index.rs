//! `limpid index`: the packages of images.

use std::io::Write;

use chrono::Utc;
use limpid_core::{IndexReport, clair, documents};

use crate::{
    arguments::{Common, IndexArguments, IndexFormat, Output},
    command::{are_several, each_image, layout},
    engine::Engine,
    exit::Status,
    output,
    progress::Bars,
    remote::{self, Client, Scanner},
    terminal::Terminal,
    writer::write_to,
};

/// Lists the packages of each image.
pub(crate) fn run(common: &Common, arguments: &IndexArguments) -> anyhow::Result<Status> {
    Output::check_places(&arguments.format)?;
    let engine = Engine::of(common)?;
    let bars = Bars::new(common.quiet);
    let (indexes, status) = match arguments.server.server(&arguments.image)? {
        None => {
            let act = |name: &str, image| engine.index_opened(image, &bars.layers(name));
            each_image(&engine, &arguments.images, &arguments.image, act)
        }
        Some((address, options)) => {
            let scanner = Scanner {
                client: Client::new(address, &options)?,
                bars: &bars,
                send_layers: arguments.server.send_layers,
                quiet: common.quiet,
            };
            let act = |_: &str, image| remote::index(&scanner.client, &scanner.submit(image)?);
            each_image(&engine, &arguments.images, &arguments.image, act)
        }
    };
    bars.clear();
    if indexes.is_empty() {
        // As for scan: a list that is in a file already is better than none.
        return Ok(status);
    }
    let several = are_several(&arguments.images, &arguments.image);
    for output in &arguments.format {
        write_to(output.file.as_deref(), |out| {
            let terminal = if output.file.is_some() { Terminal::PIPED } else { Terminal::of_stdout() };
            for (place, index) in indexes.iter().enumerate() {
                write_one(index, output.format, several, place, &terminal, out)?;
            }
            Ok(())
        })?;
    }
    Ok(status)
}

fn write_one(
    index: &IndexReport,
    format: IndexFormat,
    several: bool,
    place: usize,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    match format {
        IndexFormat::Table => {
            if place > 0 && terminal.width.is_some() {
                writeln!(out)?;
            }
            output::index_table(index, terminal, out)
        }
        IndexFormat::Cyclonedx => output::json(&documents::cyclonedx_index(index), layout(several), out),
        IndexFormat::Spdx => output::json(&documents::spdx_index(index, Utc::now()), layout(several), out),
        IndexFormat::Json => output::json(index, layout(several), out),
        IndexFormat::Clair => output::json(&clair::index_report(index), layout(several), out),
    }
}
