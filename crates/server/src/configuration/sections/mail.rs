//! The server that takes mail. No password of it and no letter crosses a network in the clear by what was forgotten.

use lettre::message::Mailbox;
use url::Url;

use crate::configuration::{
    Mail, MailSecurity,
    reader::Reader,
    values::{self, Wrong},
};

const KEYS: [&str; 6] =
    ["mail.server", "mail.root_ca", "mail.login", "mail.password", "mail.password_file", "mail.from"];

/// Ports of submission (RFC 8314, section 3): with TLS from the first byte on, and with STARTTLS.
const PORTS: (u16, u16) = (465, 587);

pub(super) fn mail(reader: &mut Reader<'_>) -> Option<Mail> {
    let in_the_clear = reader.get("mail.in_the_clear", values::boolean);
    let domains = reader.list("mail.allow_domains", values::host);
    if KEYS.iter().all(|path| reader.settings.get(path).is_none()) {
        return None;
    }
    for (path, why) in [("mail.server", "it takes the letters"), ("mail.from", "it says who writes them")] {
        if reader.settings.get(path).is_none() {
            reader.missing(path, why);
        }
    }
    let server = reader.get("mail.server", |value| server(&values::filled(value)?));
    let from = reader.get("mail.from", |value| {
        let text = values::filled(value)?;
        let mailbox = text.parse::<Mailbox>();
        mailbox
            .map(|_| text)
            .map_err(|_wrong| said("an address for mail is expected, such as Limpid <limpid@example.com>"))
    });
    let root_ca = reader.path("mail.root_ca");
    let login = login(reader);
    let (is_tls, host, port) = server?;
    let security = match (is_tls, in_the_clear?) {
        (true, _) => MailSecurity::Tls,
        (false, false) => MailSecurity::StartTls,
        (false, true) => MailSecurity::None,
    };
    if security == MailSecurity::None && login.as_ref().is_some_and(Option::is_some) {
        reader.said(
            "mail.in_the_clear",
            "the password would cross the network in the clear: use smtps://, or no login".to_owned(),
        );
    }
    Some(Mail { host, port, security, root_ca, login: login?, from: from?, domains: domains? })
}

fn said(why: &str) -> Wrong {
    Wrong::Said(why.to_owned())
}

/// `smtps://HOST:PORT` or `smtp://HOST:PORT`.
fn server(text: &str) -> Result<(bool, String, u16), Wrong> {
    let wrong = || said("smtps://HOST:PORT or smtp://HOST:PORT is expected, without user and password");
    let url = Url::parse(text).map_err(|_error| wrong())?;
    let is_tls = match url.scheme() {
        "smtps" => true,
        "smtp" => false,
        _other => return Err(wrong()),
    };
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let host = url.host_str().filter(|host| is_bare && !host.is_empty() && matches!(url.path(), "" | "/"));
    let port = url.port().unwrap_or(if is_tls { PORTS.0 } else { PORTS.1 });
    Ok((is_tls, host.ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned(), port))
}

/// Both or none.
fn login(reader: &mut Reader<'_>) -> Option<Option<(String, crate::secret::Secret)>> {
    let has_password =
        ["mail.password", "mail.password_file"].iter().any(|path| reader.settings.get(path).is_some());
    match (reader.settings.get("mail.login").is_some(), has_password) {
        (false, false) => return Some(None),
        (false, true) => reader.missing("mail.login", "mail.password is that of somebody"),
        (true, false) => reader.missing("mail.password", "mail.login proves itself by it"),
        (true, true) => {}
    }
    let login = reader.get("mail.login", values::filled);
    let password = if has_password { reader.secret("mail.password") } else { None };
    Some(Some((login?, password?.0)))
}
