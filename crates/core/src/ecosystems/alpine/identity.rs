//! Tells whether a system is Alpine or made from it, and which release.
//!
//! By rule, so that a release of tomorrow is recognised today; and a release that follows no rule is still Alpine, one
//! that the advisory data does not cover, instead of a system that nobody knows.

use crate::{
    ecosystem::{Identified, Strength, SystemFiles},
    os_release::OsRelease,
};

/// What Alpine ships beside os-release: the release alone, and the greeting on the console.
pub(super) const FILES: &[&str] = &[ALPINE_RELEASE, ISSUE];

const ALPINE_RELEASE: &str = "etc/alpine-release";
const ISSUE: &str = "etc/issue";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let declared =
        files.os_release.filter(|release| release.id().is_some() || release.id_like().next().is_some());
    let Some(os_release) = declared else {
        let release = by_file(files).or_else(|| by_greeting(files))?;
        return Some(identified(Strength::Fallback, None, release));
    };
    let strength = os_release.strength("alpine")?;
    let by_itself = by_os_release(os_release);
    let release = if strength == Strength::Named {
        by_itself.or_else(|| by_file(files)).or_else(|| by_greeting(files))
    } else {
        // A derived distribution counts its own releases; this file tells what it was made from.
        by_file(files).filter(|release| !matches!(release, Release::Other(_))).or(by_itself)
    };
    Some(identified(strength, os_release.pretty_name(), release.unwrap_or(Release::Untold)))
}

fn identified(strength: Strength, name: Option<&str>, release: Release) -> Identified {
    let (release_name, namespace) = match release {
        Release::Numbered(number) => (format!("Alpine Linux v{number}"), format!("Alpine:v{number}")),
        Release::Edge => ("Alpine Linux edge".to_owned(), "Alpine:edge".to_owned()),
        Release::Other(text) => (format!("Alpine Linux {text}"), format!("Alpine:{text}")),
        Release::Untold => ("Alpine Linux".to_owned(), "Alpine".to_owned()),
    };
    Identified { strength, name: name.map_or(release_name, str::to_owned), namespace, doubts: Vec::new() }
}

#[derive(Debug, PartialEq, Eq)]
enum Release {
    /// Major and minor number: `3.16`.
    Numbered(String),
    Edge,
    /// What it says follows no rule of Alpine.
    Other(String),
    /// It says nothing.
    Untold,
}

impl Release {
    /// Reads a version such as `3.16.2`. A candidate (`3.16.0_rc1`) is its release; an earlier snapshot
    /// (`3.17_alpha20220715`) is edge, from which the release has not branched off yet.
    fn read(version: &str) -> Self {
        let version = version.trim();
        let other = || match version.chars().filter(|one| one.is_ascii_graphic()).collect::<String>() {
            text if text.is_empty() => Self::Untold,
            text => Self::Other(text),
        };
        if version.eq_ignore_ascii_case("edge") {
            return Self::Edge;
        }
        let (numbers, suffix) = version.split_once('_').unwrap_or((version, ""));
        let mut numbers = numbers.strip_prefix('v').unwrap_or(numbers).split('.');
        let (Some(major), Some(minor)) = (numbers.next(), numbers.next()) else { return other() };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if ![major, minor].into_iter().chain(numbers).all(digits) {
            return other();
        }
        let word = suffix.trim_end_matches(|one: char| one.is_ascii_digit());
        match word {
            "" | "rc" | "p" => Self::Numbered(format!("{major}.{minor}")),
            "alpha" | "beta" | "pre" | "git" => Self::Edge,
            _ => other(),
        }
    }
}

fn by_os_release(os_release: &OsRelease) -> Option<Release> {
    if os_release.pretty_name() == Some("Alpine Linux edge") {
        return Some(Release::Edge);
    }
    os_release.version_id().map(Release::read)
}

fn by_file(files: &SystemFiles<'_>) -> Option<Release> {
    let text = (files.text)(ALPINE_RELEASE)?;
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    Some(Release::read(line))
}

/// `Welcome to Alpine Linux 3.16`, `Welcome to Alpine Linux 3.17_alpha20220715 (edge)`.
fn by_greeting(files: &SystemFiles<'_>) -> Option<Release> {
    let text = (files.text)(ISSUE)?;
    let (_, after) = text.split_once("Alpine Linux")?;
    let mut words = after.lines().next().unwrap_or_default().split_whitespace();
    let version = words.next();
    if words.next() == Some("(edge)") || version == Some("(edge)") {
        return Some(Release::Edge);
    }
    Some(version.map_or(Release::Untold, Release::read))
}

#[cfg(test)]
mod tests;
