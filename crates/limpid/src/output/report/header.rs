//! What was looked at, and with which data.

use std::io;

use chrono::NaiveDate;
use limpid_core::{Distribution, ImageFacts, Report, report::ReportFeed};

use crate::output::{
    columns::{Align, Cell, Column, Fit, Table},
    page::{LABEL, Page},
    style,
    text::{age, counted, escaped, number},
};

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    image(page, &report.image)?;
    distributions(page, &report.distributions, Some(report.proof.as_of))?;
    packages(page, report)?;
    feeds(page, report)?;
    page.labelled("Judged as of", &report.proof.as_of.to_string())
}

/// The image's name, digest and platform.
pub(in crate::output) fn image(page: &mut Page<'_>, image: &ImageFacts) -> io::Result<()> {
    let name = page.styled(style::STRONG, &escaped(&image.reference));
    page.labelled("Image", &name)?;
    let layers = counted(image.layers.len() as u64, "layer");
    let algorithm = image.digest.algorithm();
    let facts = [format!("{algorithm}:{}", image.digest.short()), escaped(&image.platform), layers];
    page.labelled_pieces("", &facts.map(|fact| (style::PLAIN, fact)))
}

/// The distributions; with the end of life where there is a day to judge it by.
pub(in crate::output) fn distributions(
    page: &mut Page<'_>,
    distributions: &[Distribution],
    as_of: Option<NaiveDate>,
) -> io::Result<()> {
    if distributions.is_empty() {
        let none = page.styled(style::NOT_JUDGED, "none recognised");
        return page.labelled("Distribution", &none);
    }
    for (place, distribution) in distributions.iter().enumerate() {
        let label = if place == 0 { "Distribution" } else { "" };
        let mut pieces = vec![(style::PLAIN, escaped(&distribution.name))];
        match (distribution.end_of_life, as_of) {
            (Some(end), Some(day)) if end < day => {
                pieces.push((style::NOT_JUDGED, format!("end of life since {end}")));
            }
            (Some(end), Some(_)) => pieces.push((style::PLAIN, format!("supported until {end}"))),
            (None, _) | (_, None) => {}
        }
        page.labelled_pieces(label, &pieces)?;
    }
    Ok(())
}

fn packages(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let (all, judged) = (report.summary.packages, report.summary.judged);
    let judged = match (all, judged) {
        (0, _) => vec![(style::NOT_JUDGED, "none found".to_owned())],
        (all, judged) if all == judged => {
            vec![(style::PLAIN, number(all)), (style::PLAIN, "all judged".to_owned())]
        }
        (all, judged) => {
            vec![(style::PLAIN, number(all)), (style::NOT_JUDGED, format!("{} judged", number(judged)))]
        }
    };
    page.labelled_pieces("Packages", &judged)
}

const FEED_COLUMNS: [Column; 4] = [
    Column { title: "", fit: Fit::Whole, align: Align::Left },
    Column { title: "", fit: Fit::Spare { least: 15, rank: 3 }, align: Align::Right },
    Column { title: "", fit: Fit::Spare { least: 12, rank: 2 }, align: Align::Left },
    Column { title: "", fit: Fit::Spare { least: 12, rank: 1 }, align: Align::Left },
];

/// Each feed that was asked: records, when it was looked at, and the date that upstream gives it.
fn feeds(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.feeds.is_empty() {
        let none = page.styled(style::NOT_JUDGED, "none that speaks about this image");
        return page.labelled("Advisory data", &none);
    }
    let rows: Vec<Vec<Cell>> = report.feeds.iter().map(|feed| feed_row(report, feed)).collect();
    let table = Table::new(FEED_COLUMNS, rows);
    let lines = table.untitled(page, page.width.saturating_sub(LABEL));
    let labels = std::iter::once("Advisory data").chain(std::iter::repeat(""));
    labels.zip(lines).try_for_each(|(label, line)| page.labelled(label, &line))
}

fn feed_row(report: &Report, feed: &ReportFeed) -> Vec<Cell> {
    let observed = report.observed.feeds.get(&feed.name);
    let checked =
        observed.map_or_else(String::new, |observed| age(observed.checked_at, report.observed.generated_at));
    let checked = if report.proof.stale.contains(&feed.name) {
        Cell::new(format!("stale, {checked}"), style::NOT_JUDGED)
    } else {
        Cell::plain(format!("checked {checked}"))
    };
    let date = feed.upstream_date.as_ref();
    vec![
        Cell::plain(escaped(&feed.name)),
        Cell::plain(counted(feed.records, "record")),
        checked,
        Cell::new(date.map_or_else(String::new, |date| format!("upstream {}", escaped(date))), style::QUIET),
    ]
}
