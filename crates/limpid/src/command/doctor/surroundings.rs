//! What this process finds around it: its version, proxies, credentials, the terminal.

use limpid_core::{ecosystems, words::number};
use limpid_image::{index::Indexer, source::registry::CredentialFiles};
use limpid_server::doctor::Check;
use reqwest::Url;

use crate::terminal::Terminal;

/// Which Limpid this is.
pub(super) fn version() -> Check {
    let indexer = Indexer::new(ecosystems::all(), "");
    let state = indexer.index_state();
    let says =
        format!("limpid {} · index state {}:{}", env!("CARGO_PKG_VERSION"), state.algorithm(), state.short());
    Check::fine("version", says)
}

/// The proxies that are asked instead of servers.
pub(super) fn proxies() -> Vec<Check> {
    const SUBJECT: &str = "proxy";
    let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let said = names.into_iter().filter_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    let mut checks: Vec<Check> = said
        .map(|(name, value)| {
            // curl's form without a scheme is understood as well.
            let whole = if value.contains("://") { value } else { format!("http://{value}") };
            match whole.parse::<Url>().ok().filter(Url::has_host) {
                // A name and a password in it are nobody's business.
                Some(url) => {
                    let host = url.host_str().unwrap_or_default();
                    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
                    Check::fine(SUBJECT, format!("{name} is {}://{host}{port}", url.scheme()))
                }
                None => {
                    Check::wrong(SUBJECT, format!("{name} is no address"), format!("{name}=http://HOST:PORT"))
                }
            }
        })
        .collect();
    if checks.is_empty() {
        checks.push(Check::fine(SUBJECT, "none is set"));
    }
    checks
}

/// The files with credentials of registries, and the helpers that they name.
pub(super) fn credentials() -> Vec<Check> {
    const SUBJECT: &str = "credentials";
    let files = CredentialFiles::from_environment().examine();
    if files.is_empty() {
        return vec![Check::fine(SUBJECT, "no file has any: registries are asked as anybody")];
    }
    let check = |(path, file): (std::path::PathBuf, Result<_, String>)| {
        let place = path.display();
        match file {
            Ok(limpid_image::source::registry::CredentialFile { entries, helpers, missing_helpers }) => {
                if !missing_helpers.is_empty() {
                    let missing: Vec<String> = missing_helpers.into_iter().collect();
                    let says = format!("{place} names {}, which is not installed", missing.join(", "));
                    return Check::wrong(SUBJECT, says, "install it, or take it out of the file");
                }
                let helpers: Vec<String> = helpers.into_iter().collect();
                let asks = if helpers.is_empty() {
                    String::new()
                } else {
                    format!(", and asks {}", helpers.join(", "))
                };
                Check::fine(SUBJECT, format!("{place} has {}{asks}", counted_entries(entries)))
            }
            Err(why) => Check::wrong(
                SUBJECT,
                format!("{place}: {why}"),
                "docker login or podman login writes it anew",
            ),
        }
    };
    files.into_iter().map(check).collect()
}

fn counted_entries(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{} entries", number(entries as u64)) }
}

/// Whether a person reads this.
pub(super) fn terminal() -> Check {
    let terminal = Terminal::of_stdout();
    let colour = if terminal.colour { "colour" } else { "no colour" };
    Check::fine(
        "terminal",
        match terminal.width {
            Some(width) => format!("{width} columns, {colour}"),
            None => "none: output is in plain lines for programs".to_owned(),
        },
    )
}
