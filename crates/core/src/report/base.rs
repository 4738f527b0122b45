//! Which findings come with the image that another one was built on.
//!
//! Told by layers alone: what a layer of the base brought and nothing above it changed is the base's; what was upgraded
//! above is the image's. Where that cannot be told, nothing is claimed.

use serde::{Deserialize, Serialize};

use super::{Finding, Report};
use crate::{
    Digest,
    words::{counted, number},
};

/// The image that this one was built on, and what comes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// How it was named.
    pub reference: String,
    /// Its digest.
    pub digest: Digest,
    /// How many of the image's layers are its own, from the lowest on.
    pub layers: u64,
    /// Findings that stand and come with it.
    pub findings: u64,
    /// Those of them that have a fix.
    pub fixable: u64,
    /// Findings that stand and come with what is above it.
    pub above: u64,
}

/// Who brought the package of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The base.
    Base,
    /// What is above it.
    Image,
}

impl Origin {
    /// Who brought the package of a finding in an image of these layers, of which the lowest so many are those of the base;
    /// `None` where nobody knows it.
    pub fn of(finding: &Finding, layers: &[Digest], of_base: usize) -> Option<Self> {
        let (below, above) = layers.split_at_checked(of_base).unwrap_or((layers, &[]));
        let layer = finding.package.layer.as_ref();
        let is_in = |layers: &[Digest]| layer.is_some_and(|layer| layers.contains(layer));
        match (is_in(below), is_in(above)) {
            (true, false) => Some(Self::Base),
            (false, true) => Some(Self::Image),
            // The very layer stands on both sides, or nobody knows which one it was.
            (true, true) | (false, false) => None,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Image => "image",
        }
    }
}

impl Report {
    /// The same report, with what comes with its base: the image of this name and digest, whose layers are the lowest
    /// `layers` of this one.
    #[must_use]
    pub fn on_base(mut self, reference: String, digest: Digest, layers: usize) -> Self {
        for finding in &mut self.findings {
            finding.origin = Origin::of(finding, &self.image.layers, layers);
        }
        let of = |origin| self.standing().filter(move |finding| finding.origin == Some(origin));
        let has_fix = |finding: &&Finding| finding.fixed_in.is_some();
        let base = Base {
            reference,
            digest,
            layers: self.image.layers.len().min(layers) as u64,
            findings: of(Origin::Base).count() as u64,
            fixable: of(Origin::Base).filter(has_fix).count() as u64,
            above: of(Origin::Image).count() as u64,
        };
        self.base = Some(base);
        self
    }

    /// What comes with the base, in a sentence. The name in it is a stranger's text.
    pub fn sentence_of_base(&self) -> Option<String> {
        let base = self.base.as_ref()?;
        let total = self.standing().count() as u64;
        let name = format!("the base {} ({} of {})", base.reference, number(base.layers), self.layers());
        if total == 0 {
            return Some(format!("No finding comes with {name}."));
        }
        let verb = |count: u64| if count == 1 { "comes" } else { "come" };
        let fixable = if base.findings == 0 {
            String::new()
        } else {
            format!(", {} of them fixable", number(base.fixable))
        };
        let mut text = format!(
            "{} of {} {} with {name}{fixable}; {} {} with what is above it",
            number(base.findings),
            counted(total, "finding"),
            verb(base.findings),
            number(base.above),
            verb(base.above),
        );
        match total.saturating_sub(base.findings).saturating_sub(base.above) {
            0 => {}
            unknown => text.push_str(&format!("; of {} nobody knows it", number(unknown))),
        }
        text.push('.');
        Some(text)
    }

    fn layers(&self) -> String {
        counted(self.image.layers.len() as u64, "layer")
    }
}
