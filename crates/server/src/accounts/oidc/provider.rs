//! What a provider says of itself (OpenID Connect Discovery 1.0), its keys, and the exchange of a code for a token.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    time::Instant,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::OidcError;
use crate::{
    configuration::Oidc,
    egress::{EgressClient, EgressError},
    limits::OIDC_BYTES,
};

/// A provider, with the keys that it signs with.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    pub(super) keys: Vec<Key>,
    pub(super) read_at: Instant,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// A key (RFC 7517). Others than those that verify RS256 and ES256 are not looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    pub(super) kid: Option<String>,
    pub(super) kty: String,
    pub(super) crv: String,
    #[serde(rename = "use")]
    pub(super) purpose: Option<String>,
    pub(super) n: String,
    pub(super) e: String,
    pub(super) x: String,
    pub(super) y: String,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Redeemed {
    id_token: String,
}

fn failed(error: &EgressError) -> OidcError {
    OidcError::Provider(error.to_string())
}

impl Provider {
    /// Asks a provider what it is. Blocks.
    pub(super) fn discover(oidc: &Oidc) -> Result<Self, OidcError> {
        let address = format!("{}/.well-known/openid-configuration", oidc.issuer.trim_end_matches('/'));
        let found: Discovery = get(oidc, &address)?;
        if found.issuer != oidc.issuer {
            let why =
                format!("oidc.issuer is {}, and the provider calls itself {}", oidc.issuer, found.issuer);
            return Err(OidcError::Provider(why));
        }
        let Keys { keys } = get(oidc, &found.jwks_uri)?;
        Ok(Self {
            authorization_endpoint: found.authorization_endpoint,
            token_endpoint: found.token_endpoint,
            keys,
            read_at: Instant::now(),
        })
    }

    /// Exchanges a code for an ID token. Blocks.
    pub(super) fn redeem(
        &self,
        oidc: &Oidc,
        code: &str,
        verifier: &str,
        back: &str,
    ) -> Result<String, OidcError> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", back)
            .append_pair("code_verifier", verifier);
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![
            text("Content-Type", "application/x-www-form-urlencoded"),
            text("Accept", "application/json"),
        ];
        match &oidc.client_secret {
            // Both parts are escaped before they are put together (RFC 6749, section 2.3.1).
            Some(secret) => {
                let [id, secret] = [oidc.client_id.as_str(), secret.reveal()]
                    .map(|part| byte_serialize(part.as_bytes()).collect::<String>());
                let credentials = STANDARD.encode(format!("{id}:{secret}"));
                headers.push(text("Authorization", &format!("Basic {credentials}")));
            }
            None => {
                form.append_pair("client_id", &oidc.client_id);
            }
        }
        let client = client(oidc)?;
        let answer = client.exchange(&self.token_endpoint, &headers, form.finish().into_bytes());
        match answer {
            Ok(answer) => read::<Redeemed>(answer, &self.token_endpoint).map(|redeemed| redeemed.id_token),
            Err(EgressError::Status { status: 400..=499, .. }) => {
                Err(OidcError::Refused("the provider does not take its code back".to_owned()))
            }
            Err(error) => Err(failed(&error)),
        }
    }
}

fn client(oidc: &Oidc) -> Result<EgressClient, OidcError> {
    EgressClient::new(&oidc.egress, "oidc").map_err(|error| failed(&error))
}

fn get<T: DeserializeOwned>(oidc: &Oidc, address: &str) -> Result<T, OidcError> {
    let answer = client(oidc)?.get(address, &BTreeMap::new()).map_err(|error| failed(&error))?;
    read(answer, address)
}

/// What is wrong is told without what was answered: it may be a token.
fn read<T: DeserializeOwned>(answer: Box<dyn Read + Send>, address: &str) -> Result<T, OidcError> {
    let mut bytes = Vec::new();
    let broken = |error: io::Error| OidcError::Provider(format!("{address}: {error}"));
    answer.take(OIDC_BYTES).read_to_end(&mut bytes).map_err(broken)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        OidcError::Provider(format!(
            "{address}: not the JSON that is expected (line {line}, column {column})"
        ))
    })
}
