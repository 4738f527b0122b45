//! The public listener. Nobody's password crosses a network in the clear by what was forgotten.

use super::api;
use crate::{
    accounts,
    configuration::{Registry, reader::Reader, values},
    secret::Secret,
};

const TLS: [&str; 2] = ["registry.tls.certificate", "registry.tls.key"];

pub(super) fn registry(reader: &mut Reader<'_>) -> Option<Registry> {
    let listen = reader.get("registry.listen", values::listen);
    let tls = api::tls(reader, "registry.tls", TLS);
    let public_url = reader.get("registry.public_url", values::url);
    let admin_password = admin_password(reader);
    let oidc = super::oidc::oidc(reader);
    let manifest_bytes = reader.get("registry.manifest_bytes", values::size);
    let redirect = reader.get("registry.redirect", values::boolean);
    let webhooks = super::egress(reader, "registry.webhooks");
    Some(Registry {
        listen: listen?,
        tls,
        public_url,
        admin_password,
        oidc,
        manifest_bytes: manifest_bytes?,
        redirect: redirect?,
        webhooks: webhooks?,
    })
}

fn admin_password(reader: &mut Reader<'_>) -> Option<Secret> {
    const PATH: &str = "registry.admin_password_file";
    let file = reader.path(PATH)?;
    let password = reader.secret_file(PATH, &file)?;
    if let Err(bad) = accounts::check_password(password.reveal()) {
        reader.said(PATH, format!("{} does not do: {bad}", file.display()));
    }
    Some(password)
}

/// Refuses a listener that others reach in the clear, unless the operator said that TLS is spoken before it.
pub(super) fn admission(reader: &mut Reader<'_>, registry: Option<&Registry>) {
    let is_elsewhere = reader.get("registry.tls_elsewhere", values::boolean);
    let Some(registry) = registry else { return };
    let is_local = registry.listen.ip().to_canonical().is_loopback();
    if is_local || registry.tls.is_some() || is_elsewhere == Some(true) {
        return;
    }
    let why = format!(
        "others can reach {}, and passwords would cross the network in the clear: set registry.tls.certificate and \
         registry.tls.key; or, where a proxy in front speaks TLS, registry.tls_elsewhere = true",
        registry.listen
    );
    reader.said("registry.listen", why);
}
