//! The verdict in a sentence: what it means, and what to do.

use std::io;

use limpid_core::Report;

use crate::output::{page::Page, style, text::escaped};

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let word = format!("{}:", report.verdict);
    page.prose_led_by(style::of_verdict(report.verdict), &word, &escaped(&sentence(report)))
}

/// Everything after the verdict's word. The names of feeds in it are strangers' text.
pub(in crate::output) fn sentence(report: &Report) -> String {
    report.sentence(|reasons| {
        let it = if reasons.len() == 1 { "it" } else { "them" };
        let names = reasons.join(",");
        format!("The blind spots tell the way out; --accept {names} waives {it} by name.")
    })
}
