//! Why a program is not affected, in the five words that VEX has.
//!
//! Source: CISA, “Vulnerability Exploitability eXchange (VEX) – Status Justifications”, as OpenVEX and CSAF spell them.

use std::str::FromStr;

/// Why a program is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Justification {
    /// The component is not in the product.
    ComponentNotPresent,
    /// The component is there without the code.
    VulnerableCodeNotPresent,
    /// The code is never reached.
    VulnerableCodeNotInExecutePath,
    /// Nobody who attacks can steer the code.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Something in the product keeps it from being used.
    InlineMitigationsAlreadyExist,
}

/// A word that is none of the five.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a justification: use component_not_present, vulnerable_code_not_present, \
     vulnerable_code_not_in_execute_path, vulnerable_code_cannot_be_controlled_by_adversary or \
     inline_mitigations_already_exist"
)]
pub struct InvalidJustification(String);

impl Justification {
    const ALL: [Self; 5] = [
        Self::ComponentNotPresent,
        Self::VulnerableCodeNotPresent,
        Self::VulnerableCodeNotInExecutePath,
        Self::VulnerableCodeCannotBeControlledByAdversary,
        Self::InlineMitigationsAlreadyExist,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ComponentNotPresent => "component_not_present",
            Self::VulnerableCodeNotPresent => "vulnerable_code_not_present",
            Self::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
            Self::VulnerableCodeCannotBeControlledByAdversary => {
                "vulnerable_code_cannot_be_controlled_by_adversary"
            }
            Self::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
        }
    }
}

impl FromStr for Justification {
    type Err = InvalidJustification;

    fn from_str(text: &str) -> Result<Self, InvalidJustification> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| InvalidJustification(text.to_owned()))
    }
}
