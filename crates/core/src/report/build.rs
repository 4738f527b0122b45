//! Makes a report of a judgement: applies the policy, counts, sorts.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Finding, FindingPackage, Observed, ObservedFeed, Proof, Report, ReportFeed, SCHEMA, Status, Summary,
};
use crate::{
    BlindSpot, Digest, IndexReport, IndexedPackage, Severity, Verdict,
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
    let blind_spots = blind_spots(index, judgement.blind_spots, policy);
    let mut findings: Vec<Finding> = judgement.findings.into_iter().map(|one| finding(one, policy)).collect();
    findings.sort_by(order);
    let standing: Vec<&Finding> = findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    let feeds = &judgement.feeds;
    let observed_feed = |data: &crate::matching::FeedData| ObservedFeed {
        changed_at: data.changed_at,
        checked_at: data.checked_at,
    };
    Report {
        schema: SCHEMA.to_owned(),
        image: index.image.clone(),
        verdict: Verdict::of(standing.len(), &blind_spots),
        proof: Proof {
            index_state: index.index_state.clone(),
            catalog,
            policy: policy.digest(),
            as_of,
            stale: feeds.iter().filter(|(_, data)| data.stale).map(|(name, _)| name.clone()).collect(),
        },
        observed: Observed {
            generated_at,
            feeds: feeds.iter().map(|(name, data)| (name.clone(), observed_feed(data))).collect(),
        },
        distributions: judgement.distributions,
        summary: summary(index, judgement.judged, &standing),
        feeds: judgement
            .feeds
            .into_iter()
            .map(|(name, data)| ReportFeed {
                name,
                segment: data.segment,
                upstream_date: data.upstream_date,
                records: data.records,
            })
            .collect(),
        blind_spots,
        findings,
    }
}

fn blind_spots(index: &IndexReport, of_matching: Vec<BlindSpot>, policy: &Policy) -> Vec<BlindSpot> {
    let mut spots: Vec<BlindSpot> =
        index.blind_spots.iter().cloned().chain(of_matching).map(|spot| policy.waive(spot)).collect();
    spots.sort();
    spots.dedup();
    spots
}

/// Worst first, then by package, then by identifier: the order in which people read.
fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    b.severity.cmp(&a.severity).then_with(|| a.package.cmp(&b.package)).then_with(|| a.id.cmp(&b.id))
}

fn finding(found: Match, policy: &Policy) -> Finding {
    let suppressed = policy.suppression(&found);
    Finding {
        id: found.advisory.id,
        aliases: found.advisory.aliases,
        severity: found.advisory.severity,
        summary: found.advisory.summary,
        links: found.advisory.links,
        package: package(found.package),
        status: if found.fixed_in.is_some() { Status::Fixed } else { Status::Affected },
        fixed_in: found.fixed_in,
        feed: found.feed,
        why: found.why,
        suppressed,
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

fn summary(index: &IndexReport, judged: u64, standing: &[&Finding]) -> Summary {
    let mut findings: BTreeMap<Severity, u64> =
        Severity::WORST_FIRST.iter().map(|&severity| (severity, 0)).collect();
    for finding in standing {
        *findings.entry(finding.severity).or_default() += 1;
    }
    Summary {
        packages: index.packages.len() as u64,
        judged,
        findings,
        fixable: standing.iter().filter(|finding| finding.fixed_in.is_some()).count() as u64,
    }
}
