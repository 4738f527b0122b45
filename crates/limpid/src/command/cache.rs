//! `limpid cache`: the evidence that is kept of layers.

use crate::{
    arguments::{CacheCommand, Common},
    engine::Engine,
    exit::Status,
    output,
    terminal::Terminal,
    writer::write_to,
};

/// Shows the evidence, or removes some of it.
pub(crate) fn run(common: &Common, command: Option<&CacheCommand>) -> anyhow::Result<Status> {
    let engine = Engine::of(common)?;
    let evidence = engine.evidence()?;
    let removed = match command {
        None | Some(CacheCommand::Show) => {
            let summary = evidence.summary(engine.indexer().wants())?;
            let terminal = Terminal::of_stdout();
            write_to(None, |out| output::cache_table(&summary, engine.most_evidence(), &terminal, out))?;
            return Ok(Status::Done);
        }
        Some(CacheCommand::Evict { limit }) => evidence.evict(*limit)?,
        Some(CacheCommand::Clear) => evidence.clear()?,
    };
    write_to(None, |out| writeln!(out, "{} packs removed, {} bytes", removed.packs, removed.bytes))?;
    Ok(Status::Done)
}
