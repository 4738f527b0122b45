//! `/account`: one's own password and tokens.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};

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
}

/// `GET`.
pub(in crate::pages) async fn show(call: Call, frame: Frame) -> Reply {
    let name = own_name(&call.principal)?;
    work(&call.engine, move |engine| shown(engine, frame, &name, None)).await
}

fn shown(engine: &Engine, frame: Frame, name: &str, made: Option<NewToken>) -> Reply {
    let account = tokens::find(engine, name)?;
    page(&AccountPage {
        frame: frame.titled(Section::Nowhere, "Your account"),
        tokens: tokens::rows(engine, account.number)?,
        role: account.role.word(),
        name: account.name,
        email: account.email,
        made,
    })
}

/// `POST`.
pub(in crate::pages) async fn change(call: Call, frame: Frame) -> Reply {
    let name = own_name(&call.principal)?;
    let sent = Sent::of(call).await?;
    match sent.form.get("do") {
        "password" => password(sent, name).await,
        "make-token" => {
            let owner = name.clone();
            let made = sent
                .change("make-token", format!("account {name}"), move |engine, form| {
                    tokens::make(engine, &owner, form)
                })
                .await?;
            let made = NewToken::of(&name, &made);
            work(&sent.engine, move |engine| shown(engine, frame, &name, Some(made))).await
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
