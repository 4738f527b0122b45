//! Bearer tokens of the registry: JWTs, signed with Ed25519 by a key that all nodes share, for five minutes and one registry.
//!
//! Nothing of a token is believed before its signature was checked, but for the name of the key, which must be one of ours.
//! What it says that it is for only narrows what its account may do at the moment when it is shown.

mod keys;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use limpid_store::{StoreError, accounts};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize, de::IgnoredAny};

pub(super) use self::keys::{Key, Keys, keep_fresh};
use super::{
    Action, Principal,
    principal::{Bearer, Signed},
    tokens,
};
use crate::{
    engine::Engine,
    limits::{BEARER_TIME, TOKEN_LEEWAY_SECONDS},
};

const ISSUER: &str = "limpid";

/// What a bearer token is for: an entry of its `access`, in the form of Docker's token service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    /// `repository`, or `registry`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The whole name of the repository; `catalog` of the registry.
    pub(crate) name: String,
    /// `pull`, `push`, `delete`; `*` of the catalog.
    pub(crate) actions: Vec<String>,
    /// The number of the repository; 0 where it did not exist when the token was made.
    #[serde(default)]
    pub(crate) number: i64,
}

impl Granted {
    /// Whether it is for this, in this repository.
    pub(crate) fn allows(&self, action: Action, repository: &str) -> bool {
        let needed = match action {
            Action::Pull | Action::ReadReport => "pull",
            Action::Push | Action::Overwrite | Action::RequestIndex => "push",
            Action::Delete => "delete",
            Action::Look
            | Action::Enter
            | Action::ChangeSelf
            | Action::ListCatalog
            | Action::ReadSettings
            | Action::Administer
            | Action::ReadService
            | Action::Operate => return false,
        };
        self.kind == "repository" && self.name == repository && self.actions.iter().any(|own| own == needed)
    }

    /// Whether it is for the list of repositories.
    pub(crate) fn is_catalog(&self) -> bool {
        self.kind == "registry" && self.name == "catalog" && self.actions.iter().any(|own| own == "*")
    }
}

/// Why a token is not taken. For the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the token is no JWT")]
    Malformed,
    #[error("the token's algorithm is not EdDSA")]
    Algorithm,
    #[error("the token brings its own key, or wants to be understood in a way that is not known here")]
    Header,
    #[error("the token's key is not one of this registry")]
    Key,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("the token is for another registry, or not by this one")]
    Audience,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYet,
}

/// All that a header may not have is refused where it is there, whatever it says.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    crit: Option<IgnoredAny>,
    jwk: Option<IgnoredAny>,
    jku: Option<IgnoredAny>,
    x5u: Option<IgnoredAny>,
    x5c: Option<IgnoredAny>,
    zip: Option<IgnoredAny>,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: String,
    pub(super) exp: i64,
    pub(super) nbf: i64,
    pub(super) iat: i64,
    pub(super) jti: String,
    pub(super) access: Vec<Granted>,
    /// The number of the account; 0: nobody.
    account: i64,
    /// The token that was shown for this one, by its id.
    token: Option<String>,
    /// When it was made, in microseconds of the database's clock: a password may be changed within a second.
    made: i64,
}

impl Claims {
    /// Those of a token for an account (nobody: for what everybody may). `made` is by the database's clock, as what it is compared
    /// with.
    pub(super) fn new(
        account: Option<&Signed>,
        audience: &str,
        access: Vec<Granted>,
        now: DateTime<Utc>,
        made: DateTime<Utc>,
    ) -> Self {
        let iat = now.timestamp();
        Self {
            iss: ISSUER.to_owned(),
            sub: account.map(|account| account.name.clone()).unwrap_or_default(),
            aud: audience.to_owned(),
            exp: iat + BEARER_TIME.as_secs().cast_signed(),
            nbf: iat,
            iat,
            jti: uuid::Uuid::new_v4().to_string(),
            access,
            account: account.map_or(0, |account| account.number),
            token: account.and_then(|account| account.token.clone()),
            made: made.timestamp_micros(),
        }
    }
}

/// The text of a token.
pub(super) fn sign(key: &Key, claims: &Claims) -> Result<String, StoreError> {
    let fault = |error: serde_json::Error| StoreError::Statement(error.to_string());
    let header = serde_json::json!({"alg": "EdDSA", "typ": "JWT", "kid": key.id});
    let header = serde_json::to_vec(&header).map_err(fault)?;
    let claims = serde_json::to_vec(claims).map_err(fault)?;
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.pair.sign(message.as_bytes()));
    Ok(format!("{message}.{signature}"))
}

/// The name of the key that a token says to be signed with.
pub(super) fn key_id(token: &str) -> Result<String, Refusal> {
    let (header, _) = token.split_once('.').ok_or(Refusal::Malformed)?;
    let header: Header = decode(header)?;
    if header.alg != "EdDSA" {
        return Err(Refusal::Algorithm);
    }
    let foreign = [header.crit, header.jwk, header.jku, header.x5u, header.x5c, header.zip];
    if foreign.iter().any(Option::is_some) { Err(Refusal::Header) } else { Ok(header.kid) }
}

/// What a token says, where all of it is as it must be.
pub(super) fn verify(
    public_key: &[u8],
    token: &str,
    audience: &str,
    now: DateTime<Utc>,
) -> Result<Claims, Refusal> {
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (_, claims) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(malformed)?;
    UnparsedPublicKey::new(&ED25519, public_key)
        .verify(message.as_bytes(), &signature)
        .map_err(|_unspecified| Refusal::Signature)?;
    let claims: Claims = decode(claims)?;
    if claims.iss != ISSUER || claims.aud != audience {
        return Err(Refusal::Audience);
    }
    let now = now.timestamp();
    if claims.exp <= now - TOKEN_LEEWAY_SECONDS {
        return Err(Refusal::Expired);
    }
    if claims.nbf.max(claims.iat) > now + TOKEN_LEEWAY_SECONDS {
        return Err(Refusal::NotYet);
    }
    Ok(claims)
}

fn decode<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(malformed)?;
    serde_json::from_slice(&bytes).map_err(malformed)
}

/// What exactly is wrong with a forged token helps nobody but its maker.
fn malformed(_error: impl std::error::Error) -> Refusal {
    Refusal::Malformed
}

/// Who shows a bearer token. Its account is asked for each time, so that what was revoked since is.
///
/// # Errors
/// Those of the database.
pub(super) fn authenticate(engine: &Engine, token: &str, audience: &str) -> Result<Principal, StoreError> {
    match checked(engine, token, audience)? {
        Ok(claims) if claims.account == 0 => Ok(Principal::Anonymous),
        Ok(claims) => of_claims(engine, claims),
        Err(refusal) => {
            tracing::debug!(reason = %refusal, "a bearer token is not taken");
            Ok(Principal::Refused)
        }
    }
}

fn checked(engine: &Engine, token: &str, audience: &str) -> Result<Result<Claims, Refusal>, StoreError> {
    let id = match key_id(token) {
        Ok(id) => id,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(key) = engine.accounts.keys.find(engine, &id)? else { return Ok(Err(Refusal::Key)) };
    Ok(verify(key.public(), token, audience, engine.now()))
}

fn of_claims(engine: &Engine, claims: Claims) -> Result<Principal, StoreError> {
    let found = engine.database.read(|tx| {
        let account = accounts::find_by_number(tx, claims.account)?;
        let token = match &claims.token {
            Some(id) => accounts::find_token(tx, id)?,
            None => None,
        };
        Ok::<_, StoreError>(account.map(|account| (account, token)))
    })?;
    let Some((account, token)) = found else { return Ok(Principal::Refused) };
    let signed = match (&claims.token, token) {
        (None, _) if account.is_enabled && account.changed_at.timestamp_micros() <= claims.made => {
            Some(Signed::of(&account))
        }
        (Some(_), Some(token)) => tokens::signed(&token, &account)?,
        (None | Some(_), _) => None,
    };
    let issued_at = DateTime::from_timestamp_micros(claims.made).unwrap_or_default();
    Ok(match signed {
        Some(signed) => Principal::Account(Signed {
            bearer: Some(Bearer { issued_at, granted: claims.access }),
            ..signed
        }),
        None => Principal::Refused,
    })
}

#[cfg(test)]
mod tests;
