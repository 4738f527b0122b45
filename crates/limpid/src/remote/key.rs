//! The pre-shared key of a server, and the tokens that are signed with it: JWTs (RFC 7519), HS256, as Clair's own clients
//! send them.

use std::{fmt, fs, path::Path};

use anyhow::{Context, bail};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;

/// How long a token is good, before and after now: clocks differ, and what is overheard is of no use soon.
const SECONDS: i64 = 60;
/// No key is longer; a file that is may be anything.
const LONGEST: u64 = 64 << 10;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A key, and in whose name it signs.
#[derive(Clone)]
pub(crate) struct Key {
    secret: Vec<u8>,
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
        Ok(Self { secret, issuer: issuer.to_owned() })
    }

    /// A token for the next minute.
    pub(crate) fn token(&self, now: DateTime<Utc>) -> anyhow::Result<String> {
        let now = now.timestamp();
        let claims = Claims { iss: &self.issuer, iat: now, nbf: now - SECONDS, exp: now + SECONDS };
        let claims = serde_json::to_vec(&claims)?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let mut code = Hmac::<Sha256>::new_from_slice(&self.secret).context("the server's key")?;
        code.update(message.as_bytes());
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(code.finalize().into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_who_and_when_and_is_signed() {
        let key = Key::parse(b" c2VjcmV0\n", "limpid").expect("a key");
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("an instant");
        let token = key.token(now).expect("a token");
        let mut parts = token.split('.');
        let mut part = || URL_SAFE_NO_PAD.decode(parts.next().expect("three parts")).expect("base64");
        assert_eq!(part(), br#"{"alg":"HS256","typ":"JWT"}"#);
        let claims: serde_json::Value = serde_json::from_slice(&part()).expect("JSON");
        assert_eq!(
            claims,
            serde_json::json!({"iss": "limpid", "iat": 1_700_000_000, "nbf": 1_699_999_940, "exp": 1_700_000_060})
        );
        assert_eq!(part().len(), 32);
    }

    #[test]
    fn the_signature_is_the_one_that_other_programs_compute() {
        let key = Key { secret: b"secret".to_vec(), issuer: "limpid".to_owned() };
        let token =
            key.token(DateTime::from_timestamp(1_700_000_000, 0).expect("an instant")).expect("a token");
        // By Python's hmac and base64.
        assert_eq!(token.rsplit('.').next(), Some("ZjrpTmdsUGkFjwZlDNI3xIR57NFaLxSBfhftqQN9mFk"));
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
