//! What can be done, and to what.

/// Something that somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Action {
    /// Anybody may: sign-in, the list of capabilities, style sheets.
    Look,
    /// Anybody who says truly who they are, and whom nothing was granted: `/v2/`, one's own account.
    Enter,
    /// Change one's own account: password, tokens, sessions. Not with a token, which would outlive itself.
    ChangeSelf,
    /// Read manifests, blobs, tags and referrers.
    Pull,
    /// Write what is new.
    Push,
    /// Point a tag that exists somewhere else.
    Overwrite,
    /// Remove tags, manifests, blobs, repositories.
    Delete,
    /// Read a vulnerability report or an SBOM.
    ReadReport,
    /// Ask for an image to be indexed again.
    RequestIndex,
    /// List repositories: of those, whoever asks sees what they may pull.
    ListCatalog,
    /// Read settings of a repository or namespace: policies, notifications, robots.
    ReadSettings,
    /// Change them.
    Administer,
    /// Read what belongs to the service: users, feeds, jobs, the audit.
    ReadService,
    /// Change it.
    Operate,
}

impl Action {
    /// As the audit has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Enter => "enter",
            Self::ChangeSelf => "change-self",
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Overwrite => "overwrite",
            Self::Delete => "delete",
            Self::ReadReport => "read-report",
            Self::RequestIndex => "request-index",
            Self::ListCatalog => "list-catalog",
            Self::ReadSettings => "read-settings",
            Self::Administer => "administer",
            Self::ReadService => "read-service",
            Self::Operate => "operate",
        }
    }

    /// Whether it only reads what belongs to somebody.
    pub(crate) fn reads(self) -> bool {
        matches!(
            self,
            Self::Pull | Self::ReadReport | Self::ListCatalog | Self::ReadSettings | Self::ReadService
        )
    }
}

/// What something is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Object {
    /// The service as a whole.
    Service,
    /// A namespace, by name.
    Namespace(String),
    /// A repository, by its whole name. It need not exist.
    Repository(String),
}

impl std::fmt::Display for Object {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Service => formatter.write_str("service"),
            Self::Namespace(name) => write!(formatter, "namespace {name}"),
            Self::Repository(name) => write!(formatter, "repository {name}"),
        }
    }
}

/// Whether something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may.
    Allowed,
    /// Perhaps, by somebody who says who they are: 401.
    SignIn,
    /// Not by them: 403.
    Forbidden,
    /// It is not theirs to know whether it is there: 404.
    Hidden,
}

impl Decision {
    /// As the audit has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::SignIn => "sign-in",
            Self::Forbidden => "forbidden",
            Self::Hidden => "hidden",
        }
    }
}
