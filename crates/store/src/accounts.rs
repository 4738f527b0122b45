//! Who there is, and who may do what: accounts, namespaces, teams, permissions, tokens, sessions, and the audit.
//!
//! Rows only: who may do something is decided by the service. Numbers are never used again, so what was granted to one that is
//! gone is nobody's; and of secrets only what cannot be turned back is kept here.

mod account;
mod audit;
mod garbage;
mod namespace;
mod permission;
mod sessions;
mod sign_in;
mod signing_keys;
mod teams;
mod tokens;

pub use self::{
    account::{
        Account, AccountKind, NewAccount, ServiceRole, change, clear_subject, create, delete, find,
        find_by_number, find_by_subject, has_email, list, list_robots, password, set_password, set_subject,
        subject, superusers,
    },
    audit::{AuditFilter, AuditRow, NewAuditRow, audit, audited},
    garbage::{Collected, collect_garbage},
    namespace::{
        Namespace, create_namespace, delete_namespace, find_namespace, list_namespaces, namespaces_of,
    },
    permission::{
        Access, Holder, Permission, Role, access, grant, is_seen, permissions, revoke, set_visibility,
    },
    sessions::{
        NewSession, begin_link, create_session, end_session, end_sessions, session_account, take_link,
        touch_session,
    },
    sign_in::{Failures, clear_failures, failures, note_failure},
    signing_keys::{SigningKey, add_signing_key, signing_keys},
    teams::{
        Team, add_member, create_team, delete_team, find_team, follow_groups, list_members, list_teams,
        remove_member, set_team_group, team_group,
    },
    tokens::{
        NewToken, Token, create_token, delete_token, find_token, find_token_by_hash, list_tokens, touch_token,
    },
};
