//! Gentoo Linux Security Advisories: an XML document for each, `glsa-202401-27.xml`, with the packages that it is about.
//!
//! A version is affected where a range of vulnerable ones has it, and none of unaffected ones. Ranges may hold for one slot
//! only, and may hold for the revisions of one version only. What is affected is computed here as ranges without exceptions,
//! so that nothing of that is left to those who compare ([`spans`]). An advisory comes with its fix: **a vulnerability
//! without a fix is not in this format at all**.
//!
//! Source of the format: the DTD `glsa.dtd`; of its meaning: Portage's `glsa.py`, which glsa-check(1) runs.

mod document;
mod limits;
mod spans;
mod statements;

use chrono::NaiveDate;

use self::document::Document;
use super::text::{CVE_PAGE, shortened};
use crate::{
    Advisory, Severity,
    advisory::{Dated, Record},
    feed::{FeedDocument, FeedError, FeedHead, FeedSource},
};

/// What comes before an advisory's number in the address of the page about it.
const PAGE: &str = "https://security.gentoo.org/glsa/";

/// Reads one file of the archive. One that is no advisory by its name says nothing.
///
/// # Errors
/// [`FeedError::Malformed`] where it is no advisory, cut off, or another than its name says; [`FeedError::Unreadable`] where
/// the reader fails.
pub fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    let name = document.name.rsplit('/').next().unwrap_or_default();
    let number = name.strip_prefix("glsa-").and_then(|name| name.strip_suffix(".xml"));
    if number.is_none() && !name.is_empty() {
        return Ok(FeedHead::default());
    }
    let advisory = Document::read(document.reader)?;
    if number.is_some_and(|number| number != advisory.number) {
        return Err(FeedError::Malformed(format!("it is GLSA {}, not that of its name", advisory.number)));
    }
    let mut unread = Vec::new();
    // Some are about servers, or tell something: those name no package.
    if advisory.is_about_packages() && advisory.packages.is_empty() {
        unread.push(format!("GLSA {} names no package", advisory.number));
    }
    let affected: Vec<_> =
        advisory.packages.iter().flat_map(|package| statements::of(&source.namespace, package)).collect();
    if !affected.is_empty() {
        let cves = advisory.cves();
        let own = format!("GLSA-{}", advisory.number);
        let ids = if cves.is_empty() { vec![own.clone()] } else { cves };
        for id in ids {
            sink(Record { advisory: text(&advisory, id, &own), affected: affected.clone() });
        }
    }
    Ok(FeedHead { covers: vec![source.namespace.clone()], unread, ..FeedHead::default() })
}

fn text(document: &Document, id: String, own: &str) -> Advisory {
    let mut links = vec![format!("{PAGE}{}", document.number)];
    let is_own = id == own;
    if !is_own {
        links.push(format!("{CVE_PAGE}{id}"));
    }
    let summary = if document.synopsis.is_empty() { &document.title } else { &document.synopsis };
    Advisory {
        id,
        aliases: if is_own { Vec::new() } else { vec![own.to_owned()] },
        severity: severity(&document.impact),
        severity_word: document.impact.clone(),
        summary: shortened(summary),
        links,
        published: day(&document.announced),
        // The version is in the tree before it is told of.
        dated: Dated::Advisory,
        ..Advisory::default()
    }
}

/// `minimal` and `normal` are Gentoo's words for what others call low and medium.
fn severity(word: &str) -> Severity {
    match word {
        "minimal" => Severity::Low,
        "normal" => Severity::Medium,
        other => Severity::of_word(other).unwrap_or_default(),
    }
}

/// The instant at which a day begins, RFC 3339: `2024-01-24`, in older ones `May 26, 2007`.
fn day(text: &str) -> Option<String> {
    let day = ["%Y-%m-%d", "%B %d, %Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
    Some(format!("{day}T00:00:00Z"))
}

#[cfg(test)]
mod tests;
