//! Scope: whose statements hold for a package, and which packages are nobody's.
//!
//! Most packages are judged by what is said under the namespace of their release. Some vendors speak about products and
//! repositories instead, and packages of other vendors are spoken about by none of them: taking such a one for the
//! distribution's own would be a finding, or its absence, by accident.

use crate::{BlindSpot, Distribution, Ecosystem, Package};

/// What an ecosystem is asked about one package.
pub struct ScopeQuestion<'a> {
    /// The namespace of the release, such as `Alpine:v3.16`.
    pub namespace: &'a str,
    /// `ID` of the distribution's os-release: another than the ecosystem's own where it is a derived one. Empty where no
    /// distribution was recognised.
    pub distribution: &'a str,
    /// The package.
    pub package: &'a Package,
    /// The repositories that the packages of the image come from, where a manifest of its contents says so.
    pub repositories: &'a [String],
    /// The values of a fact in the catalog ([`crate::advisory::Record::fact`]), by subject and key.
    pub facts: &'a dyn Fn(&str, &str) -> Vec<String>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Statements under these namespaces hold for the package.
    Namespaces(Vec<String>),
    /// As [`Scope::Namespaces`], in groups: what one says of a vulnerability outweighs what later ones say of the same.
    Ranked {
        /// The groups, the one that outweighs in front.
        groups: Vec<Vec<String>>,
        /// What is not sure about it; the same of several packages is one.
        doubts: Vec<BlindSpot>,
    },
    /// As [`Scope::Namespaces`], of feeds that speak about some products and not of all that there are: a package that they
    /// never name, in whatever version, is nobody's.
    IfNamed {
        /// The namespaces.
        namespaces: Vec<String>,
        /// What is not sure about it where it is named.
        doubts: Vec<BlindSpot>,
    },
    /// The package was built by somebody about whose packages the feeds do not speak.
    ThirdParty {
        /// Who, or why, for people: `docker.com`, `signed with key 1234…`. Of languages empty where nobody speaks about what is
        /// called so, whoever built it.
        by: String,
    },
}

/// The scope of a package to which the namespace of its release says all.
pub fn own_namespace(question: &ScopeQuestion<'_>) -> Scope {
    Scope::Namespaces(vec![question.namespace.to_owned()])
}

/// Whether the distribution's data speaks about one of its packages. No facts of the data are known here: where they decide,
/// it does.
pub fn is_spoken_about(ecosystem: &Ecosystem, distribution: &Distribution, package: &Package) -> bool {
    let question = ScopeQuestion {
        namespace: &distribution.ecosystem,
        distribution: &distribution.id,
        package,
        repositories: &[],
        facts: &|_, _| Vec::new(),
    };
    match (ecosystem.scope)(&question) {
        Scope::Namespaces(_) | Scope::Ranked { .. } | Scope::IfNamed { .. } => true,
        Scope::ThirdParty { .. } => false,
    }
}

/// Whether the feeds of a language may speak about one of its packages; the error is what it is of which they do not, in words.
///
/// # Errors
/// Such as `LuaRocks`, which has no feeds, or `java of Somebody Else`.
pub fn may_be_spoken_about(language: &Ecosystem, package: &Package) -> Result<(), String> {
    if !language.feeds.is_there() {
        return Err(language.osv_name.to_owned());
    }
    let question = ScopeQuestion {
        namespace: language.osv_name,
        distribution: "",
        package,
        repositories: &[],
        facts: &|_, _| Vec::new(),
    };
    match (language.scope)(&question) {
        Scope::Namespaces(_) | Scope::Ranked { .. } | Scope::IfNamed { .. } => Ok(()),
        Scope::ThirdParty { by } if by.is_empty() => Err(package.name.clone()),
        Scope::ThirdParty { by } => Err(format!("{} of {by}", package.name)),
    }
}
