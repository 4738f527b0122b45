//! What stands against an image under a policy.

use chrono::NaiveDate;
use limpid_core::{
    BlindSpot, Digest, ImageFacts, IndexReport, Reason, Report, Severity,
    enrichment::Kind,
    fix,
    policy::Gate,
    report::{Finding, Origin},
};
use limpid_store::{StoreError, listing};
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::{
    accounts::Principal,
    engine::Engine,
    http::compression::Encoding,
    matching::{self, Answer, Decided, Form, MatchError},
    security::{Status, base, roll_up, status::status_in},
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
        /// Since when that is known, in words; empty where no gate asks for it.
        #[serde(skip_serializing_if = "String::is_empty")]
        fix_age: String,
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
    /// Those that stand, without what people read.
    findings: Vec<Finding>,
    blind_spots: Vec<BlindSpot>,
    /// The day of the report.
    as_of: NaiveDate,
    /// What it is about.
    image: ImageFacts,
}

/// What stands against an image.
pub(super) struct Standing {
    /// Each thing, the worst first.
    pub(super) causes: Vec<Cause>,
    /// Whether findings count that may come with a base, because nobody knows here what the image was built on.
    pub(super) base_is_unknown: bool,
}

/// Remembered as all reports are: a pull costs no judging.
const OUTLINE: Form = Form { name: "gate", write };

fn write(_index: &IndexReport, report: &Report) -> serde_json::Result<Vec<u8>> {
    let brief = |finding: &Finding| Finding {
        cvss: Vec::new(),
        summary: String::new(),
        links: Vec::new(),
        why: String::new(),
        ..finding.clone()
    };
    let named = |spot: &BlindSpot| BlindSpot { detail: String::new(), ..spot.clone() };
    serde_json::to_vec(&Outline {
        findings: report.standing().map(brief).collect(),
        blind_spots: report.blind_spots.iter().map(named).collect(),
        as_of: report.proof.as_of,
        image: report.image.clone(),
    })
}

/// What stands against what was pushed. `principal`: who asks, and so which bases are known.
pub(super) fn of(
    engine: &Engine,
    principal: &Principal,
    policy: &Policy,
    decided: Option<&Decided>,
    repository: &str,
    digest: &Digest,
) -> Result<Standing, MatchError> {
    let gates = decided.map(Decided::gates).filter(|_| policy.policy).unwrap_or_default();
    let mut asked = Asked {
        engine,
        principal,
        policy,
        decided,
        gates,
        repository,
        causes: Vec::new(),
        base_is_unknown: false,
    };
    if policy.policy && gates.is_empty() {
        let why = "the policy of the namespace has no gate, though it is to count".to_owned();
        asked.causes.push(Cause::Unproven { why, platform: String::new() });
    }
    asked.look(digest, "", 0)?;
    let Asked { mut causes, base_is_unknown, .. } = asked;
    causes.sort_by_key(rank);
    causes.dedup();
    Ok(Standing { causes, base_is_unknown })
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
    principal: &'a Principal,
    policy: &'a Policy,
    decided: Option<&'a Decided>,
    /// Those of the namespace's decisions, where they count.
    gates: &'a [Gate],
    repository: &'a str,
    causes: Vec<Cause>,
    /// See [`Standing`].
    base_is_unknown: bool,
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
        let report = matching::report(self.engine, digest, OUTLINE, Encoding::Plain, self.decided)?;
        let unproven = |spot: &BlindSpot| Cause::Unproven {
            why: format!("{}: {}", spot.reason, spot.subject),
            platform: platform.to_owned(),
        };
        let mut outline: Outline = match report {
            Answer::Report(_etag, finished) => serde_json::from_slice(&finished.body).map_err(|error| {
                StoreError::Damaged(format!("what the gate remembers of {digest}: {error}"))
            })?,
            Answer::NoData => {
                let spot = BlindSpot::new(Reason::FeedNotLoaded, "no advisory data is loaded", String::new());
                self.causes.extend(Some(&spot).filter(|spot| self.blinds(spot)).map(unproven));
                return Ok(());
            }
            Answer::NotIndexed => return Err(StoreError::Stale("the index report").into()),
        };
        self.tell_apart(digest, &mut outline)?;
        let Outline { findings, blind_spots, as_of, .. } = outline;
        let asks_for_age = self.gates.iter().any(|gate| gate.fix_age.is_some());
        let counting = findings.into_iter().filter(|finding| self.counts(finding, as_of));
        let age = |finding: &Finding| fix::age_in_words(finding, as_of).filter(|_| asks_for_age);
        let causes: Vec<Cause> =
            counting.map(|finding| cause(age(&finding).unwrap_or_default(), finding, platform)).collect();
        self.causes.extend(causes);
        let blind: Vec<Cause> = blind_spots.iter().filter(|spot| self.blinds(spot)).map(unproven).collect();
        self.causes.extend(blind);
        Ok(())
    }

    /// Tells what comes with the base, where a gate asks for that. In this registry a base is another repository's image whose
    /// layers are the lowest of this one: the repository's own images would let whoever pushes there say that all is the base's.
    fn tell_apart(&mut self, digest: &Digest, outline: &mut Outline) -> Result<(), MatchError> {
        if !self.gates.iter().any(|gate| gate.above_base) {
            return Ok(());
        }
        let manifest = self.engine.database.read(|tx| match listing::repository(tx, self.repository)? {
            Some(repository) => listing::manifest(tx, repository.number, digest.as_str()),
            None => Ok(None),
        })?;
        let base = match manifest {
            Some(manifest) => base::known(self.engine, self.principal, &manifest.body, &outline.image)?,
            None => None,
        };
        let Some(base) = base.filter(|base| base.repository != self.repository) else {
            self.base_is_unknown = true;
            return Ok(());
        };
        for finding in &mut outline.findings {
            finding.origin = Origin::of(finding, &outline.image.layers, base.layers);
        }
        Ok(())
    }

    fn counts(&self, finding: &Finding, as_of: NaiveDate) -> bool {
        let is_bad = self.policy.severity.is_some_and(|least| finding.severity >= least);
        let counts = is_bad && (self.policy.unfixed || finding.fixed_in.is_some());
        let trips = self.gates.iter().any(|gate| gate.is_tripped_by(finding, as_of));
        let names = std::iter::once(&finding.id).chain(&finding.aliases).map(String::as_str);
        (counts || trips) && !self.policy.allows(names, self.repository, self.engine.now())
    }

    /// Whether a blind spot keeps the image. One that hides what a gate asks for does so by itself: behind it the gate sees nothing.
    fn blinds(&self, spot: &BlindSpot) -> bool {
        let hides = |kind: Kind| spot.counts && spot.subject == kind.feed();
        (self.policy.unproven && spot.counts)
            || self.gates.iter().any(|gate| gate.is_tripped_by_blindness(spot) || gate.asked().any(hides))
    }
}

fn cause(fix_age: String, finding: Finding, platform: &str) -> Cause {
    Cause::Finding {
        id: finding.id,
        severity: finding.severity,
        package: finding.package.name,
        version: finding.package.version,
        fixed_in: finding.fixed_in.unwrap_or_default(),
        fix_age,
        platform: platform.to_owned(),
    }
}
