//! `/account`: one's own password and tokens.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use limpid_store::StoreError;

use super::{
    Sent, own_name,
    tokens::{self, NewToken, TokenRow},
    unknown_form,
};
use crate::{
    accounts::{self, Entered, administration},
    engine::Engine,
    face::work,
    http::ApiError,
    pages::{
        answer::{Reply, lead_to, page},
        frame::{Frame, Section},
    },
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "administration/account.html")]
pub(in crate::pages) struct AccountPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) name: String,
    pub(in crate::pages) email: String,
    pub(in crate::pages) role: &'static str,
    pub(in crate::pages) tokens: Vec<TokenRow>,
    pub(in crate::pages) made: Option<NewToken>,
    /// Who vouches for people beside, where there is somebody.
    pub(in crate::pages) provider: Option<ProviderView>,
    /// Whether there is a password: whom a provider vouches for has none.
    pub(in crate::pages) has_password: bool,
}

/// The provider of sign-in, as an account sees it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct ProviderView {
    pub(in crate::pages) name: String,
    /// Whether it vouches for this account.
    pub(in crate::pages) is_linked: bool,
    /// Where to go on to it, where linking began.
    pub(in crate::pages) go_on: Option<String>,
}

/// `GET`.
pub(in crate::pages) async fn show(call: Call, frame: Frame) -> Reply {
    let name = own_name(&call.principal)?;
    work(&call.engine, move |engine| shown(engine, frame, &name, None, None)).await
}

fn shown(engine: &Engine, frame: Frame, name: &str, made: Option<NewToken>, go_on: Option<String>) -> Reply {
    let account = tokens::find(engine, name)?;
    let read = engine.database.read::<_, StoreError>(|tx| {
        let password = limpid_store::accounts::password(tx, account.number)?;
        Ok((password.is_some(), limpid_store::accounts::subject(tx, account.number)?.is_some()))
    });
    let (has_password, is_linked) = read?;
    let provider = accounts::provider_name(engine);
    page(&AccountPage {
        frame: frame.titled(Section::Nowhere, "Your account"),
        tokens: tokens::rows(engine, account.number)?,
        role: account.role.word(),
        name: account.name,
        email: account.email,
        made,
        provider: provider.map(|name| ProviderView { name, is_linked, go_on }),
        has_password,
    })
}

/// `POST`.
pub(in crate::pages) async fn change(call: Call, frame: Frame) -> Reply {
    let name = own_name(&call.principal)?;
    let sent = Sent::of(call).await?;
    match sent.form.get("do") {
        "password" => password(sent, name).await,
        "link" => link(sent, frame, name).await,
        "unlink" => {
            let own = name.clone();
            prove(&sent, &name).await?;
            sent.change("unlink", format!("account {name}"), move |engine, _| {
                administration::unlink(engine, &own)
            })
            .await?;
            lead_to("/account")
        }
        "make-token" => {
            let owner = name.clone();
            let made = sent
                .change("make-token", format!("account {name}"), move |engine, form| {
                    tokens::make(engine, &owner, form)
                })
                .await?;
            let made = NewToken::of(&name, &made);
            work(&sent.engine, move |engine| shown(engine, frame, &name, Some(made), None)).await
        }
        "revoke-token" => {
            let object = format!("account {name}, token {}", sent.get("id"));
            sent.change("revoke-token", object, move |engine, form| {
                administration::revoke_token(engine, &name, form.get("id"))
            })
            .await?;
            lead_to("/account")
        }
        other => Err(unknown_form(other)),
    }
}

/// Asks for the present password, so that an open browser is not enough.
async fn prove(sent: &Sent, name: &str) -> Result<(), ApiError> {
    let (head, form, name) = (sent.head.clone(), sent.form.clone(), name.to_owned());
    let proven =
        work(&sent.engine, move |engine| accounts::prove(engine, &head, &name, form.get("current"))).await?;
    match proven {
        accounts::Proven::Yes => Ok(()),
        accounts::Proven::No => {
            Err(ApiError::new(StatusCode::FORBIDDEN, "the present password is another one"))
        }
        accounts::Proven::Later => Err(ApiError::too_many_requests("too many attempts; try again later")),
    }
}

/// Shows the way to the provider. A form could not lead there: the policy of pages lets none lead to another site.
async fn link(sent: Sent, frame: Frame, name: String) -> Reply {
    prove(&sent, &name).await?;
    let (head, principal) = (sent.head.clone(), sent.principal.clone());
    let begun = work(&sent.engine, move |engine| accounts::begin_link(engine, &principal, &head)).await?;
    let begun =
        begun.ok_or_else(|| ApiError::bad_request("an account is linked in a browser that is signed in"))?;
    let accounts::Linking { location, cookie } = begun;
    let mut response =
        work(&sent.engine, move |engine| shown(engine, frame, &name, None, Some(location))).await?;
    let value = HeaderValue::from_str(&cookie)
        .map_err(|error| ApiError::internal(format!("a cookie cannot be sent: {error}")))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

/// Asks for the present password, so that an open browser is not enough. All sessions end, and a new one begins here.
async fn password(sent: Sent, name: String) -> Reply {
    let (head, form, own) = (sent.head.clone(), sent.form.clone(), name.clone());
    let entered =
        work(&sent.engine, move |engine| accounts::enter(engine, &head, &own, form.get("current"))).await?;
    proven(entered)?;
    let own = name.clone();
    sent.change("change-password", format!("account {name}"), move |engine, form| {
        administration::set_password(engine, &own, form.get("new"))
    })
    .await?;
    let (head, form) = (sent.head.clone(), sent.form.clone());
    let entered =
        work(&sent.engine, move |engine| accounts::enter(engine, &head, &name, form.get("new"))).await?;
    let cookie = proven(entered)?;
    let mut response = lead_to("/account")?;
    let value = HeaderValue::from_str(&cookie)
        .map_err(|error| ApiError::internal(format!("a cookie cannot be sent: {error}")))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

fn proven(entered: Entered) -> Result<String, ApiError> {
    match entered {
        Entered::Session(cookie) => Ok(cookie),
        Entered::Wrong | Entered::Foreign => {
            Err(ApiError::new(StatusCode::FORBIDDEN, "the present password is another one"))
        }
        Entered::Later(_) => Err(ApiError::too_many_requests("too many attempts; try again later")),
    }
}
