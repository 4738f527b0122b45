//! What stands around every page: who looks, where they are, and how they like it.

use axum::http::{HeaderMap, header};

use super::assets::{ASSETS, Assets};
use crate::{accounts::Principal, public::Call};

/// The cookie that keeps how somebody likes pages. It is no secret.
pub(super) const THEME_COOKIE: &str = "limpid-theme";

/// Light or dark; else as the machine is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    Machine,
    Light,
    Dark,
}

impl Theme {
    /// A word of a form or cookie; another word is as the machine is set.
    pub(super) fn of(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _other => Self::Machine,
        }
    }

    /// The word; empty as the machine is set.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Machine => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What the switch leads to: the other one, and back to the machine's.
    pub(super) fn next(self) -> &'static str {
        match self {
            Self::Machine => "dark",
            Self::Dark => "light",
            Self::Light => "machine",
        }
    }
}

/// A part of the pages, as the head of each shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Overview,
    Repositories,
    Search,
    Compare,
    Feeds,
    Jobs,
    Administration,
    Nowhere,
}

/// A link of the head.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) address: &'static str,
    pub(super) word: &'static str,
    pub(super) is_current: bool,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) section: Section,
    /// The name of whoever is signed in.
    pub(super) account: Option<String>,
    /// Whether they may read what belongs to the service.
    pub(super) reads_service: bool,
    /// Whether they may change it.
    pub(super) operates: bool,
    pub(super) theme: Theme,
    /// The path and query of this page.
    pub(super) here: String,
    pub(super) assets: &'static Assets,
}

impl Frame {
    /// The frame of a page for a request that was let through.
    pub(super) fn of(call: &Call) -> Self {
        let here = call.request.uri().path_and_query().map_or("/", |path| path.as_str());
        Self::for_principal(&call.principal, call.request.headers(), here)
    }

    pub(super) fn for_principal(principal: &Principal, headers: &HeaderMap, here: &str) -> Self {
        let account = principal.account();
        Self {
            title: String::new(),
            section: Section::Nowhere,
            account: account.map(|account| account.name.clone()),
            reads_service: account.is_some_and(|account| account.is_superuser() || account.is_auditor()),
            operates: account.is_some_and(crate::accounts::Signed::is_superuser),
            theme: theme(headers),
            here: here.to_owned(),
            assets: &ASSETS,
        }
    }

    /// The frame of a page of this part, under this title.
    pub(super) fn titled(self, section: Section, title: impl Into<String>) -> Self {
        Self { title: title.into(), section, ..self }
    }

    /// The links of the head: those that lead somewhere for whoever looks.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let all = [
            (Section::Overview, "/", "Overview", self.reads_service),
            (Section::Repositories, "/repositories", "Repositories", true),
            (Section::Search, "/search", "Search", true),
            (Section::Compare, "/compare", "Compare", true),
            (Section::Feeds, "/feeds", "Feeds", self.reads_service),
            (Section::Jobs, "/jobs", "Jobs", self.reads_service),
            (Section::Administration, self.administration(), "Administration", self.account.is_some()),
        ];
        let shown = all.into_iter().filter(|(.., is_shown)| *is_shown);
        let entry =
            |(section, address, word, _)| Entry { address, word, is_current: section == self.section };
        shown.map(entry).collect()
    }

    fn administration(&self) -> &'static str {
        if self.reads_service { "/administration" } else { "/namespaces" }
    }

    /// Where to sign in, and come back.
    pub(super) fn sign_in(&self) -> String {
        format!("/sign-in{}", super::form::query_of([("to", self.here.as_str())]))
    }

    /// What the switch of the theme is called.
    pub(super) fn theme_words(&self) -> &'static str {
        match self.theme {
            Theme::Machine => "Dark pages",
            Theme::Dark => "Light pages",
            Theme::Light => "Pages as this machine is set",
        }
    }
}

fn theme(headers: &HeaderMap) -> Theme {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(|text| text.split(';')).filter_map(|one| one.trim().split_once('='));
    cookies.find(|(name, _)| *name == THEME_COOKIE).map_or(Theme::Machine, |(_, word)| Theme::of(word))
}

/// A path of this service to go back to; what could lead elsewhere leads to the start.
pub(super) fn own_path(text: &str) -> &str {
    let is_own = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains(['\\', '\r', '\n'])
        && text.chars().all(|character| !character.is_control());
    if is_own { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (text, expected) in [
            ("/repositories?q=a", "/repositories?q=a"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("/\t/evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(text), expected, "{text:?}");
        }
    }
}
