//! What a token is for. A scope never allows what its account may not do; the account of a robot may do in its own namespace
//! whatever its scopes say.
//!
//! `repo:NAME:VERB` with NAME a repository, `NAMESPACE/*` or `*`, and VERB `pull`, `push`, `overwrite` or `delete`;
//! `report:read`, `index:write`, `project:admin`, `catalog:read`.

use std::{fmt, str::FromStr};

use super::{Action, name};

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// To do this in these repositories.
    Repository(Repositories, Verb),
    /// To read reports.
    Report,
    /// To ask for images to be indexed again.
    Index,
    /// To read and change settings.
    Project,
    /// To list repositories.
    Catalog,
}

/// Repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repositories {
    /// Each.
    All,
    /// Those of a namespace.
    Of(String),
    /// One, by its whole name.
    One(String),
}

/// What is done in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// [`Action::Pull`].
    Pull,
    /// [`Action::Push`].
    Push,
    /// [`Action::Overwrite`].
    Overwrite,
    /// [`Action::Delete`].
    Delete,
}

const VERBS: [(&str, Verb, Action); 4] = [
    ("pull", Verb::Pull, Action::Pull),
    ("push", Verb::Push, Action::Push),
    ("overwrite", Verb::Overwrite, Action::Overwrite),
    ("delete", Verb::Delete, Action::Delete),
];

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is no scope: repo:NAME:pull, push, overwrite or delete (NAME may be NAMESPACE/* or *), report:read, index:write, \
     project:admin, catalog:read are"
)]
pub(crate) struct NoScope(String);

impl Scope {
    /// Whether it allows something in a repository (its whole name), or in a namespace where that is empty.
    pub(crate) fn allows(&self, action: Action, repository: &str) -> bool {
        match self {
            Self::Repository(repositories, verb) => {
                VERBS.iter().any(|(_, own, means)| own == verb && *means == action)
                    && repositories.have(repository)
            }
            Self::Report => action == Action::ReadReport,
            Self::Index => action == Action::RequestIndex,
            Self::Project => matches!(action, Action::ReadSettings | Action::Administer),
            Self::Catalog => action == Action::ListCatalog,
        }
    }
}

impl Repositories {
    fn have(&self, repository: &str) -> bool {
        match self {
            Self::All => !repository.is_empty(),
            Self::Of(namespace) => {
                repository.split_once('/').is_some_and(|(first, rest)| first == namespace && !rest.is_empty())
            }
            Self::One(name) => name == repository,
        }
    }
}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        let wrong = || NoScope(text.chars().take(100).collect());
        let scope = match text {
            "report:read" => Some(Self::Report),
            "index:write" => Some(Self::Index),
            "project:admin" => Some(Self::Project),
            "catalog:read" => Some(Self::Catalog),
            _repository => None,
        };
        if let Some(scope) = scope {
            return Ok(scope);
        }
        let (repositories, word) =
            text.strip_prefix("repo:").and_then(|rest| rest.rsplit_once(':')).ok_or_else(wrong)?;
        let (_, verb, _) = VERBS.into_iter().find(|(known, ..)| *known == word).ok_or_else(wrong)?;
        let repositories = match (repositories, repositories.strip_suffix("/*")) {
            ("*", _) => Repositories::All,
            (_, Some(namespace)) if name::is_component(namespace) => Repositories::Of(namespace.to_owned()),
            (one, _) => Repositories::One(name::whole(one).ok_or_else(wrong)?),
        };
        Ok(Self::Repository(repositories, verb))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(repositories, verb) => {
                let word = VERBS.iter().find(|(_, own, _)| own == verb).map_or("", |(word, ..)| word);
                match repositories {
                    Repositories::All => write!(formatter, "repo:*:{word}"),
                    Repositories::Of(namespace) => write!(formatter, "repo:{namespace}/*:{word}"),
                    Repositories::One(name) => write!(formatter, "repo:{name}:{word}"),
                }
            }
            Self::Report => formatter.write_str("report:read"),
            Self::Index => formatter.write_str("index:write"),
            Self::Project => formatter.write_str("project:admin"),
            Self::Catalog => formatter.write_str("catalog:read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_for_what_it_says_and_nothing_else() {
        let allows = |scope: &str, action, repository: &str| {
            scope.parse::<Scope>().unwrap().allows(action, repository)
        };
        assert!(allows("repo:team/app:pull", Action::Pull, "team/app"));
        assert!(!allows("repo:team/app:pull", Action::Pull, "team/app2"));
        assert!(!allows("repo:team/app:pull", Action::Push, "team/app"));
        assert!(!allows("repo:team/app:pull", Action::ReadReport, "team/app"));
        assert!(allows("repo:alpine:push", Action::Push, "library/alpine"));
        assert!(!allows("repo:team/app:push", Action::Overwrite, "team/app"));
        assert!(allows("repo:team/*:overwrite", Action::Overwrite, "team/a/b"));
        assert!(!allows("repo:team/*:delete", Action::Delete, "team2/a"));
        assert!(allows("repo:*:delete", Action::Delete, "team2/a"));
        assert!(!allows("repo:*:delete", Action::Administer, "team2/a"));
        assert!(allows("project:admin", Action::Administer, ""));
        assert!(!allows("project:admin", Action::Operate, ""));
        assert!(!allows("report:read", Action::Pull, "team/app"));
        assert!(!allows("catalog:read", Action::ReadService, ""));
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for text in [
            "repo:team/app:pull",
            "repo:team/*:push",
            "repo:*:overwrite",
            "repo:a/b/c:delete",
            "report:read",
            "index:write",
            "project:admin",
            "catalog:read",
        ] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "repo",
            "repo::pull",
            "repo:a/b",
            "repo:A/b:pull",
            "repo:a/*/b:pull",
            "repo:a/b:*",
            "admin",
            "*",
        ] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }
}
