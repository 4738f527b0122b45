//! Who may ask, and where: listeners, TLS, the key. Nobody is let in by what was forgotten.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use crate::configuration::{
    Api, Auth, Introspection, SecretBytes, Tls, kinds::UNAUTHENTICATED, reader::Reader, values,
};

pub(super) fn api(reader: &mut Reader<'_>) -> Option<Api> {
    let listen = reader.get("api.listen", values::listen);
    let tls = tls(reader, "api.tls", ["api.tls.certificate", "api.tls.key"]);
    let public_url = reader.get("api.public_url", values::url);
    let blind_spots = reader.get("api.blind_spots_as_vulnerabilities", values::boolean);
    Some(Api { listen: listen?, tls, public_url, blind_spots_as_vulnerabilities: blind_spots? })
}

pub(super) fn introspection(reader: &mut Reader<'_>) -> Option<Introspection> {
    let listen = reader.get("introspection.listen", values::listen);
    Some(Introspection { listen: listen? })
}

/// Certificate and key of a listener: both or neither.
pub(super) fn tls(reader: &mut Reader<'_>, table: &'static str, paths: [&'static str; 2]) -> Option<Tls> {
    let [certificate, key] = paths.map(|path| reader.path(path));
    let [has_certificate, has_key] = paths.map(|path| reader.settings.get(path).is_some());
    if !has_certificate && !has_key && reader.settings.table(table).is_none() {
        return None;
    }
    let [certificate_path, key_path] = paths;
    if !has_certificate {
        reader.missing(certificate_path, "TLS needs a certificate");
    }
    if !has_key {
        reader.missing(key_path, "TLS needs the certificate's key");
    }
    Some(Tls { certificate: certificate?, key: key? })
}

/// The outer `None`: something is wrong, and noted.
pub(super) fn auth(reader: &mut Reader<'_>) -> Option<Option<Auth>> {
    let issuers = reader.get("auth.psk.issuers", values::texts);
    let Some((secret, path)) = reader.secret("auth.psk.key") else {
        // An empty table too: whoever began one does not mean “anybody”.
        let tried =
            ["auth.psk.key", "auth.psk.key_file"].iter().any(|path| reader.settings.get(path).is_some());
        if tried {
            return None;
        }
        if reader.settings.table("auth").is_some() {
            reader.missing("auth.psk.key", "without it anybody could sign");
            return None;
        }
        return Some(None);
    };
    match STANDARD.decode(secret.reveal().trim()) {
        Ok(key) if !key.is_empty() => {
            Some(Some(Auth { key: SecretBytes::new(key), issuers: issuers.unwrap_or_default() }))
        }
        Ok(_) => {
            reader.said(&path, "the key is empty");
            None
        }
        Err(_wrong) => {
            // Nothing of the key is said, also not which of its characters is wrong.
            reader.said(&path, "the key must be base64 with its padding; openssl rand -base64 32 makes one");
            None
        }
    }
}

/// Refuses an API that others reach and nobody guards, unless the operator said so in as many words.
pub(super) fn admission(reader: &mut Reader<'_>, api: Option<&Api>, auth: &Option<Option<Auth>>) {
    let given = reader.settings.get("api.unauthenticated").is_some();
    // Read in any case: the wrong words are wrong also where they would not matter.
    let allowed = reader.get("api.unauthenticated", values::sentence).is_some();
    let (Some(api), Some(None)) = (api, auth) else { return };
    if allowed || given || api.listen.ip().to_canonical().is_loopback() {
        return;
    }
    let why = format!(
        "others can reach {}, and there is no key: set auth.psk.key (or auth.psk.key_file) to the key that clients \
         sign with; or let anybody in with api.unauthenticated = \"{UNAUTHENTICATED}\" or the flag --unauthenticated",
        api.listen
    );
    reader.said("api.listen", why);
}

/// Listeners need addresses of their own. Each is a key and its address.
pub(super) fn apart(reader: &mut Reader<'_>, listeners: &[(&str, Option<SocketAddr>)]) {
    for (place, (key, address)) in listeners.iter().enumerate() {
        for (other_key, other) in listeners.iter().take(place) {
            let (Some(address), Some(other)) = (address, other) else { continue };
            let same_port = address.port() == other.port() && address.port() != 0;
            let [one, two] = [address.ip(), other.ip()];
            if same_port && (one == two || one.is_unspecified() || two.is_unspecified()) {
                reader.said(key, format!("port {} is that of {other_key} already", address.port()));
            }
        }
    }
}

/// A callback is what an identifier is put behind.
pub(super) fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}
