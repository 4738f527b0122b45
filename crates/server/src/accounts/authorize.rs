//! The one decision: whether somebody may do something to something.
//!
//! Three things must agree: what was granted to the account, what the token that was shown is for, and what a bearer token was
//! asked for. Who may see nothing of an object is told that it is not there.

use limpid_store::{
    StoreError, Transaction,
    accounts::{self, Access, Role, ServiceRole},
};
use serde_json::Value;

use super::{Action, Decision, Object, Principal, name, principal::Signed};

/// Everything that can be done to a repository or namespace.
const DEEDS: [Action; 8] = [
    Action::Pull,
    Action::Push,
    Action::Overwrite,
    Action::Delete,
    Action::ReadReport,
    Action::RequestIndex,
    Action::ReadSettings,
    Action::Administer,
];

/// Whether somebody may do something.
///
/// # Errors
/// Those of the database.
pub(crate) fn authorize(
    tx: &mut Transaction<'_>,
    principal: &Principal,
    action: Action,
    object: &Object,
) -> Result<Decision, StoreError> {
    let account = match principal {
        // Also where nobody needs to say who they are: whose password is wrong wants to know.
        Principal::Refused => return Ok(Decision::SignIn),
        Principal::Anonymous => None,
        Principal::Account(account) => Some(account),
    };
    match (action, account) {
        (Action::Look, _) | (Action::Enter, Some(_)) | (Action::ListCatalog, None) => Ok(Decision::Allowed),
        (Action::Enter | Action::ChangeSelf, None) => Ok(Decision::SignIn),
        (Action::ChangeSelf, Some(account)) => {
            let may = !account.is_restricted() && account.robot_of.is_none();
            Ok(if may { Decision::Allowed } else { Decision::Forbidden })
        }
        (Action::ListCatalog, Some(account)) => Ok(list_catalog(account)),
        (
            Action::Pull
            | Action::Push
            | Action::Overwrite
            | Action::Delete
            | Action::ReadReport
            | Action::RequestIndex
            | Action::ReadSettings
            | Action::Administer
            | Action::ReadService
            | Action::Operate,
            _,
        ) => match object {
            Object::Service => Ok(of_service(account, action)),
            Object::Namespace(namespace) => of_place(tx, account, action, namespace, ""),
            Object::Repository(repository) => {
                let whole = name::whole(repository).unwrap_or_default();
                let namespace = whole.split_once('/').map_or("", |(namespace, _)| namespace);
                of_place(tx, account, action, namespace, &whole)
            }
        },
    }
}

fn list_catalog(account: &Signed) -> Decision {
    let by_scope = |scope: &super::scope::Scope| scope.allows(Action::ListCatalog, "");
    if account.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(by_scope)) {
        return Decision::Forbidden;
    }
    match &account.bearer {
        Some(bearer) if !bearer.granted.iter().any(|granted| granted.is_catalog()) => Decision::SignIn,
        Some(_) | None => Decision::Allowed,
    }
}

/// What belongs to nobody in particular: an administrator's, and never a token's.
fn of_service(account: Option<&Signed>, action: Action) -> Decision {
    let Some(account) = account else { return Decision::SignIn };
    if account.is_superuser() || (account.is_auditor() && action.reads()) {
        Decision::Allowed
    } else {
        Decision::Forbidden
    }
}

/// What an account may do at a place, before its tokens are looked at.
struct Standing {
    role: Option<Role>,
    service: ServiceRole,
    writers_overwrite: bool,
}

impl Standing {
    fn may(&self, action: Action) -> bool {
        if self.service == ServiceRole::Superuser || (self.service == ServiceRole::Auditor && action.reads())
        {
            return true;
        }
        let needed = match action {
            Action::Pull | Action::ReadReport => Role::Reader,
            Action::Push | Action::RequestIndex => Role::Writer,
            Action::Overwrite if self.writers_overwrite => Role::Writer,
            Action::Overwrite | Action::Delete | Action::ReadSettings | Action::Administer => Role::Admin,
            // Decided before, or nothing that is done to a place.
            Action::Look
            | Action::Enter
            | Action::ChangeSelf
            | Action::ListCatalog
            | Action::ReadService
            | Action::Operate => return false,
        };
        self.role >= Some(needed)
    }
}

fn of_place(
    tx: &mut Transaction<'_>,
    account: Option<&Signed>,
    action: Action,
    namespace: &str,
    repository: &str,
) -> Result<Decision, StoreError> {
    let number = account.map_or(0, |account| account.number);
    let access = accounts::access(tx, number, namespace, repository)?;
    let is_public = access
        .as_ref()
        .and_then(|access| access.repository.as_ref())
        .is_some_and(|(_, is_public, ..)| *is_public);
    if is_public && matches!(action, Action::Pull | Action::ReadReport) {
        return Ok(Decision::Allowed);
    }
    let Some(account) = account else { return Ok(Decision::SignIn) };
    let standing = standing(account, access.as_ref())?;
    let in_scope = |action| {
        account
            .scopes
            .as_ref()
            .is_none_or(|scopes| scopes.iter().any(|scope| scope.allows(action, repository)))
    };
    if standing.may(action) && in_scope(action) {
        return Ok(by_bearer(account, action, repository, access.as_ref()));
    }
    let sees = is_public || DEEDS.iter().any(|deed| standing.may(*deed) && in_scope(*deed));
    let sees = sees || (repository.is_empty() && sees_namespace(tx, account, access.as_ref())?);
    Ok(if sees { Decision::Forbidden } else { Decision::Hidden })
}

fn standing(account: &Signed, access: Option<&Access>) -> Result<Standing, StoreError> {
    let mut standing = Standing { role: None, service: account.role, writers_overwrite: false };
    let Some(access) = access else { return Ok(standing) };
    // A robot is made by whoever administers its namespace, and its scopes are what they gave it.
    let is_own = account.robot_of == Some(access.namespace) && account.scopes.is_some();
    standing.role = if is_own { Some(Role::Admin) } else { access.role };
    let of_repository = access.repository.as_ref().map(|(_, _, settings, _)| settings.as_str());
    let said = of_repository.map(writers_overwrite).transpose()?.flatten();
    standing.writers_overwrite = match said {
        Some(said) => said,
        None => writers_overwrite(&access.namespace_settings)?.unwrap_or(false),
    };
    Ok(standing)
}

/// The setting `writers_overwrite`, where it is set.
fn writers_overwrite(settings: &str) -> Result<Option<bool>, StoreError> {
    if settings.is_empty() {
        return Ok(None);
    }
    let settings: Value = serde_json::from_str(settings)
        .map_err(|error| StoreError::Damaged(format!("settings that are no JSON: {error}")))?;
    Ok(settings.get("writers_overwrite").and_then(Value::as_bool))
}

/// Who lacks only what its bearer token was not asked for, asks for another one.
fn by_bearer(account: &Signed, action: Action, repository: &str, access: Option<&Access>) -> Decision {
    let Some(bearer) = &account.bearer else { return Decision::Allowed };
    let found = access.and_then(|access| access.repository.as_ref());
    let is_granted = bearer.granted.iter().any(|granted| {
        granted.allows(action, repository)
            && match found {
                // What was there under this name when the token was made may be gone, and this be another.
                Some((number, _, _, created_at)) => {
                    granted.number == *number || (granted.number == 0 && *created_at >= bearer.issued_at)
                }
                None => true,
            }
    });
    if is_granted { Decision::Allowed } else { Decision::SignIn }
}

fn sees_namespace(
    tx: &mut Transaction<'_>,
    account: &Signed,
    access: Option<&Access>,
) -> Result<bool, StoreError> {
    match access {
        Some(access) if !account.is_restricted() => accounts::is_seen(tx, account.number, access.namespace),
        Some(_) | None => Ok(false),
    }
}
