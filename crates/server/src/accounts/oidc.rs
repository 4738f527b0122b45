//! Sign-in by a provider of OpenID Connect: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636).
//!
//! What binds the answer to the browser that asked is in a cookie of that browser. Whom the provider names is told by issuer
//! and subject alone: a name or an address for mail never makes somebody the owner of an account that is there.

mod id_token;
mod provider;
mod users;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use limpid_store::StoreError;
use sha2::{Digest as _, Sha256};
use url::Url;

use self::{id_token::Person, provider::Provider};
use super::{Principal, audit, origin, random, sessions};
use crate::{
    configuration::Oidc,
    engine::Engine,
    face::{Query, work},
    http::ApiError,
    limits::{OIDC_AGE, OIDC_TIME},
    public::Call,
};

/// Where people begin.
pub(super) const BEGIN_PATH: &str = "/sign-in/oidc";

/// Where the provider sends them back to.
pub(super) const CALLBACK_PATH: &str = "/sign-in/oidc/callback";

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub(super) enum OidcError {
    /// There is no provider.
    #[error("no provider of sign-in is configured")]
    NotConfigured,
    /// The provider does not answer, or not as it should. The reason is for the log.
    #[error("the provider of sign-in cannot be used now")]
    Provider(String),
    /// It does not vouch for this. The reason is for the log.
    #[error("the sign-in was not completed; begin again")]
    Refused(String),
    /// There is no account for whoever it is, or it is disabled.
    #[error("there is no account for you here; ask an administrator for one")]
    NoAccount,
    /// It is in the way of what is there.
    #[error("{0}")]
    Taken(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OidcError> for ApiError {
    fn from(error: OidcError) -> Self {
        let status = match &error {
            OidcError::NotConfigured => StatusCode::NOT_FOUND,
            OidcError::Provider(why) => {
                tracing::warn!("sign-in by OpenID Connect: {why}");
                StatusCode::BAD_GATEWAY
            }
            OidcError::Refused(why) => {
                tracing::warn!("sign-in by OpenID Connect is refused: {why}");
                StatusCode::UNAUTHORIZED
            }
            OidcError::NoAccount => StatusCode::FORBIDDEN,
            OidcError::Taken(_) => StatusCode::CONFLICT,
            OidcError::Store(error) => return error.clone().into(),
        };
        Self::new(status, error.to_string())
    }
}

/// The provider, as it was a short time ago.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Option<Arc<Provider>>>);

impl Known {
    fn get(&self, oidc: &Oidc, age: std::time::Duration) -> Result<Arc<Provider>, OidcError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.read_at.elapsed() < age) {
            return Ok(known);
        }
        let fresh = Arc::new(Provider::discover(oidc)?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&fresh));
        Ok(fresh)
    }
}

/// What binds the answer to the question: each is a random number.
struct Question {
    state: String,
    nonce: String,
    verifier: String,
    /// Whether it is asked to link an account, and not to sign in.
    is_to_link: bool,
}

impl Question {
    fn new() -> Result<Self, StoreError> {
        let [state, nonce, verifier] = [random::text::<32>()?, random::text::<32>()?, random::text::<32>()?];
        Ok(Self { state, nonce, verifier, is_to_link: false })
    }

    fn shown(engine: &Engine, headers: &HeaderMap) -> Option<Self> {
        let cookie = sessions::cookie_of(headers, cookie_name(engine))?;
        let mut parts = cookie.split('.').map(str::to_owned);
        let [state, nonce, verifier] = [parts.next()?, parts.next()?, parts.next()?];
        let is_to_link = parts.next()? == LINK;
        let question = Self { state, nonce, verifier, is_to_link };
        (parts.next().is_none() && !question.state.is_empty()).then_some(question)
    }
}

/// How a cookie says what is asked for.
const LINK: &str = "link";
const SIGN_IN: &str = "sign-in";

fn cookie_name(engine: &Engine) -> &'static str {
    if origin::is_secure(engine) { "__Host-limpid-oidc" } else { "limpid-oidc" }
}

/// `Lax`, because the provider's page sends the browser back.
fn cookie(engine: &Engine, value: &str, seconds: u64) -> String {
    sessions::cookie_text(engine, cookie_name(engine), value, seconds)
}

fn configured(engine: &Engine) -> Result<&Oidc, OidcError> {
    engine.configuration.registry.oidc.as_ref().ok_or(OidcError::NotConfigured)
}

fn callback(engine: &Engine, uri: &Uri, headers: &HeaderMap) -> String {
    format!("{}{CALLBACK_PATH}", origin::base(engine, uri, headers))
}

/// Where people sign in beside with a password, by the name of its host; `None`: nowhere.
pub(crate) fn provider_name(engine: &Engine) -> Option<String> {
    let oidc = engine.configuration.registry.oidc.as_ref()?;
    let host = Url::parse(&oidc.issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some(host.unwrap_or_else(|| oidc.issuer.clone()))
}

/// How an account that proved itself anew is linked to whoever it is at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Linking {
    /// Where the browser is to go: to the provider.
    pub(crate) location: String,
    /// The header `Set-Cookie`.
    pub(crate) cookie: String,
}

/// Begins to link the account of whoever asks, whose password was shown just now, to whoever it is at the provider. The answer of the
/// provider counts for the session that asks alone. `None`: it has none, as where a program asks, or one of another account. Blocks.
///
/// # Errors
/// As those of a sign-in.
pub(crate) fn begin_link(
    engine: &Engine,
    principal: &Principal,
    head: &Parts,
) -> Result<Option<Linking>, ApiError> {
    let Some(session) = sessions::hash(engine, &head.headers) else { return Ok(None) };
    // A password in the header comes before the cookie: it proves nothing of whose session that is.
    let own = principal.account().map(|account| account.number);
    let of_session = sessions::account(engine, &session)?;
    if of_session.is_none_or(|account| Some(account.number) != own) {
        return Ok(None);
    }
    let question = Question { is_to_link: true, ..Question::new()? };
    let state = random::digest(&question.state);
    let asked = asked(engine, &question, &callback(engine, &head.uri, &head.headers))?;
    engine.database.write(|tx| limpid_store::accounts::begin_link(tx, &session, &state))?;
    Ok(Some(asked))
}

fn asked(engine: &Engine, question: &Question, back: &str) -> Result<Linking, OidcError> {
    let oidc = configured(engine)?;
    let provider = engine.accounts.provider.get(oidc, OIDC_AGE)?;
    let location = ask(&provider.authorization_endpoint, oidc, question, back)?;
    let what = if question.is_to_link { LINK } else { SIGN_IN };
    let value = [&question.state, &question.nonce, &question.verifier, what].join(".");
    Ok(Linking { location, cookie: cookie(engine, &value, OIDC_TIME.as_secs()) })
}

/// Sends the browser to the provider.
pub(super) async fn begin(call: Call) -> Result<Response, ApiError> {
    let back = callback(&call.engine, call.request.uri(), call.request.headers());
    let asked = work(&call.engine, move |engine| asked(engine, &Question::new()?, &back)).await?;
    sent(&asked.location, &[asked.cookie])
}

fn ask(endpoint: &str, oidc: &Oidc, question: &Question, back: &str) -> Result<String, OidcError> {
    let mut url = Url::parse(endpoint)
        .map_err(|error| OidcError::Provider(format!("its authorization_endpoint: {error}")))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(question.verifier.as_bytes()));
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &oidc.client_id)
        .append_pair("redirect_uri", back)
        .append_pair("scope", &scopes(oidc))
        .append_pair("state", &question.state)
        .append_pair("nonce", &question.nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    Ok(url.into())
}

fn scopes(oidc: &Oidc) -> String {
    let all = ["openid", "profile", "email"].into_iter().chain(oidc.scopes.iter().map(String::as_str));
    all.collect::<Vec<_>>().join(" ")
}

/// Takes the browser back from the provider, and begins a session.
pub(super) async fn complete(call: Call) -> Result<Response, ApiError> {
    let back = callback(&call.engine, call.request.uri(), call.request.headers());
    let (head, _body) = call.request.into_parts();
    let (to, cookies) = work(&call.engine, move |engine| {
        let (oidc, query) = (configured(engine)?, Query::of(head.uri.query()));
        let refused = || OidcError::Refused("this browser did not begin, or took too long".to_owned());
        let question = Question::shown(engine, &head.headers).ok_or_else(refused)?;
        let person = answered(engine, oidc, &question, &query, &back)?;
        let (to, account, done) = if question.is_to_link {
            let account = linking(engine, &head.headers, &question)?;
            ("/account", users::link(engine, oidc, &person, &account)?, "link")
        } else {
            ("/", users::of(engine, oidc, &person)?, "sign-in")
        };
        audit::note_sign_in(engine, &account, done, origin::peer(engine, &head));
        let session = sessions::begin(engine, &head.headers, &account)?;
        Ok::<_, OidcError>((to, [session, cookie(engine, "", 0)]))
    })
    .await?;
    sent(to, &cookies)
}

/// The account that is to be linked: that of this browser's session, which is the one that began.
fn linking(
    engine: &Engine,
    headers: &HeaderMap,
    question: &Question,
) -> Result<limpid_store::accounts::Account, OidcError> {
    let refused =
        || OidcError::Refused("the session that began to link is not this browser's any more".to_owned());
    let session = sessions::hash(engine, headers).ok_or_else(refused)?;
    let state = random::digest(&question.state);
    let is_begun = engine.database.write(|tx| limpid_store::accounts::take_link(tx, &session, &state))?;
    let account = sessions::account(engine, &session)?;
    account.filter(|_| is_begun).ok_or_else(refused)
}

/// Whom the provider vouches for.
fn answered(
    engine: &Engine,
    oidc: &Oidc,
    question: &Question,
    query: &Query,
    back: &str,
) -> Result<Person, OidcError> {
    let refused = |why: &str| OidcError::Refused(why.to_owned());
    // Digests, so that the time tells nothing of the number itself.
    let state = query.get("state").unwrap_or_default();
    if random::digest(state) != random::digest(&question.state) {
        return Err(refused("the state is not the one that this browser was given"));
    }
    if query.get("iss").is_some_and(|issuer| issuer != oidc.issuer) {
        return Err(refused("the answer is another provider's"));
    }
    let code = query.get("code").ok_or_else(|| refused("the provider gives no code"))?;
    let provider = engine.accounts.provider.get(oidc, OIDC_AGE)?;
    let token = provider.redeem(oidc, code, &question.verifier, back)?;
    id_token::verify(engine, oidc, &provider, &token, &question.nonce)
}

fn sent(location: &str, cookies: &[String]) -> Result<Response, ApiError> {
    let fault = |error: header::InvalidHeaderValue| ApiError::internal(error.to_string());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(location).map_err(fault)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(cookie).map_err(fault)?);
    }
    Ok(response)
}
