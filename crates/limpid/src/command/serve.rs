//! `limpid serve`: finds the configuration, and hands it to the service.

use std::io::{self, Write};

use anyhow::Context;
use limpid_server::{
    Running,
    accounts::ADMINISTRATOR,
    configuration::{self, ConfigurationFile, Flag, Sources, UNAUTHENTICATED, Unusable, clair},
};

use crate::{
    arguments::{Common, ServeArguments},
    data_directory::DataDirectory,
    exit::Status,
    terminal,
    writer::write_to,
};

/// Runs the service, or shows what it would run with.
pub(crate) fn run(common: &Common, arguments: &ServeArguments) -> anyhow::Result<Status> {
    if let Some(file) = &arguments.convert_clair {
        return match clair::convert(file) {
            Ok(conversion) => {
                say(&warnings(common, &conversion.warnings));
                write_to(None, |out| out.write_all(conversion.toml().as_bytes()))?;
                Ok(Status::Done)
            }
            Err(unusable) => Ok(refuse(&unusable)),
        };
    }
    let loaded = match configuration::load(&sources(common, arguments)) {
        Ok(loaded) => loaded,
        Err(unusable) => return Ok(refuse(&unusable)),
    };
    let warnings = warnings(common, &loaded.warnings);
    // Who reads the log as JSON reads it by a program, which takes no other lines.
    let (logged, said) = if loaded.configuration.log.json && !arguments.check {
        (warnings, Vec::new())
    } else {
        (Vec::new(), warnings)
    };
    say(&said);
    if arguments.check {
        write_to(None, |out| out.write_all(loaded.effective().as_bytes()))?;
        return Ok(Status::Done);
    }
    limpid_server::run(loaded.configuration, &logged, started).context("the service did not start")?;
    Ok(Status::Done)
}

/// One line, when it is ready: also for whoever asked for a free port.
fn started(running: &Running) -> io::Result<()> {
    let scheme = if running.speaks_tls() { "https" } else { "http" };
    let (api, status) = (running.api, running.introspection);
    let mut out = io::stdout().lock();
    write!(out, "Limpid listens on {scheme}://{api} (API) and http://{status} (metrics, health)")?;
    if let Some(public) = running.public {
        let scheme = if running.public_speaks_tls() { "https" } else { "http" };
        write!(out, " and {scheme}://{public} (registry, pages)")?;
    }
    writeln!(out)?;
    if let Some(password) = &running.first_password {
        let (name, password) = (ADMINISTRATOR, password.reveal());
        writeln!(out, "The administrator is {name} with the password {password} (shown this once)")?;
    }
    out.flush()
}

fn sources(common: &Common, arguments: &ServeArguments) -> Sources {
    let config = arguments.config.clone().map(ConfigurationFile::Limpid);
    let clair = arguments.clair_config.clone().map(ConfigurationFile::Clair);
    // Without a home directory there is none, which is only wrong where the configuration says none either.
    let data = match DataDirectory::of(common) {
        Ok(directory) => Some(directory.path().join("server")),
        Err(_no_home) => None,
    };
    Sources {
        file: clair.or(config),
        environment: std::env::vars_os().collect(),
        flags: flags(common, arguments),
        data,
    }
}

fn flags(common: &Common, arguments: &ServeArguments) -> Vec<Flag> {
    let given = [
        ("--roles", "roles", arguments.roles.clone()),
        ("--listen", "api.listen", arguments.listen.clone()),
        ("--introspection", "introspection.listen", arguments.introspection.clone()),
        ("--data", "data", arguments.data.clone()),
        ("--database", "database.url", arguments.database.clone()),
        ("--blobs", "blobs.url", arguments.blobs.clone()),
        ("--log", "log.level", arguments.log.clone()),
        (
            "--unauthenticated",
            "api.unauthenticated",
            arguments.unauthenticated.then(|| UNAUTHENTICATED.to_owned()),
        ),
        ("--mirror or LIMPID_MIRROR", "updater.mirror", common.mirror.clone()),
        ("--offline or LIMPID_OFFLINE", "updater.on", common.offline.then(|| "false".to_owned())),
    ];
    given.into_iter().filter_map(|(name, key, value)| Some(Flag { name, key, value: value? })).collect()
}

fn warnings(common: &Common, of_configuration: &[String]) -> Vec<String> {
    let mut warnings = of_configuration.to_vec();
    if common.cache_limit.is_some() {
        let why = "--cache-limit (LIMPID_CACHE_LIMIT) means nothing to the service; see blobs.cache";
        warnings.push(why.to_owned());
    }
    warnings
}

fn say(warnings: &[String]) {
    for warning in warnings {
        terminal::print_warning(warning);
    }
}

/// One error a problem, so that all can be mended at once.
fn refuse(unusable: &Unusable) -> Status {
    for problem in &unusable.problems {
        terminal::print_error(&anyhow::anyhow!("{problem}"));
    }
    Status::Failed
}
