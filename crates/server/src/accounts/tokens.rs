//! Tokens of robots and programs: `lmp_`, 32 random bytes and a checksum of 4, in hexadecimal digits.
//!
//! The prefix and the checksum let those who look for leaked secrets tell one from other texts; of what has a wrong checksum
//! the database is not asked. Only the SHA-256 is stored, and a token is shown once.

use limpid_store::{
    StoreError,
    accounts::{self, Account, Token},
};
use sha2::{Digest as _, Sha256};

use super::{Principal, principal::Signed, random, scope::Scope};
use crate::{engine::Engine, limits::TOKEN_TOUCH_PERIOD, secret::Secret};

/// How every token begins.
pub(crate) const PREFIX: &str = "lmp_";

/// The name of whoever signs in with a token and does not want to say whose it is, as with Quay.
const ANY_NAME: &str = "$oauthtoken";

/// A new token's text.
///
/// # Errors
/// Where the system gives no random numbers.
pub(crate) fn make() -> Result<Secret, StoreError> {
    let secret = random::hexadecimal(&random::bytes::<32>()?);
    Ok(Secret::new(format!("{PREFIX}{secret}{}", checksum(&secret))))
}

fn checksum(secret: &str) -> String {
    let digest = Sha256::digest(format!("{PREFIX}{secret}").as_bytes());
    random::hexadecimal(digest.get(..4).unwrap_or_default())
}

/// Whether a text can be a token.
fn is_whole(text: &str) -> bool {
    let Some((secret, sum)) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_at_checked(64)) else {
        return false;
    };
    checksum(secret) == sum
}

/// Who shows a token, perhaps with the name of whose it is.
///
/// # Errors
/// Those of the database.
pub(super) fn authenticate(engine: &Engine, text: &str, name: Option<&str>) -> Result<Principal, StoreError> {
    if !is_whole(text) {
        return Ok(Principal::Refused);
    }
    let hash = random::digest(text);
    let found = engine.database.read(|tx| {
        let Some(token) = accounts::find_token_by_hash(tx, &hash)? else { return Ok(None) };
        let account = accounts::find_by_number(tx, token.account)?;
        Ok::<_, StoreError>(account.map(|account| (token, account)))
    })?;
    let Some((token, account)) = found else { return Ok(Principal::Refused) };
    if name.is_some_and(|name| name != ANY_NAME && name != account.name) {
        return Ok(Principal::Refused);
    }
    let Some(signed) = signed(&token, &account)? else { return Ok(Principal::Refused) };
    let rest = chrono::TimeDelta::from_std(TOKEN_TOUCH_PERIOD)
        .map_err(|error| StoreError::Statement(error.to_string()))?;
    if token.used_at.is_none_or(|used| used < engine.now() - rest) {
        engine.database.write_soon(|tx| accounts::touch_token(tx, &token.id))?;
    }
    Ok(Principal::Account(signed))
}

/// The account of a token that is valid, restricted to what the token is for.
pub(super) fn signed(token: &Token, account: &Account) -> Result<Option<Signed>, StoreError> {
    if token.is_expired || !account.is_enabled || token.account != account.number {
        return Ok(None);
    }
    let scopes = scopes(token)?;
    Ok(Some(Signed { scopes: Some(scopes), token: Some(token.id.clone()), ..Signed::of(account) }))
}

/// What a token is for.
pub(crate) fn scopes(token: &Token) -> Result<Vec<Scope>, StoreError> {
    let damaged = |why: String| StoreError::Damaged(format!("the scopes of token {}: {why}", token.id));
    let texts: Vec<String> =
        serde_json::from_str(&token.scopes).map_err(|error| damaged(error.to_string()))?;
    texts
        .iter()
        .map(|text| text.parse().map_err(|error: super::scope::NoScope| damaged(error.to_string())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_itself_from_other_texts() {
        let token = make().unwrap();
        let text = token.reveal();
        assert_eq!((text.len(), text.starts_with("lmp_"), is_whole(text)), (76, true, true));
        let mut wrong = text.to_owned();
        let last = wrong.pop().unwrap();
        wrong.push(if last == '0' { '1' } else { '0' });
        let short: String = text.chars().take(75).collect();
        let bare = text.replace("lmp_", "");
        for other in [wrong.as_str(), "", "lmp_", "lmp_ä", &bare, &short] {
            assert!(!is_whole(other), "{other}");
        }
    }
}
