//! Platforms: `os/architecture[/variant]`, in the words of the OCI image specification (image index, `platform`).
//!
//! Equal platforms have one spelling: `linux/x86_64` is `linux/amd64`, `linux/arm64/v8` is `linux/arm64`, and
//! `linux/arm` is `linux/arm/v7`. What an image itself says is shown as it says it; only the comparison is normal.

use std::{fmt, str::FromStr};

/// What an image runs on, or what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

/// Which of the images of an index are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Platforms {
    /// Every one.
    All,
    /// The best for each of these.
    These(Vec<Platform>),
}

impl Platforms {
    /// Whether an image of this platform can be one of them.
    pub fn may_be(&self, offered: &Platform) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.iter().any(|one| one.distance(offered).is_some()),
        }
    }
}

/// A text that names no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{text}” is not a platform: expected os/architecture or os/architecture/variant, such as linux/arm64"
)]
pub struct InvalidPlatform {
    text: String,
}

impl Platform {
    /// A platform as an image states it. Empty words become `unknown`.
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let word = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_lowercase() };
        let variant = variant.filter(|text| !text.is_empty()).map(str::to_lowercase);
        Self { os: word(os), architecture: word(architecture), variant }
    }

    /// What this machine runs in containers: always Linux, on its own processor.
    pub fn host() -> Self {
        Self::new("linux", std::env::consts::ARCH, None).normal()
    }

    /// Whether this is the `unknown/unknown` of attestations, which are no images.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// Whether both run on the same system and processor, whatever the variant.
    pub fn same_processor(&self, other: &Self) -> bool {
        let (one, other) = (self.normal(), other.normal());
        one.os == other.os && one.architecture == other.architecture
    }

    /// How well `offered` serves whoever asks for this platform: 0 is the very platform, more is an older variant of
    /// the same processor, `None` cannot run.
    pub fn distance(&self, offered: &Self) -> Option<u32> {
        let (wanted, offered) = (self.normal(), offered.normal());
        if wanted.os != offered.os || wanted.architecture != offered.architecture {
            return None;
        }
        match (wanted.level(), offered.level()) {
            (Some(wanted), Some(offered)) => wanted.checked_sub(offered),
            _ => (wanted.variant == offered.variant).then_some(0),
        }
    }

    /// The number of the variant; newer processors run what was built for older ones.
    fn level(&self) -> Option<u32> {
        match &self.variant {
            Some(variant) => variant.strip_prefix('v').and_then(|digits| digits.parse().ok()),
            None => Some(default_level(&self.architecture)),
        }
    }

    /// The one spelling of this platform.
    fn normal(&self) -> Self {
        let (architecture, implied) = match self.architecture.as_str() {
            "x86_64" | "x86-64" => ("amd64", None),
            "aarch64" => ("arm64", None),
            "x86" | "i386" | "i486" | "i586" | "i686" => ("386", None),
            "armhf" => ("arm", Some("v7")),
            "armel" => ("arm", Some("v6")),
            "powerpc64" if cfg!(target_endian = "little") => ("ppc64le", None),
            "loongarch64" => ("loong64", None),
            other => (other, None),
        };
        let variant = self.variant.as_deref().or(implied).map(|text| {
            if text.starts_with(|first: char| first.is_ascii_digit()) {
                format!("v{text}")
            } else {
                text.to_owned()
            }
        });
        let variant = variant.filter(|text| *text != format!("v{}", default_level(architecture)));
        Self { os: self.os.clone(), architecture: architecture.to_owned(), variant }
    }
}

/// The variant that is meant where none is named.
fn default_level(architecture: &str) -> u32 {
    match architecture {
        "arm64" => 8,
        "arm" => 7,
        _ => 1,
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        let invalid = || InvalidPlatform { text: text.to_owned() };
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        };
        let words: Vec<&str> = text.split('/').collect();
        if !words.iter().all(|word| is_word(word)) {
            return Err(invalid());
        }
        match words.as_slice() {
            [os, architecture] => Ok(Self::new(os, architecture, None)),
            [os, architecture, variant] => Ok(Self::new(os, architecture, Some(variant))),
            _ => Err(invalid()),
        }
    }
}

impl FromStr for Platforms {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self::These)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    fn distance(wanted: &str, offered: &str) -> Option<u32> {
        platform(wanted).distance(&platform(offered))
    }

    #[test]
    fn spellings_of_one_platform_are_equal() {
        for (one, other) in [
            ("linux/arm64", "linux/arm64/v8"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/x86_64", "Linux/AMD64/v1"),
            ("linux/arm", "linux/arm/7"),
            ("linux/armhf", "linux/arm/v7"),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (Some(0), Some(0)), "{one} {other}");
        }
    }

    #[test]
    fn an_older_variant_serves_and_a_newer_one_does_not() {
        assert_eq!(distance("linux/arm/v7", "linux/arm/v6"), Some(1));
        assert_eq!(distance("linux/arm/v6", "linux/arm/v7"), None);
        assert_eq!(distance("linux/amd64/v3", "linux/amd64"), Some(2));
        assert_eq!(distance("linux/amd64", "linux/amd64/v2"), None);
        assert_eq!(distance("linux/arm64", "linux/arm"), None);
        assert_eq!(distance("windows/amd64", "linux/amd64"), None);
        assert_eq!(distance("linux/riscv64/rva23", "linux/riscv64/rva23"), Some(0));
        assert_eq!(distance("linux/riscv64/rva23", "linux/riscv64"), None);
    }

    #[test]
    fn only_two_or_three_words_are_a_platform() {
        for wrong in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/arm v7", "linux//v8"] {
            assert!(wrong.parse::<Platform>().is_err(), "{wrong}");
        }
        assert_eq!(platform("linux/arm64/v8").to_string(), "linux/arm64/v8");
    }

    #[test]
    fn several_platforms_are_a_list_or_all() {
        assert_eq!("all".parse(), Ok(Platforms::All));
        let two = vec![platform("linux/amd64"), platform("linux/arm64")];
        assert_eq!("linux/amd64,linux/arm64".parse(), Ok(Platforms::These(two)));
        for wrong in ["", "all,linux/amd64", "linux/amd64,"] {
            assert!(wrong.parse::<Platforms>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_image_that_says_nothing_is_of_an_unknown_platform() {
        assert!(Platform::new("", "", None).is_unknown());
        assert!(!Platform::host().is_unknown());
    }
}
