//! `limpid completions` and `limpid man`: both made from the same definitions as the help.

use std::{fs, io, path::Path};

use crate::{arguments, exit::Status};
use anyhow::Context;

/// Prints a shell's completions.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::command(), "limpid", &mut script);
    io::Write::write_all(&mut io::stdout().lock(), &script)?;
    Ok(Status::Done)
}

/// Writes one manual page a command into `directory`; without one, prints the main page.
pub(crate) fn pages(directory: Option<&Path>) -> anyhow::Result<Status> {
    let command = arguments::command();
    match directory {
        Some(directory) => {
            fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
            clap_mangen::generate_to(command, directory).with_context(|| directory.display().to_string())?;
        }
        None => clap_mangen::Man::new(command).render(&mut io::stdout().lock())?,
    }
    Ok(Status::Done)
}
