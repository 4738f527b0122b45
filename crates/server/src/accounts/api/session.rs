//! Sign-in and sign-out of browsers.

use axum::{
    extract::Request,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;

use super::Reply;
use crate::{
    accounts::{Entered, end_session, enter, sign_in::seconds},
    face::work,
    http::{ApiError, limit},
    limits::BODY_BYTES,
    public::Call,
    secret::Secret,
};

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: Secret,
}

pub(super) async fn begin(call: Call) -> Reply {
    let Call { engine, request, .. } = call;
    let (head, body) = request.into_parts();
    let bytes = limit::read_within(Request::from_parts(head.clone(), body), BODY_BYTES).await?;
    let credentials: Credentials = serde_json::from_slice(&bytes)
        // What is wrong may repeat the password.
        .map_err(|_wrong| ApiError::bad_request("a JSON object with name and password is expected"))?;
    let entered =
        work(&engine, move |engine| enter(engine, &head, &credentials.name, credentials.password.reveal()))
            .await?;
    match entered {
        Entered::Session(cookie) => {
            Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
        }
        Entered::Wrong => Err(ApiError::new(StatusCode::UNAUTHORIZED, "name or password are wrong")),
        Entered::Foreign => Err(ApiError::new(StatusCode::FORBIDDEN, "this was sent by another site's page")),
        Entered::Later(pause) => {
            let error = ApiError::too_many_requests("too many attempts to sign in");
            Err(error.retry_after(seconds(pause)))
        }
    }
}

pub(super) async fn end(call: Call) -> Reply {
    let headers = call.request.headers().clone();
    let cookie = work(&call.engine, move |engine| end_session(engine, &headers)).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
