//! The inputs of which it is open whether they differ.

use super::{packages, words::listed};
use crate::comparison::{Comparison, Input, Inputs};

/// Inputs that go by the same name on both sides, which proves nothing; that packages of one image differ does.
pub(super) fn claimed(comparison: &Comparison) -> Vec<String> {
    let inputs = &comparison.inputs;
    let differ = comparison.packages.as_ref().is_some_and(|packages| !packages.is_empty());
    let open = inputs.named().into_iter().filter(|(_, input)| input.same.is_none() && input.is_told());
    let clause = |(name, _): (&str, &Input)| {
        let is_refuted = name == "index state" && inputs.image.same == Some(true) && differ;
        if is_refuted {
            format!("both sides name the same {name}, but read the image otherwise{}", packages(comparison))
        } else {
            format!("both sides name the same {name}, which does not prove that it is")
        }
    };
    open.map(clause).collect()
}

/// Inputs that one side, or neither, tells.
pub(super) fn untold(inputs: &Inputs) -> Vec<String> {
    let missing = |side: fn(&Input) -> &Option<String>| -> Vec<String> {
        let named = inputs.named().into_iter().filter(|(name, _)| *name != "stale feeds");
        named.filter(|(_, input)| side(input).is_none()).map(|(name, _)| name.to_owned()).collect()
    };
    let (a, b) = (missing(|input| &input.a), missing(|input| &input.b));
    if a == b && !a.is_empty() {
        return vec![format!("neither side tells its {}", listed(&a))];
    }
    let sides = [("A", a), ("B", b)].into_iter().filter(|(_, missing)| !missing.is_empty());
    sides.map(|(side, missing)| format!("{side} does not tell its {}", listed(&missing))).collect()
}
