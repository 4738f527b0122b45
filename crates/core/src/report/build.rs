//! Makes a report of a judgement: sorts it, and puts it under the policy.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Finding, FindingPackage, Observed, ObservedFeed, Proof, Report, ReportFeed, SCHEMA, Status, Summary,
    Suppression,
};
use crate::{
    BlindSpot, Digest, IndexReport, IndexedPackage, Verdict,
    advisory::Plan,
    cvss::Vector,
    enrichment::by_risk,
    matching::{Judgement, Match},
    policy::Policy,
};

/// The report on an image.
///
/// `catalog` is the digest of the advisory data that judged; `as_of` the day of the judgement; `generated_at` is shown
/// and changes nothing.
pub fn build(
    index: &IndexReport,
    judgement: Judgement,
    policy: &Policy,
    catalog: Digest,
    as_of: NaiveDate,
    generated_at: DateTime<Utc>,
) -> Report {
    let blind_spots = blind_spots(index, judgement.blind_spots);
    let mut findings: Vec<Finding> = judgement.findings.into_iter().map(finding).collect();
    findings.sort_by(by_risk);
    let feeds = &judgement.feeds;
    let mut doubts = judgement.doubts;
    let observed_feed = |data: &crate::matching::FeedData| ObservedFeed {
        changed_at: data.changed_at,
        checked_at: data.checked_at,
    };
    let undecided = Report {
        schema: SCHEMA.to_owned(),
        image: index.image.clone(),
        verdict: Verdict::of(findings.len(), &blind_spots),
        proof: Proof {
            index_state: index.index_state.clone(),
            catalog,
            policy: Policy::default().digest(),
            as_of,
            stale: feeds.iter().filter(|(_, data)| data.stale).map(|(name, _)| name.clone()).collect(),
        },
        observed: Observed {
            generated_at,
            feeds: feeds.iter().map(|(name, data)| (name.clone(), observed_feed(data))).collect(),
        },
        distributions: judgement.distributions,
        summary: Summary {
            packages: index.packages.len() as u64,
            judged: judgement.judged,
            ecosystems: judgement.counts,
            ..Summary::default()
        },
        feeds: judgement
            .feeds
            .into_iter()
            .map(|(name, data)| ReportFeed {
                doubt: doubts.remove(&name),
                name,
                segment: data.segment,
                upstream_date: data.upstream_date,
                records: data.records,
            })
            .collect(),
        blind_spots,
        findings,
        decisions: Vec::new(),
        since: None,
        base: None,
        upgrades: Vec::new(),
    };
    undecided.with_upgrades(index).under(policy)
}

fn blind_spots(index: &IndexReport, of_matching: Vec<BlindSpot>) -> Vec<BlindSpot> {
    let mut spots: Vec<BlindSpot> = index.blind_spots.iter().cloned().chain(of_matching).collect();
    spots.sort();
    spots.dedup();
    spots
}

fn finding(found: Match) -> Finding {
    Finding {
        id: found.advisory.id,
        aliases: found.advisory.aliases,
        severity: found.advisory.severity,
        cvss: found.advisory.cvss.iter().filter_map(Vector::scored).collect(),
        kev: found.enrichment.kev,
        epss: found.enrichment.epss,
        summary: found.advisory.summary,
        links: found.advisory.links,
        package: package(found.package),
        status: status(found.fixed_in.is_some(), found.plan),
        fixed_in: found.fixed_in,
        fix_known: found.fix_known,
        vendor_status: found.words,
        rated: None,
        origin: None,
        feed: found.feed,
        why: found.why,
        suppressed: found.dismissed.map(|(by, reason)| Suppression { by, reason }),
    }
}

fn status(has_fix: bool, plan: Plan) -> Status {
    match plan {
        _ if has_fix => Status::Fixed,
        Plan::Unsaid => Status::Affected,
        Plan::UnderInvestigation => Status::UnderInvestigation,
        Plan::Deferred => Status::FixDeferred,
        Plan::WillNotFix => Status::WillNotFix,
        Plan::EndOfLife => Status::EndOfLife,
    }
}

fn package(indexed: IndexedPackage) -> FindingPackage {
    let package = indexed.package;
    FindingPackage {
        source: package.source.map(|source| source.name).filter(|name| *name != package.name),
        name: package.name,
        version: package.version,
        kind: package.kind,
        purl: indexed.purl,
        path: Some(indexed.path),
        layer: indexed.layer,
    }
}
