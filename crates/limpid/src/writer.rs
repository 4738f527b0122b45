//! Where output goes: standard output, or a file that appears whole or not at all.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::Context;

/// Writes what `write` writes to standard output, or into `file` where one is named.
pub(crate) fn write_to(
    file: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(file) = file else {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let named = || file.display().to_string();
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if fs::metadata(file).is_ok_and(|metadata| !metadata.is_file()) {
        // A pipe or a device: there is nothing to replace.
        let mut out = BufWriter::new(fs::OpenOptions::new().write(true).open(file).with_context(named)?);
        write(&mut out).with_context(named)?;
        return out.flush().with_context(named);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".limpid-");
    #[cfg(unix)] // A report is for others to read; temporary files are made for one's own eyes.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut temporary = builder.tempfile_in(folder).with_context(named)?;
    let mut out = BufWriter::new(&mut temporary);
    // Flushed by hand: what a buffer cannot write when it goes out of scope, nobody is told.
    write(&mut out).and_then(|()| out.flush()).with_context(named)?;
    drop(out);
    temporary.persist(file).map_err(|error| error.error).with_context(named)?;
    Ok(())
}
