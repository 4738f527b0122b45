//! A provider of OpenID Connect. It sends people back to one address, so that must be known.

use super::egress;
use crate::configuration::{Oidc, reader::Reader, values};

const KEYS: [&str; 4] = ["oidc.issuer", "oidc.client_id", "oidc.client_secret", "oidc.client_secret_file"];

pub(super) fn oidc(reader: &mut Reader<'_>) -> Option<Oidc> {
    let create_users = reader.get("oidc.create_users", values::boolean);
    let egress = egress(reader, "oidc");
    if KEYS.iter().all(|path| reader.settings.get(path).is_none()) {
        return None;
    }
    for (path, why) in [
        ("oidc.issuer", "it says who vouches for people"),
        ("oidc.client_id", "the provider knows this service by it"),
        ("registry.public_url", "the provider sends people back to it"),
    ] {
        if reader.settings.get(path).is_none() {
            reader.missing(path, why);
        }
    }
    // As it was written: what a provider calls itself is compared to the letter.
    let is_url = reader.get("oidc.issuer", values::url).is_some();
    let issuer = reader.get("oidc.issuer", values::filled).filter(|_| is_url);
    let client_id = reader.get("oidc.client_id", values::filled);
    let has_secret = KEYS.iter().skip(2).any(|path| reader.settings.get(path).is_some());
    let client_secret =
        if has_secret { reader.secret("oidc.client_secret").map(|(secret, _)| secret) } else { None };
    Some(Oidc {
        issuer: issuer?,
        client_id: client_id?,
        client_secret,
        create_users: create_users?,
        egress: egress?,
    })
}
