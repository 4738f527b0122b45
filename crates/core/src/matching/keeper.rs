//! Who keeps advisory data up to date, and what there is to do about what is wrong with it.
//!
//! A blind spot that missing data is the reason of names a remedy of who keeps that data: the command updates its own alone, and
//! what a service lacks the command cannot update.

/// Who keeps the advisory data up to date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keeper {
    /// The person who runs the command, with `limpid db`.
    #[default]
    Command,
    /// A service: by its schedule, or when its API is asked to.
    Service,
}

/// The service's way to update at once.
const UPDATES: &str = "POST /api/v1/updates";

impl Keeper {
    /// An update of a feed, or of all, and what it does: `asks upstream again`.
    pub(super) fn update(self, feed: Option<&str>, does: &str) -> String {
        match (self, feed) {
            (Self::Command, Some(feed)) => format!("limpid db update {feed} {does}"),
            (Self::Command, None) => format!("limpid db update {does}"),
            (Self::Service, _) => format!("the next update {does}: by the schedule, or at once by {UPDATES}"),
        }
    }

    /// How upstream is asked whether it has newer data of a feed.
    pub(super) fn look(self, feed: &str) -> String {
        match self {
            Self::Command => format!("limpid db update {feed}"),
            Self::Service => format!("{UPDATES}, and see the jobs of kind update"),
        }
    }

    /// Where more is said about feeds, or about one.
    pub(super) fn status(self, feed: Option<&str>) -> String {
        match (self, feed) {
            (Self::Command, Some(feed)) => format!("see limpid db status {feed}"),
            (Self::Command, None) => "see limpid db status".to_owned(),
            (Self::Service, _) => "see GET /api/v1/feeds".to_owned(),
        }
    }
}
