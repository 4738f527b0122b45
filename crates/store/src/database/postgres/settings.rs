//! Where a PostgreSQL is and how it wants to be spoken to.
//!
//! A password is in here; what is displayed is made of the other parts.

use std::{fmt, path::PathBuf};

use tokio_postgres::{
    Client, Config, Connection, Error, NoTls, Socket,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

use super::{super::StoreError, tls};
use crate::limits;

/// How to connect.
#[derive(Clone)]
pub(crate) struct Settings {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// An address in its parts, of which Limpid itself understands some.
#[derive(Default)]
struct Parts {
    sslmode: Option<String>,
    sslrootcert: Option<PathBuf>,
    /// The address without them.
    rest: String,
}

const FORM: &str = "this is no address of PostgreSQL that can be read: write \
                    postgres://USER:PASSWORD@HOST/DATABASE, special characters as %XX, or host=… user=… dbname=…";

impl Settings {
    /// Reads an address. What goes wrong is told without the address, which may carry a password.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let parts = if text.contains("://") { Parts::of_url(text) } else { Parts::of_libpq(text) };
        let parts = parts.ok_or_else(|| StoreError::Unusable(FORM.to_owned()))?;
        let config: Config = parts
            .rest
            .parse()
            .map_err(|_may_quote_a_password: Error| StoreError::Unusable(FORM.to_owned()))?;
        let mut settings = Self { config, tls: None };
        if settings.config.get_hosts().is_empty() && settings.config.get_hostaddrs().is_empty() {
            settings.config.host("localhost");
        }
        settings.set_tls(&parts)?;
        settings.set_patience();
        Ok(settings)
    }

    fn set_tls(&mut self, parts: &Parts) -> Result<(), StoreError> {
        match parts.sslmode.as_deref() {
            None | Some("disable" | "allow" | "prefer") => {
                self.config.ssl_mode(SslMode::Disable);
            }
            Some("require" | "verify-ca" | "verify-full") => {
                self.config.ssl_mode(SslMode::Require);
                self.tls = Some(tls::connector(parts.sslrootcert.as_deref())?);
            }
            Some(_) => {
                let reason = "sslmode of the database must be disable, allow, prefer, require, verify-ca or verify-full";
                return Err(StoreError::Unusable(reason.to_owned()));
            }
        }
        Ok(())
    }

    fn set_patience(&mut self) {
        let config = &mut self.config;
        config.connect_timeout(limits::CONNECT_TIME);
        config.tcp_user_timeout(limits::SILENT_NETWORK_TIME);
        config.keepalives(true);
        config.keepalives_idle(limits::KEEPALIVE_TIME);
        config.keepalives_interval(limits::KEEPALIVE_TIME);
        config.keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("limpid");
        }
    }

    /// Connects, and leaves the connection to the runtime that this is called in.
    pub(super) async fn connect(&self) -> Result<Client, Error> {
        match &self.tls {
            Some(tls) => self.config.connect(tls.clone()).await.map(attended),
            None => self.config.connect(NoTls).await.map(attended),
        }
    }
}

/// Lets the runtime attend to a connection. Its errors reach whoever waits for an answer.
fn attended<S>((client, connection): (Client, Connection<Socket, S>)) -> Client
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to PostgreSQL ended");
        }
    });
    client
}

impl fmt::Display for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(formatter, "{user}@")?;
        }
        let ports = self.config.get_ports();
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let separator = if place > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(formatter, "{separator}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(formatter, "{separator}{}", path.display())?,
            }
            if let Some(port) = ports.get(place).or_else(|| ports.first()).filter(|port| **port != 5432) {
                write!(formatter, ":{port}")?;
            }
        }
        for address in self.config.get_hostaddrs() {
            write!(formatter, "[{address}]")?;
        }
        write!(formatter, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl Parts {
    /// `postgres://USER:PASSWORD@HOST/DATABASE?KEY=VALUE&…`
    fn of_url(text: &str) -> Option<Self> {
        let Some((before, query)) = text.split_once('?') else {
            return Some(Self { rest: text.to_owned(), ..Self::default() });
        };
        let mut parts = Self::default();
        let mut others = Vec::new();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=')?;
            // Here `+` is no space, other than in a form.
            let value = format!("x={}", value.replace('+', "%2B"));
            let (_, value) = form_urlencoded::parse(value.as_bytes()).next()?;
            if !parts.take(key, &value) {
                others.push(pair);
            }
        }
        let separator = if others.is_empty() { "" } else { "?" };
        parts.rest = format!("{before}{separator}{}", others.join("&"));
        Some(parts)
    }

    /// `KEY=VALUE KEY='VALUE'`
    fn of_libpq(text: &str) -> Option<Self> {
        let mut parts = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=')?;
            let key = key.trim();
            let (value, after) = libpq_value(after.trim_start())?;
            if !parts.take(key, &value) {
                let value = value.replace('\\', r"\\").replace('\'', r"\'");
                parts.rest.push_str(&format!("{key}='{value}' "));
            }
            rest = after.trim_start();
        }
        Some(parts)
    }

    /// Takes what is not for the library: it knows fewer modes of TLS and no roots, and what pgx says about its pool, which
    /// Clair's users write, is of no use here.
    fn take(&mut self, key: &str, value: &str) -> bool {
        match key {
            "sslmode" => self.sslmode = Some(value.to_owned()),
            "sslrootcert" => self.sslrootcert = Some(PathBuf::from(value)),
            _ => return key.starts_with("pool_"),
        }
        true
    }
}

/// A value at the beginning of a libpq string, and what follows.
fn libpq_value(text: &str) -> Option<(String, &str)> {
    let quoted = text.strip_prefix('\'');
    let mut value = String::new();
    let mut characters = quoted.unwrap_or(text).chars();
    loop {
        let before = characters.as_str();
        match characters.next() {
            Some('\\') => value.push(characters.next()?),
            Some('\'') if quoted.is_some() => return Some((value, characters.as_str())),
            Some(character) if quoted.is_none() && character.is_whitespace() => return Some((value, before)),
            None => return if quoted.is_some() { None } else { Some((value, "")) },
            Some(character) => value.push(character),
        }
    }
}
