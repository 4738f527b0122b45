//! What the help of every command says beside its own: how the command can end.

use clap::CommandFactory;

use super::Arguments;

const USUAL: &str = "\
Exit status:
  0  done
  2  a wrong argument, or something could not be read";

const SCAN: &str = "\
Exit status:
  0  done, and nothing gated
  1  findings at or above --fail-on, or what trips the gate of --policy
  2  a wrong argument, or something could not be read
  3  unproven: no findings, or none that the gate sees, but something that counts was not judged
For several images: 2 outweighs 1, which outweighs 3, which outweighs 0.";

const EXPLAIN: &str = "\
Exit status:
  0  explained: a finding, or an absence that is proven
  2  a wrong argument, or something could not be read
  3  unproven: nothing found, and not everything judged, or nobody knows it";

const UPDATE: &str = "\
Exit status:
  0  done
  2  a wrong argument, or a feed could not be fetched
  3  new data of a feed looks wrong; what was in force stays so";

/// The command line with all its help.
pub(crate) fn command() -> clap::Command {
    with_exit_status(Arguments::command())
}

fn with_exit_status(command: clap::Command) -> clap::Command {
    let command = command.mut_subcommands(with_exit_status);
    let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    if own.contains("Exit status:") {
        return command;
    }
    let statuses = match command.get_name() {
        "scan" => SCAN,
        "explain" => EXPLAIN,
        "update" => UPDATE,
        _other => USUAL,
    };
    let text = if own.is_empty() { statuses.to_owned() } else { format!("{own}\n\n{statuses}") };
    command.after_help(text)
}
