//! What stands against an image under a policy.

use limpid_core::{Digest, IndexReport, Report, Severity};
use limpid_store::StoreError;
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::{
    engine::Engine,
    http::compression::Encoding,
    matching::{self, Answer, Form, MatchError},
    security::{Status, roll_up, status::status_in},
};

/// Something that stands against an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "lowercase")]
pub(crate) enum Cause {
    /// A vulnerability.
    Finding {
        /// Its identifier.
        id: String,
        /// How bad it is.
        severity: Severity,
        /// The package.
        package: String,
        /// Its version.
        version: String,
        /// The first version that is not affected; empty where none is known.
        fixed_in: String,
        /// Of which image of an index; empty for others.
        platform: String,
    },
    /// Something was not judged.
    Unproven {
        /// Why.
        why: String,
        /// Of which image of an index; empty for others.
        platform: String,
    },
    /// It is not indexed.
    Unscanned {
        /// Why.
        why: String,
        /// Of which image of an index; empty for others.
        platform: String,
    },
}

/// What the gate needs of a report.
#[derive(Serialize, Deserialize)]
struct Outline {
    findings: Vec<Found>,
    /// Those that count: reason and subject.
    blind_spots: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Found {
    names: Vec<String>,
    severity: Severity,
    package: String,
    version: String,
    fixed_in: String,
}

/// Remembered as all reports are: a pull costs no judging.
const OUTLINE: Form = Form { name: "gate", write };

fn write(_index: &IndexReport, report: &Report) -> serde_json::Result<Vec<u8>> {
    let found = |finding: &limpid_core::report::Finding| Found {
        names: std::iter::once(&finding.id).chain(&finding.aliases).cloned().collect(),
        severity: finding.severity,
        package: finding.package.name.clone(),
        version: finding.package.version.clone(),
        fixed_in: finding.fixed_in.clone().unwrap_or_default(),
    };
    let counting = report.blind_spots.iter().filter(|spot| spot.counts);
    serde_json::to_vec(&Outline {
        findings: report.standing().map(found).collect(),
        blind_spots: counting.map(|spot| format!("{}: {}", spot.reason, spot.subject)).collect(),
    })
}

/// What stands against what was pushed, the worst first.
pub(super) fn of(
    engine: &Engine,
    policy: &Policy,
    repository: &str,
    digest: &Digest,
) -> Result<Vec<Cause>, MatchError> {
    let mut asked = Asked { engine, policy, repository, causes: Vec::new() };
    asked.look(digest, "", 0)?;
    let mut causes = asked.causes;
    causes.sort_by_key(rank);
    causes.dedup();
    Ok(causes)
}

/// Findings go first, the worst before the others.
fn rank(cause: &Cause) -> (u8, std::cmp::Reverse<Severity>, String) {
    match cause {
        Cause::Finding { id, severity, .. } => (0, std::cmp::Reverse(*severity), id.clone()),
        Cause::Unproven { why, .. } => (1, std::cmp::Reverse(Severity::Unknown), why.clone()),
        Cause::Unscanned { why, .. } => (2, std::cmp::Reverse(Severity::Unknown), why.clone()),
    }
}

struct Asked<'a> {
    engine: &'a Engine,
    policy: &'a Policy,
    repository: &'a str,
    causes: Vec<Cause>,
}

impl Asked<'_> {
    fn look(&mut self, digest: &Digest, platform: &str, depth: usize) -> Result<(), MatchError> {
        let images = roll_up::images(self.engine, digest, depth)?;
        for (child, _status) in &images {
            self.look(&child.digest, &child.platform, depth + 1)?;
        }
        if !images.is_empty() {
            return Ok(());
        }
        let status = self.engine.database.read(|tx| status_in(tx, digest, depth))?;
        let why = match status {
            Status::Indexed => return self.judge(digest, platform),
            Status::Unsupported { is_artifact: true, .. } => return Ok(()),
            Status::Unsupported { reason, .. } => reason,
            Status::Failed { reason, .. } => format!("it could not be indexed: {reason}"),
            Status::Queued | Status::Indexing => "it is not indexed yet".to_owned(),
            Status::Unknown if platform.is_empty() => "it was never indexed".to_owned(),
            Status::Unknown => "it is not in the registry".to_owned(),
        };
        if self.policy.unscanned {
            self.causes.push(Cause::Unscanned { why, platform: platform.to_owned() });
        }
        Ok(())
    }

    fn judge(&mut self, digest: &Digest, platform: &str) -> Result<(), MatchError> {
        let outline = match matching::report(self.engine, digest, OUTLINE, Encoding::Plain)? {
            Answer::Report(_etag, finished) => {
                serde_json::from_slice::<Outline>(&finished.body).map_err(|error| {
                    StoreError::Damaged(format!("what the gate remembers of {digest}: {error}"))
                })?
            }
            Answer::NoData => Outline {
                findings: Vec::new(),
                blind_spots: vec!["feed-not-loaded: no advisory data is loaded".to_owned()],
            },
            Answer::NotIndexed => return Err(StoreError::Stale("the index report").into()),
        };
        let now = self.engine.now();
        for found in outline.findings {
            let is_bad = self.policy.severity.is_some_and(|least| found.severity >= least);
            let counts = is_bad && (self.policy.unfixed || !found.fixed_in.is_empty());
            if counts && !self.policy.allows(found.names.iter().map(String::as_str), self.repository, now) {
                self.causes.push(Cause::Finding {
                    id: found.names.into_iter().next().unwrap_or_default(),
                    severity: found.severity,
                    package: found.package,
                    version: found.version,
                    fixed_in: found.fixed_in,
                    platform: platform.to_owned(),
                });
            }
        }
        if self.policy.unproven {
            let unproven = |why: String| Cause::Unproven { why, platform: platform.to_owned() };
            self.causes.extend(outline.blind_spots.into_iter().map(unproven));
        }
        Ok(())
    }
}
