//! Small parts of pages, each the same everywhere: severities, verdicts, instants, digests, the chart.
//!
//! No fact is told by colour alone: a severity is a shape and a word, and so is a verdict.

use askama::{Template, filters::HtmlSafe};
use chrono::{DateTime, Utc};
use limpid_core::{
    Digest, Severity, Verdict,
    words::{age, instant, number},
};

/// A severity: shape, word, colour.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    ext = "html",
    source = r##"<span class="severity {{ self.class() }}"><svg aria-hidden="true"><use href="#icon-{{ self.class() }}"></use></svg>{{ self.0.as_str() }}</span>"##
)]
pub(super) struct SeverityMark(pub(super) Severity);

impl HtmlSafe for SeverityMark {}

impl SeverityMark {
    pub(super) fn class(&self) -> &'static str {
        match self.0 {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Negligible => "negligible",
            Severity::Unknown => "unknown",
        }
    }
}

/// How many findings of a severity, in a list: shape, number, and the word for who does not see the shape.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r##"<span class="counts">{% for (mark, count) in counts %}<span class="severity {{ mark.class() }}"><svg aria-hidden="true"><use href="#icon-{{ mark.class() }}"></use></svg>{{ count }} <span class="word">{{ mark.0.as_str() }}</span></span>{% endfor %}</span>"##
)]
pub(super) struct Counts {
    counts: Vec<(SeverityMark, String)>,
}

impl HtmlSafe for Counts {}

impl Counts {
    /// Of what is there, the worst first; `None` where nothing is.
    pub(super) fn some(count: impl Fn(Severity) -> u64) -> Option<Self> {
        let counts = Self::of(count);
        (!counts.counts.is_empty()).then_some(counts)
    }

    /// Of what is there, the worst first.
    pub(super) fn of(count: impl Fn(Severity) -> u64) -> Self {
        let there = Severity::WORST_FIRST.into_iter().filter(|severity| count(*severity) > 0);
        Self { counts: there.map(|severity| (SeverityMark(severity), number(count(severity)))).collect() }
    }
}

/// A verdict, or why there is none: shape and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r##"<span class="verdict-word {{ class }}"><svg aria-hidden="true"><use href="#icon-{{ class }}"></use></svg>{{ word }}</span>"##
)]
pub(super) struct VerdictMark {
    /// The class, and the name of the shape.
    pub(super) class: &'static str,
    /// The word.
    pub(super) word: &'static str,
}

impl HtmlSafe for VerdictMark {}

impl VerdictMark {
    pub(super) const WAITING: Self = Self { class: "waiting", word: "Queued" };
    pub(super) const INDEXING: Self = Self { class: "waiting", word: "Being read" };
    pub(super) const FAILED: Self = Self { class: "failed", word: "Failed" };
    pub(super) const UNSUPPORTED: Self = Self { class: "unsupported", word: "Not an image" };
    pub(super) const UNKNOWN: Self = Self { class: "unsupported", word: "Not looked at" };

    pub(super) fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Vulnerable => Self { class: "vulnerable", word: "Vulnerable" },
            Verdict::Clean => Self { class: "clean", word: "Clean" },
            Verdict::Unproven => Self { class: "unproven", word: "Unproven" },
        }
    }
}

/// An instant: how long ago, and exactly where one looks closer.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(ext = "html", source = r#"<time datetime="{{ exact }}" title="{{ exact }}">{{ words }}</time>"#)]
pub(super) struct Moment {
    exact: String,
    words: String,
}

impl HtmlSafe for Moment {}

impl Moment {
    /// An instant in the past.
    pub(super) fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { exact: instant(then), words: age(then, now) }
    }

    /// An instant to come.
    pub(super) fn ahead(then: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let words = if then <= now {
            "now".to_owned()
        } else {
            let minutes = then.signed_duration_since(now).num_minutes();
            match minutes {
                ..1 => "in less than a minute".to_owned(),
                1..120 => format!("in {minutes} min"),
                120..2880 => format!("in {} hours", minutes / 60),
                2880.. => format!("in {} days", minutes / 1440),
            }
        };
        Self { exact: instant(then), words }
    }
}

/// A digest: its beginning, and the whole of it to copy.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r##"<span class="copy"><code title="{{ whole }}">{{ short }}</code><button type="button" class="plain needs-script no-print" data-copy="{{ whole }}"><svg aria-hidden="true"><use href="#icon-copy"></use></svg><span class="hidden">Copy {{ short }}</span></button></span>"##
)]
pub(super) struct DigestMark {
    whole: String,
    short: String,
}

impl HtmlSafe for DigestMark {}

/// Hexadecimal digits that are shown of a digest.
const DIGITS: usize = 12;

impl DigestMark {
    pub(super) fn of(digest: &Digest) -> Self {
        Self { whole: digest.to_string(), short: short(digest) }
    }
}

/// `sha256:4ff3ca91275c`.
pub(super) fn short(digest: &Digest) -> String {
    let algorithm = digest.as_str().split_once(':').map_or("", |(algorithm, _)| algorithm);
    let digits: String = digest.hex().chars().take(DIGITS).collect();
    format!("{algorithm}:{digits}")
}

/// A command to copy.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r##"<div class="command"><code>{{ self.0 }}</code><button type="button" class="plain needs-script no-print" data-copy="{{ self.0 }}"><svg aria-hidden="true"><use href="#icon-copy"></use></svg><span class="hidden">Copy</span></button></div>"##
)]
pub(super) struct Command(pub(super) String);

impl HtmlSafe for Command {}

/// One line of the chart.
#[derive(Debug, Clone)]
pub(super) struct ChartLine {
    pub(super) mark: SeverityMark,
    pub(super) count: String,
    /// Length of the bar, of 100; what is there is seen.
    pub(super) length: u64,
    /// Where the findings of this severity are.
    pub(super) address: String,
}

/// Findings by severity, as bars.
#[derive(Debug, Clone, Template)]
#[template(path = "chart.html")]
pub(super) struct Chart {
    lines: Vec<ChartLine>,
    words: String,
}

impl HtmlSafe for Chart {}

impl Chart {
    /// The chart of these counts; `address` is where the findings of a severity are.
    pub(super) fn of(count: impl Fn(Severity) -> u64, address: impl Fn(Severity) -> String) -> Self {
        let most = Severity::WORST_FIRST.into_iter().map(&count).max().unwrap_or(0);
        let line = |severity| {
            let count = count(severity);
            let length = (count * 100).checked_div(most).unwrap_or(0);
            ChartLine {
                mark: SeverityMark(severity),
                count: number(count),
                length: if count > 0 { length.max(1) } else { 0 },
                address: address(severity),
            }
        };
        let lines: Vec<ChartLine> = Severity::WORST_FIRST.into_iter().map(line).collect();
        let words: Vec<String> =
            lines.iter().map(|line| format!("{} {}", line.count, line.mark.0.as_str())).collect();
        Self { lines, words: words.join(", ") }
    }
}
