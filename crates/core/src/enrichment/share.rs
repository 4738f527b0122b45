//! A number from 0 to 1, exact as upstream writes it, so that reports can be compared.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Steps between 0 and 1: nine digits, of which upstream has used up to nine.
const STEPS: f64 = 1e9;

/// A number from 0 to 1, with nine digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

/// What is no number from 0 to 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a number from 0 to 1")]
pub struct InvalidShare(String);

impl Share {
    /// The number, rounded to nine digits.
    ///
    /// # Errors
    /// Below 0, above 1, or no number at all.
    pub fn new(number: f64) -> Result<Self, InvalidShare> {
        if !(0.0..=1.0).contains(&number) {
            return Err(InvalidShare(number.to_string()));
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to a thousand million"
        )]
        let steps = (number * STEPS).round() as u32;
        Ok(Self(steps))
    }

    /// The number.
    pub fn number(self) -> f64 {
        f64::from(self.0) / STEPS
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(formatter)
    }
}

impl FromStr for Share {
    type Err = InvalidShare;

    fn from_str(text: &str) -> Result<Self, InvalidShare> {
        let number = text.trim().parse().ok().and_then(|number| Self::new(number).ok());
        number.ok_or_else(|| InvalidShare(text.to_owned()))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.number())
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
