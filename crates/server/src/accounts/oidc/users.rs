//! The users of a provider's people.

use limpid_store::accounts::{self, Account, ServiceRole};

use super::{OidcError, id_token::Person};
use crate::{
    accounts::{
        administration::{self, Failure, NewUser, UserChange},
        name,
    },
    configuration::Oidc,
    engine::Engine,
};

/// Names that are tried for somebody whose own is taken.
const ATTEMPTS: u32 = 100;

/// How a person is known here.
fn subject(oidc: &Oidc, person: &Person) -> String {
    format!("{}#{}", oidc.issuer, person.subject)
}

/// The account of a person; a new one at the first time, where that is allowed. What the provider's groups say counts from now on.
pub(super) fn of(engine: &Engine, oidc: &Oidc, person: &Person) -> Result<Account, OidcError> {
    let subject = subject(oidc, person);
    let found = engine.database.read(|tx| accounts::find_by_subject(tx, &subject))?;
    let account = match found {
        Some(account) if account.is_enabled => account,
        Some(_) => return Err(OidcError::NoAccount),
        None if oidc.create_users => make(engine, person, &subject)?,
        None => return Err(OidcError::NoAccount),
    };
    follow(engine, oidc, person, &account)
}

/// Links an account that proved itself here to a person who proved themselves there.
pub(super) fn link(
    engine: &Engine,
    oidc: &Oidc,
    person: &Person,
    account: &Account,
) -> Result<Account, OidcError> {
    let subject = subject(oidc, person);
    engine.database.write(|tx| {
        if accounts::subject(tx, account.number)?.is_some() {
            return Err(OidcError::Taken("your account is linked already: unlink it first"));
        }
        if accounts::find_by_subject(tx, &subject)?.is_some() {
            return Err(OidcError::Taken("whoever you are at the provider has another account here"));
        }
        Ok(accounts::set_subject(tx, account.number, &subject)?)
    })?;
    follow(engine, oidc, person, account)
}

/// Takes somebody into the teams of their groups, and gives them the role of their groups. Groups are those of this sign-in and no
/// other.
fn follow(engine: &Engine, oidc: &Oidc, person: &Person, account: &Account) -> Result<Account, OidcError> {
    engine.database.write(|tx| accounts::follow_groups(tx, account.number, &person.groups))?;
    let is_in = |groups: &[String]| groups.iter().any(|group| person.groups.contains(group));
    let role = match (is_in(&oidc.superuser_groups), is_in(&oidc.auditor_groups)) {
        (true, _) => ServiceRole::Superuser,
        (false, true) => ServiceRole::Auditor,
        (false, false) => ServiceRole::None,
    };
    if oidc.decides_roles() && role != account.role {
        let change = UserChange { role: Some(role), ..UserChange::default() };
        match administration::change_user(engine, &account.name, &change) {
            Ok(()) => {}
            Err(Failure::Store(error)) => return Err(error.into()),
            // Nobody would be left who could mend anything.
            Err(why @ (Failure::Conflict(_) | Failure::Invalid(_) | Failure::NotFound(_))) => {
                tracing::warn!("{} keeps a role that the provider's groups do not give: {why}", account.name);
            }
        }
    }
    let found = engine.database.read(|tx| accounts::find_by_number(tx, account.number))?;
    found.ok_or(OidcError::NoAccount)
}

fn make(engine: &Engine, person: &Person, subject: &str) -> Result<Account, OidcError> {
    let wanted = wanted(person);
    for attempt in 1..=ATTEMPTS {
        let name = if attempt == 1 { wanted.clone() } else { format!("{wanted}-{attempt}") };
        // One that is no address is left out; the account is made all the same.
        let email =
            if administration::check_email(&person.email).is_ok() { person.email.as_str() } else { "" };
        let new = NewUser { name: &name, password: None, email, role: ServiceRole::None };
        match administration::create_user_of(engine, &new, Some(subject)) {
            Ok(number) => {
                let made = engine.database.read(|tx| accounts::find_by_number(tx, number))?;
                return made.ok_or(OidcError::NoAccount);
            }
            Err(Failure::Conflict(_)) => {}
            Err(Failure::Store(error)) => return Err(error.into()),
            Err(Failure::Invalid(why)) => return Err(OidcError::Refused(why)),
            Err(Failure::NotFound(what)) => return Err(OidcError::Refused(what.to_owned())),
        }
    }
    Err(OidcError::Refused(format!("{ATTEMPTS} users have the name {wanted}")))
}

/// A name that can be one: of what the provider calls them, or their address for mail.
fn wanted(person: &Person) -> String {
    let said = if person.name.is_empty() { &person.email } else { &person.name };
    let local = said.split('@').next().unwrap_or_default().to_lowercase();
    let mut name = String::new();
    for character in local.chars().take(40) {
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-').to_owned();
    if name::is_component(&name) { name } else { "user".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_calls_somebody_becomes_a_name() {
        let wanted = |name: &str, email: &str| {
            let [subject, name, email] = ["1", name, email].map(str::to_owned);
            super::wanted(&Person { subject, name, email, groups: std::collections::BTreeSet::new() })
        };
        assert_eq!(wanted("alice", ""), "alice");
        assert_eq!(wanted("Alice.Smith@example.com", ""), "alice-smith");
        assert_eq!(wanted("", "bob@example.com"), "bob");
        assert_eq!(wanted("--Ärger  ohne Ende--", ""), "rger-ohne-ende");
        assert_eq!(wanted("../../etc", ""), "etc");
        assert_eq!(wanted("王", ""), "user");
        assert_eq!(wanted("", ""), "user");
    }
}
