//! Pages for who administers: their own account, the service, namespaces, repositories, the audit.
//!
//! Each page has its forms sent to itself; the field `do` says which it was. What a form does is done where the API does it too.

pub(super) mod account;
pub(super) mod audit;
mod decisions;
mod gate;
pub(super) mod namespace;
pub(super) mod notifications;
pub(super) mod repository;
pub(super) mod service;
mod space;
pub(super) mod tokens;

use axum::{extract::Request, http::request::Parts};

use super::form::Form;
use crate::{
    accounts::{Principal, administration::Failure, note_change},
    engine::Engine,
    face::work,
    http::ApiError,
    public::Call,
};

/// A form that was sent to a page, with who sent it.
struct Sent {
    engine: std::sync::Arc<Engine>,
    principal: Principal,
    head: Parts,
    form: Form,
}

impl Sent {
    async fn of(call: Call) -> Result<Self, ApiError> {
        let (head, body) = call.request.into_parts();
        let form = Form::of_body(Request::from_parts(head.clone(), body)).await?;
        Ok(Self { engine: call.engine, principal: call.principal, head, form })
    }

    /// Changes something, and keeps in the audit what was changed.
    async fn change<T: Send + 'static>(
        &self,
        what: &'static str,
        object: String,
        change: impl FnOnce(&Engine, &Form) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (form, principal) = (self.form.clone(), self.principal.clone());
        work(&self.engine, move |engine| {
            let done = change(engine, &form)?;
            note_change(engine, &principal, what, &object);
            Ok::<_, Failure>(done)
        })
        .await
    }

    fn get(&self, name: &str) -> String {
        self.form.get(name).trim().to_owned()
    }
}

/// A form that says something that its page does not have.
fn unknown_form(word: &str) -> ApiError {
    ApiError::bad_request(format!("“{word}” is nothing that this page does"))
}

/// The name of whoever asks.
fn own_name(principal: &Principal) -> Result<String, ApiError> {
    let account = principal.account().ok_or_else(super::problem::nothing)?;
    Ok(account.name.clone())
}
