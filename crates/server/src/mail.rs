//! Letters: one to one address, handed to the server that the configuration names. It blocks.
//!
//! What that server says is never part of an error but for its number: it may tell of the network that it stands in.

use std::{error::Error, fs, io};

use lettre::{
    Message, SmtpTransport, Transport,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use uuid::Uuid;

use crate::{
    configuration::{Mail, MailSecurity},
    limits::MAIL_TIME,
};

/// A letter to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// To whom: an address alone.
    pub(crate) to: String,
    /// One line.
    pub(crate) subject: String,
    /// What it says.
    pub(crate) text: String,
    /// Which letter it is: who gets it twice can tell.
    pub(crate) id: Uuid,
}

/// Why a letter was not taken, in words that whoever wanted it may read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MailError {
    /// It cannot be written so.
    #[error("{0}")]
    Invalid(String),
    /// The server does not take it.
    #[error("the server for mail answers {0}")]
    Refused(String),
    /// It cannot be asked.
    #[error("the server for mail {0}")]
    Failed(&'static str),
    /// What the configuration names cannot be used. The reason is for the log.
    #[error("mail is not configured as it must be; the log says why")]
    Configuration,
}

/// Hands a letter over. Blocks.
///
/// # Errors
/// [`MailError`].
pub(crate) fn send(mail: &Mail, letter: &Letter) -> Result<(), MailError> {
    let message = message(mail, letter)?;
    let transport = transport(mail)?;
    transport.send(&message).map(drop).map_err(|error| failure(&error))
}

/// Whether a text is an address that can be written to.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

fn configuration(what: &str, error: &dyn std::fmt::Display) -> MailError {
    tracing::error!("mail: {what}: {error}");
    MailError::Configuration
}

fn message(mail: &Mail, letter: &Letter) -> Result<Message, MailError> {
    let from: Mailbox = mail.from.parse().map_err(|error| configuration("mail.from", &error))?;
    let to: lettre::Address = letter
        .to
        .parse()
        .map_err(|error| MailError::Invalid(format!("{} is no address for mail: {error}", letter.to)))?;
    let id = format!("<{}@{}>", letter.id, from.email.domain());
    let mut message = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .message_id(Some(id))
        .date_now()
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|error| MailError::Invalid(format!("the letter cannot be written: {error}")))?;
    // RFC 3834: no answers of machines to a machine.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    Ok(message)
}

/// What strangers named may have any characters.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn transport(mail: &Mail) -> Result<SmtpTransport, MailError> {
    let tls = match mail.security {
        MailSecurity::Tls => Tls::Wrapper(parameters(mail)?),
        MailSecurity::StartTls => Tls::Required(parameters(mail)?),
        MailSecurity::None => Tls::None,
    };
    // lettre's word for a builder that takes TLS as it is told, as we do.
    let mut builder =
        SmtpTransport::builder_dangerous(&mail.host).port(mail.port).tls(tls).timeout(Some(MAIL_TIME));
    if let Some((login, password)) = &mail.login {
        builder = builder.credentials(Credentials::new(login.clone(), password.reveal().to_owned()));
    }
    Ok(builder.build())
}

/// The authority is read for each letter: who renews it need not start anything again.
fn parameters(mail: &Mail) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.root_ca {
        let pem = fs::read(path).map_err(|error| configuration("mail.root_ca", &error))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| configuration("mail.root_ca", &error))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|error| configuration("TLS", &error))
}

/// Whether TLS is among the causes: the first byte that is read may be the one at which it fails.
fn is_of_tls(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return true;
        }
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = carried.map(|carried| carried as &(dyn Error + 'static)).or_else(|| error.source());
    }
    false
}

fn failure(error: &lettre::transport::smtp::Error) -> MailError {
    tracing::warn!("mail: {error}");
    if let Some(code) = error.status() {
        return MailError::Refused(code.to_string());
    }
    MailError::Failed(if error.is_timeout() {
        "does not answer in time"
    } else if error.is_tls() || is_of_tls(error) {
        "does not speak TLS as it should, or shows a certificate that is not trusted here"
    } else if error.is_client() {
        "offers no TLS or no way to sign in that is wanted"
    } else if error.is_response() {
        "does not answer as such servers do"
    } else {
        "cannot be reached"
    })
}
