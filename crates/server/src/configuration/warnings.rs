//! What can be used, and is probably not what the operator wants.

use super::{Configuration, Role, sections::ROLES, settings::Settings};
use crate::limits;

/// Everything that is to be said.
pub(super) fn of(configuration: &Configuration, settings: &Settings) -> Vec<String> {
    let mut said = Vec::new();
    access(configuration, settings, &mut said);
    several_processes(configuration, &mut said);
    if configuration.roles.contains(&Role::Updater) && !configuration.updater.on {
        said.push(
            "updater.on is false: advisory data stays as old as it is, until a catalog is imported (PUT \
             /api/v1/catalog) or another process brings newer"
                .to_owned(),
        );
    }
    said
}

fn access(configuration: &Configuration, settings: &Settings, said: &mut Vec<String>) {
    let listen = configuration.api.listen;
    let is_local = listen.ip().to_canonical().is_loopback();
    let Some(auth) = &configuration.auth else {
        let who = if is_local { "everybody on this machine" } else { "anybody who reaches it" };
        said.push(format!("there is no auth.psk.key: {who} may use the API at {listen}"));
        return;
    };
    if settings.get("api.unauthenticated").is_some() {
        said.push("api.unauthenticated has no effect, because there is an auth.psk.key".to_owned());
    }
    if auth.issuers.is_empty() {
        said.push(
            "auth.psk.issuers is empty: Quay signs as “quay” and clairctl as “clairctl”, and neither is let in"
                .to_owned(),
        );
    }
    if auth.key.reveal().len() < limits::STRONG_KEY_BYTES {
        said.push(format!(
            "auth.psk.key has fewer than {} bytes, and can be guessed from what it signs; openssl rand -base64 {} makes \
             a good one",
            limits::STRONG_KEY_BYTES,
            limits::STRONG_KEY_BYTES
        ));
    }
    if configuration.api.tls.is_none() && !is_local {
        said.push(format!(
            "the API at {listen} speaks no TLS: unless a proxy does, reports and the tokens of registries can be read \
             on the way"
        ));
    }
}

/// Processes that share the work share the database and the blobs too.
fn several_processes(configuration: &Configuration, said: &mut Vec<String>) {
    if configuration.roles.len() == ROLES.len() {
        return;
    }
    let url = configuration.database.url.reveal();
    if url.starts_with("sqlite:") || (!url.contains("://") && !url.contains('=')) {
        said.push(
            "this process has not all roles, and its database is SQLite: the others must run on this machine, with the \
             same database.url and blobs.url, and each with a data directory of its own"
                .to_owned(),
        );
    } else if !configuration.blobs.url.contains("://") {
        said.push(
            "this process has not all roles, and its blobs are in a directory: all processes must see the same one, or \
             use s3://"
                .to_owned(),
        );
    }
}
