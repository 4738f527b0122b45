//! `/administration`: users, and the namespaces that there are.

use askama::Template;
use limpid_store::{
    StoreError,
    accounts::{self as store, Account, AccountKind, ServiceRole},
};

use super::{Sent, unknown_form};
use crate::{
    accounts::administration::{self, Failure, NewUser, UserChange},
    face::work,
    limits::ACCOUNTS_LIST,
    pages::{
        answer::{Reply, lead_to, page},
        form::{Form, query_of},
        frame::{Frame, Section},
        parts::Moment,
        query,
    },
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "administration/service.html")]
pub(in crate::pages) struct ServicePage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) users: Vec<UserRow>,
    /// Where the next users are.
    pub(in crate::pages) next: Option<String>,
    pub(in crate::pages) roles: [(&'static str, &'static str); 3],
}

/// A user.
#[derive(Debug, Clone)]
pub(in crate::pages) struct UserRow {
    pub(in crate::pages) name: String,
    pub(in crate::pages) email: String,
    pub(in crate::pages) role: &'static str,
    pub(in crate::pages) is_enabled: bool,
    pub(in crate::pages) made: Moment,
}

/// The roles in the service, and what each may do.
pub(in crate::pages) const ROLES: [(&str, &str); 3] = [
    ("", "user: what is granted in namespaces"),
    ("auditor", "auditor: read everything"),
    ("superuser", "superuser: do everything"),
];

/// `GET`.
pub(in crate::pages) async fn show(call: Call, frame: Frame) -> Reply {
    let after = query(&call).get("after").to_owned();
    work(&call.engine, move |engine| {
        let found = engine.database.read::<_, StoreError>(|tx| store::list(tx, &after, ACCOUNTS_LIST))?;
        let is_full = found.len() as u64 >= ACCOUNTS_LIST;
        let last = found.last().map(|account| account.name.clone()).filter(|_| is_full);
        let now = engine.now();
        let row = |account: Account| UserRow {
            role: account.role.word(),
            name: account.name,
            email: account.email,
            is_enabled: account.is_enabled,
            made: Moment::ago(account.created_at, now),
        };
        page(&ServicePage {
            frame: frame.titled(Section::Administration, "Administration"),
            users: found.into_iter().filter(|account| account.kind == AccountKind::User).map(row).collect(),
            next: last.map(|name| format!("/administration{}", query_of([("after", name.as_str())]))),
            roles: ROLES,
        })
    })
    .await
}

fn role(form: &Form) -> Result<ServiceRole, Failure> {
    let word = form.get("role");
    ServiceRole::of_word(word).ok_or_else(|| Failure::Invalid(format!("“{word}” is no role")))
}

/// `POST`.
pub(in crate::pages) async fn change(call: Call, _frame: Frame) -> Reply {
    let sent = Sent::of(call).await?;
    let name = sent.get("name");
    let object = format!("account {name}");
    match sent.form.get("do") {
        "make-user" => {
            sent.change("make-user", object, move |engine, form| {
                let password = Some(form.get("password")).filter(|text| !text.is_empty());
                let new =
                    NewUser { name: &name, password, email: form.get("email").trim(), role: role(form)? };
                administration::create_user(engine, &new)
            })
            .await?;
        }
        "change-user" => {
            sent.change("change-user", object, move |engine, form| {
                let change = UserChange {
                    password: Some(form.get("password")).filter(|text| !text.is_empty()),
                    role: Some(role(form)?),
                    is_enabled: Some(form.has("enabled")),
                    ..UserChange::default()
                };
                administration::change_user(engine, &name, &change)
            })
            .await?;
        }
        "remove-user" => {
            sent.change("remove-user", object, move |engine, _| administration::delete_user(engine, &name))
                .await?;
        }
        "make-namespace" => {
            let object = format!("namespace {name}");
            let address = format!("/namespaces/{name}");
            sent.change("make-namespace", object, move |engine, _| {
                administration::create_namespace(engine, &name)
            })
            .await?;
            return lead_to(&address);
        }
        other => return Err(unknown_form(other)),
    }
    lead_to("/administration")
}
