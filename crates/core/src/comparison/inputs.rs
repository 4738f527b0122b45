//! The inputs of two reports, side by side.

use serde::{Deserialize, Serialize};

use super::{Cause, Side, SideInputs, Told};

/// Everything that a report is a function of, on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Digest of the image.
    pub image: Input,
    /// Digest of all that detects packages.
    pub index_state: Input,
    /// Digest of the advisory data as a whole.
    pub catalog: Input,
    /// Digest of the decisions, and of the code that judges.
    pub policy: Input,
    /// The day as of which was judged.
    pub as_of: Input,
    /// The feeds that were classed as stale, separated by commas.
    pub stale: Input,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Whether both sides have the same; `None` where what they tell leaves it open.
    pub same: Option<bool>,
    /// That of the first side; `None` where it does not tell.
    pub a: Option<String>,
    /// That of the second.
    pub b: Option<String>,
}

impl Inputs {
    pub(super) fn of(a: &Side, b: &Side) -> Self {
        let input = |of: fn(&SideInputs) -> &Told| Input::of(of(&a.inputs), of(&b.inputs));
        let image = |side: &Side| Told::Proven(side.image.digest.to_string());
        let stale = |side: &Side| {
            side.inputs.stale.as_ref().map_or(Told::Nothing, |feeds| Told::Proven(feeds.join(", ")))
        };
        Self {
            image: Input::of(&image(a), &image(b)),
            index_state: input(|inputs| &inputs.index_state),
            catalog: input(|inputs| &inputs.catalog),
            policy: input(|inputs| &inputs.policy),
            as_of: input(|inputs| &inputs.as_of),
            stale: Input::of(&stale(a), &stale(b)),
        }
    }

    /// Each input under the name that people read.
    pub fn named(&self) -> [(&'static str, &Input); 6] {
        [
            ("image", &self.image),
            ("index state", &self.index_state),
            ("advisory data", &self.catalog),
            ("policy", &self.policy),
            ("day", &self.as_of),
            ("stale feeds", &self.stale),
        ]
    }

    /// Whether the input that a cause stands for is the same; `None` where that is open.
    pub(super) fn same(&self, cause: Cause) -> Option<bool> {
        match cause {
            Cause::Image => self.image.same,
            Cause::IndexState => self.index_state.same,
            Cause::AdvisoryData => self.catalog.same,
            Cause::Policy => self.policy.same,
            Cause::Day => match (self.as_of.same, self.stale.same) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (None, _) | (_, None) => None,
                (Some(true), Some(true)) => Some(true),
            },
            Cause::Unclear => Some(true),
        }
    }

    /// Whether the input that a cause stands for may differ.
    pub(super) fn may_differ(&self, cause: Cause) -> bool {
        self.same(cause) != Some(true)
    }

    /// Whether no input differs, and none is left open.
    pub fn all_same(&self) -> bool {
        self.named().iter().all(|(_, input)| input.same == Some(true))
    }
}

impl Input {
    fn of(a: &Told, b: &Told) -> Self {
        let text = |told: &Told| told.text().map(str::to_owned);
        Self { same: a.same(b), a: text(a), b: text(b) }
    }

    /// Whether both sides tell theirs.
    pub fn is_told(&self) -> bool {
        self.a.is_some() && self.b.is_some()
    }
}
