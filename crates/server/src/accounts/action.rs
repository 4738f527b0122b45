//! What can be done, and to what.

/// Something that somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Action {
    /// Anybody may: sign-in, the list of capabilities, style sheets.
    Look,
    /// Anybody who says truly who they are, and whom nothing was granted: `/v2/`, one's own account.
    Enter,
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
