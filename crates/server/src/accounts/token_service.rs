//! The token service of Docker's registry: who shows a name and a password, or nobody, is given a token for what was asked for
//! and is allowed.
//!
//! What is asked for and not allowed is left out silently, as clients expect; wrong credentials are refused, also where nobody
//! needs any.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat, Utc};
use limpid_store::{StoreError, accounts};
use serde_json::json;
use url::form_urlencoded;

use super::{
    Action, Decision, Object, Principal, authenticate,
    authorize::authorize,
    bearer::{self, Claims, Granted},
    name, origin,
};
use crate::{
    engine::Engine,
    face::work,
    http::{ApiError, limit},
    limits::{BEARER_SCOPES, BEARER_TIME, BODY_BYTES},
    public::{Call, Face, denial},
};

/// `GET` with the scheme `Basic`, or `POST` with a form (OAuth 2).
pub(super) async fn answer(call: Call) -> Response {
    let is_post = *call.request.method() == Method::POST;
    match give(call, is_post).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// What a client asks for.
#[derive(Default)]
struct Asked {
    scopes: Vec<String>,
    credentials: Option<(String, String)>,
}

async fn give(call: Call, is_post: bool) -> Result<Response, ApiError> {
    let Call { engine, principal, request, .. } = call;
    let (head, body) = request.into_parts();
    let asked = if is_post {
        let request = Request::from_parts(head.clone(), body);
        let bytes = limit::read_within(request, BODY_BYTES).await?;
        form(&bytes)?
    } else {
        let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
        let scopes = query.filter(|(key, _)| key == "scope");
        Asked { scopes: scopes.map(|(_, scope)| scope.into_owned()).collect(), credentials: None }
    };
    let scopes = scopes(&asked.scopes)?;
    let made = work(&engine, move |engine| {
        let principal = match &asked.credentials {
            Some((name, password)) => authenticate::by_password(engine, &head, name, password)?,
            None => principal,
        };
        make(engine, &head, &principal, &scopes)
    })
    .await?;
    Ok(match made {
        Some(made) => made.into_response(is_post),
        None => {
            let mut denied = denial::of(
                Face::Registry,
                StatusCode::UNAUTHORIZED,
                "UNAUTHORIZED",
                "authentication required",
            );
            denied
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Limpid\""));
            denied
        }
    })
}

fn form(bytes: &[u8]) -> Result<Asked, ApiError> {
    let mut asked = Asked::default();
    let (mut name, mut password, mut grant) = (None, None, String::new());
    for (key, value) in form_urlencoded::parse(bytes) {
        match &*key {
            "grant_type" => grant = value.into_owned(),
            "username" => name = Some(value.into_owned()),
            "password" => password = Some(value.into_owned()),
            "scope" => asked.scopes.push(value.into_owned()),
            _other => {}
        }
    }
    if grant != "password" {
        return Err(ApiError::bad_request("unsupported_grant_type: only password is known"));
    }
    asked.credentials = name.zip(password);
    Ok(asked)
}

/// A repository, or the catalog, and the actions that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scope {
    kind: String,
    name: String,
    actions: Vec<String>,
}

/// `TYPE:NAME:ACTION,ACTION`, several of them in one text or in several. What is no scope is left out.
fn scopes(texts: &[String]) -> Result<Vec<Scope>, ApiError> {
    let each = texts.iter().flat_map(|text| text.split_ascii_whitespace());
    let scope = |text: &str| {
        let (kind, rest) = text.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        let actions = actions.split(',').map(str::to_owned).collect();
        Some(Scope { kind: kind.to_owned(), name: name.to_owned(), actions })
    };
    let scopes: Vec<_> = each.filter_map(scope).collect();
    if scopes.len() > BEARER_SCOPES {
        return Err(ApiError::bad_request(format!(
            "at most {BEARER_SCOPES} scopes can be asked for at once"
        )));
    }
    Ok(scopes)
}

struct Made {
    token: String,
    scope: String,
    issued_at: DateTime<Utc>,
}

impl Made {
    fn into_response(self, with_scope: bool) -> Response {
        let mut body = json!({
            "token": self.token,
            "access_token": self.token,
            "expires_in": BEARER_TIME.as_secs(),
            "issued_at": self.issued_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        });
        if with_scope && let Some(object) = body.as_object_mut() {
            object.insert("scope".to_owned(), self.scope.into());
        }
        let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (no_store, axum::Json(body)).into_response()
    }
}

/// A token; `None` for who has none to get one with, as one that was made from another token would outlive it.
fn make(
    engine: &Engine,
    head: &axum::http::request::Parts,
    principal: &Principal,
    scopes: &[Scope],
) -> Result<Option<Made>, StoreError> {
    let account = principal.account();
    if *principal == Principal::Refused || account.is_some_and(|account| account.bearer.is_some()) {
        return Ok(None);
    }
    let (granted, made) = engine.database.read(|tx| {
        let mut granted: Vec<Granted> = Vec::new();
        for scope in scopes {
            granted.extend(grant(tx, principal, scope)?);
        }
        Ok::<_, StoreError>((granted, tx.now()?))
    })?;
    let scope: Vec<String> = granted
        .iter()
        .map(|granted| format!("{}:{}:{}", granted.kind, granted.name, granted.actions.join(",")))
        .collect();
    let audience = origin::authority(engine, &head.uri, &head.headers);
    let key = engine.accounts.keys.newest(engine)?;
    let issued_at = engine.now();
    let token = bearer::sign(&key, &Claims::new(account, &audience, granted, issued_at, made))?;
    Ok(Some(Made { token, scope: scope.join(" "), issued_at }))
}

const ACTIONS: [(&str, Action); 3] =
    [("pull", Action::Pull), ("push", Action::Push), ("delete", Action::Delete)];

/// What of a scope is allowed; `None` where nothing is.
fn grant(
    tx: &mut limpid_store::Transaction<'_>,
    principal: &Principal,
    scope: &Scope,
) -> Result<Option<Granted>, StoreError> {
    let asks = |word: &str| scope.actions.iter().any(|action| action == word || action == "*");
    if scope.kind == "registry" && scope.name == "catalog" {
        let decision = authorize(tx, principal, Action::ListCatalog, &Object::Service)?;
        let is_granted = decision == Decision::Allowed && asks("*");
        return Ok(is_granted.then(|| Granted {
            kind: scope.kind.clone(),
            name: scope.name.clone(),
            actions: vec!["*".to_owned()],
            number: 0,
        }));
    }
    let whole = if scope.kind == "repository" { name::whole(&scope.name) } else { None };
    let Some(whole) = whole else { return Ok(None) };
    let object = Object::Repository(whole.clone());
    let mut actions = Vec::new();
    for (word, action) in ACTIONS {
        if asks(word) && authorize(tx, principal, action, &object)? == Decision::Allowed {
            actions.push(word.to_owned());
        }
    }
    if actions.is_empty() {
        return Ok(None);
    }
    let namespace = whole.split_once('/').map_or("", |(namespace, _)| namespace);
    let access = accounts::access(tx, 0, namespace, &whole)?;
    let number = access.and_then(|access| access.repository).map_or(0, |(number, ..)| number);
    Ok(Some(Granted { kind: "repository".to_owned(), name: whole, actions, number }))
}
