//! What the archive of a release and Ubuntu Pro say of one package, as one statement about the release.
//!
//! A document has an entry for `Ubuntu:16.04:LTS` where the release's own archive is concerned, and one for
//! `Ubuntu:Pro:16.04:LTS` where only Ubuntu Pro has, or will have, a fix. Systems with and without Ubuntu Pro have the same
//! packages up to such a fix, and its version says from where on they are safe; so both entries are about the release.

use std::collections::BTreeMap;

use crate::{
    Affected, AffectedRange, Severity,
    advisory::{Names, Stance},
};

/// What one entry of a document says.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) range: AffectedRange,
    /// `No subscription required`, `Available with Ubuntu Pro: …`, or nothing.
    pub(super) availability: String,
    pub(super) priority: String,
}

/// Canonical's priorities; `untriaged` says nothing.
pub(super) fn severity(word: &str) -> Severity {
    word.parse().unwrap_or(Severity::Unknown)
}

/// The statements of a document by release and package.
#[derive(Debug, Default)]
pub(super) struct Grouped(BTreeMap<(String, String), Sides>);

#[derive(Debug, Default)]
struct Sides {
    archive: Vec<Statement>,
    pro: Vec<Statement>,
}

impl Grouped {
    pub(super) fn add(&mut self, namespace: &str, package: &str, statement: Statement) {
        let release = release_of_pro(namespace);
        let is_pro = release.is_some();
        let key = (release.unwrap_or_else(|| namespace.to_owned()), package.to_owned());
        let sides = self.0.entry(key).or_default();
        if is_pro {
            sides.pro.push(statement);
        } else {
            sides.archive.push(statement);
        }
    }

    pub(super) fn statements(self) -> Vec<Affected> {
        let mut statements = Vec::new();
        for ((namespace, package), sides) in self.0 {
            let is_by_pro = sides.is_fixed_by_pro_alone();
            let chosen = if is_by_pro { sides.pro } else { sides.archive };
            statements.extend(chosen.into_iter().map(|one| {
                let stance = Stance {
                    severity: severity(&one.priority),
                    words: if is_by_pro { needs_pro(&one) } else { String::new() },
                    severity_word: one.priority,
                    ..Stance::default()
                };
                Affected { stance, ..Affected::new(&*namespace, &*package, Names::Source, one.range) }
            }));
        }
        statements
    }
}

impl Sides {
    /// Whether the archive says nothing, or knows no fix where Ubuntu Pro does.
    fn is_fixed_by_pro_alone(&self) -> bool {
        let unfixed = |one: &Statement| matches!(one.range, AffectedRange::Unfixed { .. });
        let fixed = |one: &Statement| matches!(one.range, AffectedRange::Fixed { .. });
        self.archive.is_empty() || (self.archive.iter().all(unfixed) && self.pro.iter().any(fixed))
    }
}

fn needs_pro(statement: &Statement) -> String {
    let what = match &statement.range {
        AffectedRange::Fixed { .. } => "the fix needs Ubuntu Pro",
        AffectedRange::Unfixed { .. }
        | AffectedRange::Through { .. }
        | AffectedRange::Exactly { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. } => "updates of this package need Ubuntu Pro",
    };
    if statement.availability.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {}", statement.availability)
    }
}

/// `Ubuntu:16.04:LTS` for `Ubuntu:Pro:16.04:LTS`. Builds for certification and real time (`Ubuntu:Pro:FIPS:16.04:LTS`,
/// `Ubuntu:Pro:22.04:LTS:Realtime:Kernel`) are other packages, and stay apart.
pub(super) fn release_of_pro(namespace: &str) -> Option<String> {
    let release = namespace.strip_prefix("Ubuntu:Pro:")?;
    let number = release.strip_suffix(":LTS").unwrap_or(release);
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number.then(|| format!("Ubuntu:{release}"))
}
