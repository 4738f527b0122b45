//! Sign-in, sign-out, and how somebody likes pages.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    answer::{Reply, lead_to, page, page_with},
    form::Form,
    frame::{Frame, Section, THEME_COOKIE, Theme, own_path},
    query,
};
use crate::{
    accounts::{self, Entered},
    face::work,
    http::ApiError,
    limits::THEME_SECONDS,
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub(super) frame: Frame,
    /// Where to go on to.
    pub(super) to: String,
    pub(super) name: String,
    /// Why it did not work; empty at first.
    pub(super) problem: String,
}

/// `GET /sign-in`.
pub(super) async fn show(call: Call, frame: Frame) -> Reply {
    let to = own_path(query(&call).get("to")).to_owned();
    if frame.account.is_some() {
        return lead_to(&to);
    }
    page(&SignInPage {
        frame: frame.titled(Section::Nowhere, "Sign in"),
        to,
        name: String::new(),
        problem: String::new(),
    })
}

/// `POST /sign-in`.
pub(super) async fn enter(call: Call, frame: Frame) -> Reply {
    let (head, body) = call.request.into_parts();
    let form = Form::of_body(axum::extract::Request::from_parts(head.clone(), body)).await?;
    let to = own_path(form.get("to")).to_owned();
    let name = form.get("name").to_owned();
    let entered = work(&call.engine, move |engine| {
        accounts::enter(engine, &head, form.get("name"), form.get("password"))
    })
    .await?;
    let (status, problem) = match entered {
        Entered::Session(cookie) => return with_cookie(lead_to(&to)?, &cookie),
        Entered::Wrong => (StatusCode::UNAUTHORIZED, "Name or password are wrong.".to_owned()),
        Entered::Foreign => {
            (StatusCode::FORBIDDEN, "This was sent by another site’s page. Sign in here.".to_owned())
        }
        Entered::Later(pause) => {
            let seconds = pause.as_secs().saturating_add(1);
            (StatusCode::TOO_MANY_REQUESTS, format!("Too many attempts. Try again in {seconds} seconds."))
        }
    };
    page_with(status, &SignInPage { frame: frame.titled(Section::Nowhere, "Sign in"), to, name, problem })
}

/// `POST /sign-out`.
pub(super) async fn leave(call: Call, _frame: Frame) -> Reply {
    let headers = call.request.headers().clone();
    let cookie = work(&call.engine, move |engine| accounts::end_session(engine, &headers)).await?;
    with_cookie(lead_to("/")?, &cookie)
}

/// `POST /theme`.
pub(super) async fn theme(call: Call, _frame: Frame) -> Reply {
    let form = Form::of_body(call.request).await?;
    let word = Theme::of(form.get("theme")).word();
    let seconds = if word.is_empty() { 0 } else { THEME_SECONDS };
    let cookie = format!("{THEME_COOKIE}={word}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    with_cookie(lead_to(own_path(form.get("to")))?, &cookie)
}

fn with_cookie(mut response: Response, cookie: &str) -> Reply {
    let value = HeaderValue::from_str(cookie)
        .map_err(|error| ApiError::internal(format!("a cookie cannot be sent: {error}")))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}
