//! Everything that the loaded feeds say of one vulnerability, under any of its names.

use std::collections::BTreeSet;

use crate::{Advisory, advisory::is_cve, matching::Found};

/// What is known of a vulnerability.
#[derive(Debug, Clone)]
pub struct Known {
    /// The identifier that was asked for.
    pub asked: String,
    /// It, and the others under which the same vulnerability is known.
    pub identifiers: BTreeSet<String>,
    /// What the feeds say of it.
    pub found: Found,
}

impl Known {
    /// Asks `feeds` for all advisories of a vulnerability.
    ///
    /// An advisory of another body may be about several CVEs: one CVE never stands for another because of it.
    pub fn search(asked: &str, feeds: impl Fn(&mut dyn FnMut(&Advisory) -> bool) -> Found) -> Self {
        let found = feeds(&mut |advisory| advisory.is_called(asked));
        let mut identifiers = BTreeSet::new();
        for statement in &found.statements {
            let advisory = &statement.advisory;
            identifiers.extend(std::iter::once(&advisory.id).chain(&advisory.aliases).cloned());
        }
        if is_cve(asked) {
            identifiers.retain(|id| id.eq_ignore_ascii_case(asked) || !is_cve(id));
        }
        let found = match identifiers.iter().any(|id| !id.eq_ignore_ascii_case(asked)) {
            true => feeds(&mut |advisory| identifiers.iter().any(|id| advisory.is_called(id))),
            false => found,
        };
        if !identifiers.iter().any(|id| id.eq_ignore_ascii_case(asked)) {
            identifiers.insert(asked.to_owned());
        }
        Self { asked: asked.to_owned(), identifiers, found }
    }

    /// Whether an identifier, or one of several, is one of the vulnerability's.
    pub(super) fn is_called<'a>(&self, mut ids: impl Iterator<Item = &'a String>) -> bool {
        ids.any(|id| self.identifiers.iter().any(|own| own.eq_ignore_ascii_case(id)))
    }
}
