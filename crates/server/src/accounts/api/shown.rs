//! The documents of the API of accounts.

use chrono::{DateTime, Utc};
use limpid_store::{
    StoreError,
    accounts::{Account, AccountKind, AuditRow, Namespace, Permission, Token},
};
use serde::{Deserialize, Serialize};

use crate::accounts::{administration::MadeToken, name};

/// A user.
#[derive(Serialize)]
pub(super) struct User {
    name: String,
    email: String,
    role: &'static str,
    enabled: bool,
    created_at: DateTime<Utc>,
}

impl From<Account> for User {
    fn from(account: Account) -> Self {
        Self {
            name: account.name,
            email: account.email,
            role: account.role.word(),
            enabled: account.is_enabled,
            created_at: account.created_at,
        }
    }
}

/// Whoever asks.
#[derive(Serialize)]
pub(super) struct OwnAccount {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) role: &'static str,
    pub(super) email: String,
}

impl From<Account> for OwnAccount {
    fn from(account: Account) -> Self {
        let kind = match account.kind {
            AccountKind::User => "user",
            AccountKind::Robot => "robot",
        };
        Self { name: account.name, kind, role: account.role.word(), email: account.email }
    }
}

/// A robot.
#[derive(Serialize)]
pub(super) struct Robot {
    name: String,
    account: String,
    created_at: DateTime<Utc>,
}

impl From<Account> for Robot {
    fn from(account: Account) -> Self {
        Self {
            name: name::of_robot(&account).to_owned(),
            created_at: account.created_at,
            account: account.name,
        }
    }
}

/// A token, without its secret.
#[derive(Serialize)]
pub(super) struct ShownToken {
    id: String,
    name: String,
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
    expired: bool,
}

impl TryFrom<Token> for ShownToken {
    type Error = StoreError;

    fn try_from(token: Token) -> Result<Self, StoreError> {
        let scopes = crate::accounts::token_scopes(&token)?;
        Ok(Self {
            scopes: scopes.iter().map(ToString::to_string).collect(),
            id: token.id,
            name: token.name,
            created_at: token.created_at,
            expires_at: token.expires_at,
            used_at: token.used_at,
            expired: token.is_expired,
        })
    }
}

/// A token that is to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequest {
    #[serde(default)]
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) days: u32,
}

/// A token that was made: the one time that it is shown.
#[derive(Serialize)]
pub(super) struct ShownSecret {
    id: String,
    token: String,
}

impl From<MadeToken> for ShownSecret {
    fn from(made: MadeToken) -> Self {
        Self { id: made.id, token: made.secret.reveal().to_owned() }
    }
}

/// A namespace.
#[derive(Serialize)]
pub(super) struct ShownNamespace {
    name: String,
    created_at: DateTime<Utc>,
    quota_bytes: Option<i64>,
    settings: serde_json::Value,
}

impl TryFrom<Namespace> for ShownNamespace {
    type Error = StoreError;

    fn try_from(namespace: Namespace) -> Result<Self, StoreError> {
        let settings = serde_json::from_str(&namespace.settings).map_err(|error| {
            StoreError::Damaged(format!("the settings of namespace {}: {error}", namespace.name))
        })?;
        Ok(Self {
            name: namespace.name,
            created_at: namespace.created_at,
            quota_bytes: namespace.quota_bytes,
            settings,
        })
    }
}

/// A permission: of a user (or robot) or of a team.
#[derive(Serialize)]
pub(super) struct ShownPermission {
    #[serde(skip_serializing_if = "String::is_empty")]
    user: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    role: &'static str,
}

impl From<Permission> for ShownPermission {
    fn from(permission: Permission) -> Self {
        Self { user: permission.account, team: permission.team, role: permission.role.word() }
    }
}

/// A row of the audit.
#[derive(Serialize)]
pub(super) struct ShownAudit {
    number: i64,
    happened_at: DateTime<Utc>,
    times: u64,
    account: String,
    action: String,
    object: String,
    decision: String,
    detail: String,
    peer: String,
}

impl From<AuditRow> for ShownAudit {
    fn from(audit: AuditRow) -> Self {
        let AuditRow { number, happened_at, times, row } = audit;
        Self {
            number,
            happened_at,
            times,
            account: row.account,
            action: row.action,
            object: row.object,
            decision: row.decision,
            detail: row.detail,
            peer: row.peer,
        }
    }
}
