//! Which findings of a report are shown, and in what order: what the address of the page says.

use std::{cmp::Ordering, collections::BTreeMap};

use limpid_core::{
    Report, Severity,
    enrichment::by_risk,
    report::{Finding, Status},
};

use crate::{
    http::ApiError,
    pages::form::{Form, query_of},
};

/// By what findings are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Sort {
    Severity,
    Vulnerability,
    Package,
    Fix,
    Layer,
}

impl Sort {
    pub(in crate::pages) const ALL: [Self; 5] =
        [Self::Severity, Self::Vulnerability, Self::Package, Self::Fix, Self::Layer];

    /// As in the address.
    pub(in crate::pages) fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Vulnerability => "id",
            Self::Package => "package",
            Self::Fix => "fix",
            Self::Layer => "layer",
        }
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Choice {
    /// None: all.
    pub(in crate::pages) severities: Vec<Severity>,
    pub(in crate::pages) fixable: bool,
    /// A part of a package's name, or of its source's.
    pub(in crate::pages) package: String,
    /// The place of a layer, from 1; 0: any.
    pub(in crate::pages) layer: usize,
    /// A part of an identifier, or of what is said about it.
    pub(in crate::pages) text: String,
    /// Whether those that a decision took out are shown too.
    pub(in crate::pages) suppressed: bool,
    pub(in crate::pages) sort: Sort,
    pub(in crate::pages) reversed: bool,
    /// Whether those of one source package stand together.
    pub(in crate::pages) grouped: bool,
    pub(in crate::pages) page: u64,
}

impl Choice {
    /// What an address says.
    ///
    /// # Errors
    /// 400 where it says what nobody understands: showing more than was asked for would mislead.
    pub(in crate::pages) fn of(form: &Form) -> Result<Self, ApiError> {
        let severities: Result<Vec<Severity>, _> = form.all("severity").map(str::parse).collect();
        let sort = match form.get("sort") {
            "" => Sort::Severity,
            word => Sort::ALL.into_iter().find(|sort| sort.word() == word).ok_or_else(|| {
                let words = Sort::ALL.map(Sort::word).join(", ");
                ApiError::bad_request(format!("sort: “{word}” is none of {words}"))
            })?,
        };
        let layer = match form.get("layer") {
            "" => 0,
            text => text
                .parse()
                .map_err(|error| ApiError::bad_request(format!("layer: “{text}” is no number: {error}")))?,
        };
        Ok(Self {
            severities: severities.map_err(|error| ApiError::bad_request(error.to_string()))?,
            fixable: form.has("fixable"),
            package: form.get("package").trim().to_owned(),
            layer,
            text: form.get("q").trim().to_owned(),
            suppressed: form.has("suppressed"),
            sort,
            reversed: form.get("order") == "reversed",
            grouped: form.has("grouped"),
            page: form.page()?,
        })
    }

    /// The query that says this.
    pub(in crate::pages) fn query(&self) -> String {
        let (layer, page) = (self.layer.to_string(), self.page.to_string());
        let flag = |set: bool| if set { "1" } else { "" };
        let mut fields: Vec<(&str, &str)> =
            self.severities.iter().map(|severity| ("severity", severity.as_str())).collect();
        fields.extend([
            ("fixable", flag(self.fixable)),
            ("package", self.package.as_str()),
            ("layer", if self.layer == 0 { "" } else { layer.as_str() }),
            ("q", self.text.as_str()),
            ("suppressed", flag(self.suppressed)),
            ("sort", if self.sort == Sort::Severity { "" } else { self.sort.word() }),
            ("order", if self.reversed { "reversed" } else { "" }),
            ("grouped", flag(self.grouped)),
            ("page", if self.page == 1 { "" } else { page.as_str() }),
        ]);
        query_of(fields)
    }

    /// The query of the same with changes, from its first page.
    pub(in crate::pages) fn with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = Self { page: 1, ..self.clone() };
        change(&mut other);
        other.query()
    }

    /// Whether findings are left out that stand.
    pub(in crate::pages) fn is_narrow(&self) -> bool {
        !self.severities.is_empty()
            || self.fixable
            || !self.package.is_empty()
            || self.layer != 0
            || !self.text.is_empty()
    }

    /// Whether this severity is asked for by name.
    pub(in crate::pages) fn names(&self, severity: &Severity) -> bool {
        self.severities.contains(severity)
    }

    /// The findings, sorted.
    pub(in crate::pages) fn of_report<'a>(&self, report: &'a Report) -> Vec<&'a Finding> {
        let (package, text) = (self.package.to_lowercase(), self.text.to_lowercase());
        let mut found: Vec<&Finding> =
            report.findings.iter().filter(|finding| self.shows(report, finding, &package, &text)).collect();
        found.sort_by(|a, b| self.order(report, a, b));
        if self.grouped {
            let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
            for finding in &found {
                let known = worst.entry(source(finding)).or_default();
                *known = finding.severity.max(*known);
            }
            let rank = |finding: &Finding| worst.get(source(finding)).copied().unwrap_or_default();
            found.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| source(a).cmp(source(b))));
        }
        found
    }

    fn shows(&self, report: &Report, finding: &Finding, package: &str, text: &str) -> bool {
        let holds = |whole: &str, part: &str| whole.to_lowercase().contains(part);
        (self.severities.is_empty() || self.severities.contains(&finding.severity))
            && (!self.fixable || finding.status == Status::Fixed)
            && (self.suppressed || finding.suppressed.is_none())
            && (self.layer == 0 || layer_of(report, finding) == Some(self.layer))
            && (package.is_empty()
                || holds(&finding.package.name, package)
                || holds(source(finding), package))
            && (text.is_empty()
                || holds(&finding.id, text)
                || finding.aliases.iter().any(|alias| holds(alias, text))
                || holds(&finding.summary, text)
                || holds(&finding.package.name, text))
    }

    fn order(&self, report: &Report, a: &Finding, b: &Finding) -> Ordering {
        let order = match self.sort {
            // The worst first is what people mean.
            Sort::Severity => b.severity.cmp(&a.severity),
            Sort::Vulnerability => a.id.cmp(&b.id),
            Sort::Package => a.package.name.cmp(&b.package.name),
            Sort::Fix => b.fixed_in.is_some().cmp(&a.fixed_in.is_some()),
            Sort::Layer => layer_of(report, a).cmp(&layer_of(report, b)),
        };
        let order = if self.reversed { order.reverse() } else { order };
        order.then_with(|| by_risk(a, b))
    }
}

/// All that is built from one source is upgraded together.
pub(in crate::pages) fn source(finding: &Finding) -> &str {
    finding.package.source.as_deref().unwrap_or(&finding.package.name)
}

/// The place of the layer that introduced a finding's package, from 1.
pub(in crate::pages) fn layer_of(report: &Report, finding: &Finding) -> Option<usize> {
    let layer = finding.package.layer.as_ref()?;
    report.image.layers.iter().position(|own| own == layer).map(|place| place + 1)
}
