//! What is kept of decisions.
//!
//! Kept is every decision about an account, and every attempt with wrong credentials; not that anybody may look at what
//! everybody may, nor that one who did not say who they are was asked to. Equal ones of some seconds are one row that counts
//! them, so a push of a thousand blobs is a row or two. What changes accounts, settings or removes something is written before
//! it is done; the rest is written within seconds, and at the end of the process.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use limpid_store::{
    StoreError,
    accounts::{self, Account, NewAuditRow},
};

use super::{Action, Decision, Object, Principal};
use crate::{
    engine::Engine,
    limits::{AUDIT_OBJECTS, AUDIT_WAITING},
};

/// Decisions that are not written yet, and how often each was made.
#[derive(Debug, Default)]
pub(super) struct AuditBuffer(Mutex<HashMap<NewAuditRow, i64>>);

impl AuditBuffer {
    /// Notes a decision. Returns whether so many wait that they should be written.
    fn note(&self, mut row: NewAuditRow) -> bool {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Who asks for a thousand things that are not there must not push out what others did.
        let own = |known: &&NewAuditRow| known.account == row.account && known.peer == row.peer;
        if !rows.contains_key(&row) && rows.keys().filter(own).count() >= AUDIT_OBJECTS {
            "(others)".clone_into(&mut row.object);
        }
        *rows.entry(row).or_default() += 1;
        rows.len() >= AUDIT_WAITING
    }

    fn take(&self) -> Vec<(NewAuditRow, i64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    fn put_back(&self, rows: Vec<(NewAuditRow, i64)>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (row, times) in rows {
            *waiting.entry(row).or_default() += times;
        }
    }
}

/// Whether a decision is written before anything else happens.
fn is_grave(action: Action, decision: Decision) -> bool {
    let changes =
        matches!(action, Action::Delete | Action::Administer | Action::Operate | Action::ChangeSelf);
    changes && decision == Decision::Allowed
}

/// Keeps a decision.
///
/// # Errors
/// Those of the database, where it is written at once.
pub(super) fn note(
    engine: &Engine,
    principal: &Principal,
    action: Action,
    object: &Object,
    decision: Decision,
    peer: Option<IpAddr>,
) -> Result<(), StoreError> {
    let (account, object, detail) = match principal {
        Principal::Anonymous => return Ok(()),
        // Whatever they asked for: guesses must not fill the audit.
        Principal::Refused => ("", String::new(), "credentials that are wrong, expired or revoked"),
        Principal::Account(_) if matches!(action, Action::Look | Action::Enter) => return Ok(()),
        Principal::Account(signed) => {
            (signed.name.as_str(), object.to_string(), signed.token.as_deref().unwrap_or_default())
        }
    };
    let is_token = !account.is_empty() && !detail.is_empty();
    let is_full = engine.accounts.audit.note(NewAuditRow {
        account: account.to_owned(),
        action: action.word().to_owned(),
        object,
        decision: decision.word().to_owned(),
        detail: if is_token { format!("token {detail}") } else { detail.to_owned() },
        peer: peer.map(|peer| peer.to_canonical().to_string()).unwrap_or_default(),
    });
    if is_grave(action, decision) {
        return write(engine, true);
    }
    if is_full { write(engine, false) } else { Ok(()) }
}

/// Keeps what was done to an account or namespace, beside the decision that it may be done.
pub(crate) fn note_change(engine: &Engine, principal: &Principal, change: &str, object: &str) {
    let Some(signed) = principal.account() else { return };
    engine.accounts.audit.note(NewAuditRow {
        account: signed.name.clone(),
        action: change.to_owned(),
        object: object.to_owned(),
        decision: "done".to_owned(),
        detail: String::new(),
        peer: signed.peer.map(|peer| peer.to_canonical().to_string()).unwrap_or_default(),
    });
}

/// Keeps that somebody signed in whom a provider vouches for.
pub(super) fn note_sign_in(engine: &Engine, account: &Account, peer: Option<IpAddr>) {
    engine.accounts.audit.note(NewAuditRow {
        account: account.name.clone(),
        action: "sign-in".to_owned(),
        object: format!("account {}", account.name),
        decision: "done".to_owned(),
        detail: "OpenID Connect".to_owned(),
        peer: peer.map(|peer| peer.to_canonical().to_string()).unwrap_or_default(),
    });
}

/// Keeps that somebody tried to sign in. A name that is none may be a password, and is not kept.
pub(super) fn note_failed_sign_in(engine: &Engine, account: Option<&Account>, peer: Option<IpAddr>) {
    let name = account.map(|account| account.name.clone()).unwrap_or_default();
    engine.accounts.audit.note(NewAuditRow {
        account: name.clone(),
        action: "sign-in".to_owned(),
        object: if name.is_empty() { "no account".to_owned() } else { format!("account {name}") },
        decision: "refused".to_owned(),
        detail: String::new(),
        peer: peer.map(|peer| peer.to_canonical().to_string()).unwrap_or_default(),
    });
}

/// Writes what waits. What cannot be written waits on.
///
/// # Errors
/// Those of the database.
pub(crate) fn write(engine: &Engine, to_last: bool) -> Result<(), StoreError> {
    let rows = engine.accounts.audit.take();
    if rows.is_empty() {
        return Ok(());
    }
    let written = if to_last {
        engine.database.write(|tx| accounts::audit(tx, &rows))
    } else {
        engine.database.write_soon(|tx| accounts::audit(tx, &rows))
    };
    if written.is_err() {
        engine.accounts.audit.put_back(rows);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(account: &str, object: &str) -> NewAuditRow {
        NewAuditRow {
            account: account.to_owned(),
            action: "pull".to_owned(),
            object: object.to_owned(),
            decision: "hidden".to_owned(),
            detail: String::new(),
            peer: String::new(),
        }
    }

    #[test]
    fn equal_decisions_are_one_row_and_nobody_fills_it_with_names() {
        let buffer = AuditBuffer::default();
        for number in 0..AUDIT_OBJECTS + 10 {
            buffer.note(row("mallory", &format!("repository a/{number}")));
        }
        buffer.note(row("mallory", "repository a/0"));
        buffer.note(row("alice", "repository a/b"));
        let rows: HashMap<_, _> = buffer.take().into_iter().collect();
        assert_eq!(rows.len(), AUDIT_OBJECTS + 2);
        assert_eq!(rows[&row("mallory", "(others)")], 10);
        assert_eq!(rows[&row("mallory", "repository a/0")], 2);
        assert_eq!(rows[&row("alice", "repository a/b")], 1);
        buffer.put_back(rows.into_iter().collect());
        assert!(!buffer.note(row("alice", "repository a/b")));
        assert!(buffer.take().contains(&(row("alice", "repository a/b"), 2)));
    }
}
