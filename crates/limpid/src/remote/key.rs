//! The pre-shared key of a server, and the tokens that are signed with it, as Clair's own clients send them.

use std::{fmt, fs, path::Path};

use anyhow::{Context, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use limpid_server::{
    configuration::{Auth, SecretBytes},
    http::auth::sign,
};

/// No key is longer; a file that is may be anything.
const LONGEST: u64 = 64 << 10;

/// A key, and in whose name it signs.
#[derive(Clone)]
pub(crate) struct Key {
    auth: Auth,
    issuer: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Key {
    /// Reads the key from a file, where it stands in base64.
    pub(crate) fn read(file: &Path, issuer: &str) -> anyhow::Result<Self> {
        let named = || format!("the server's key in {}", file.display());
        if fs::metadata(file).with_context(named)?.len() > LONGEST {
            bail!("{}: it is larger than any key", named());
        }
        let text = fs::read(file).with_context(named)?;
        Self::parse(&text, issuer).with_context(named)
    }

    fn parse(text: &[u8], issuer: &str) -> anyhow::Result<Self> {
        // The decoder's message would quote a byte of the key.
        let Ok(secret) = STANDARD.decode(text.trim_ascii()) else { bail!("it is not base64") };
        if secret.is_empty() {
            bail!("it is empty");
        }
        let auth = Auth { key: SecretBytes::new(secret), issuers: Vec::new() };
        Ok(Self { auth, issuer: issuer.to_owned() })
    }

    /// A token for the next minute.
    pub(crate) fn token(&self, now: DateTime<Utc>) -> String {
        sign(&self.auth, &self.issuer, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_other_programs_compute() {
        let key = Key::parse(b" c2VjcmV0\n", "limpid").expect("a key");
        let token = key.token(DateTime::from_timestamp(1_700_000_000, 0).expect("an instant"));
        // By Python's hmac and base64.
        assert_eq!(token.rsplit('.').next(), Some("AN86Q7GRONe7Kic96ROe8dOpWOZ6Er6mM3NH1O76GUM"));
    }

    #[test]
    fn what_is_no_key_is_refused_and_none_is_shown() {
        for text in [&b""[..], b"\n", b"not base64!", b"c2VjcmV0="] {
            assert!(Key::parse(text, "limpid").is_err());
        }
        let shown = format!("{:?}", Key::parse(b"c2VjcmV0", "limpid").expect("a key"));
        assert_eq!(shown, "Key { issuer: \"limpid\", .. }");
    }
}
