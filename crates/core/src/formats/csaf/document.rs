//! The parts of a document that Limpid reads. What stands beside them is passed over.

use serde::{Deserialize, Deserializer};

use super::Text;
use crate::feed::FeedError;

/// One document.
#[derive(Debug, Deserialize)]
pub struct Document<'a> {
    /// What it says of itself.
    #[serde(borrow)]
    pub document: Head<'a>,
    /// Products, components, and which is a part of which.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub product_tree: Tree<'a>,
    /// What is said about each vulnerability.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub vulnerabilities: Vec<Vulnerability<'a>>,
}

/// What a document says of itself.
#[derive(Debug, Deserialize)]
pub struct Head<'a> {
    /// `csaf_vex`, `csaf_security_advisory`.
    #[serde(borrow)]
    pub category: Option<Text<'a>>,
    /// The severity of the whole.
    #[serde(borrow)]
    pub aggregate_severity: Option<Severity<'a>>,
    /// A line for people.
    #[serde(borrow)]
    pub title: Option<Text<'a>>,
    /// Identifier, state and date.
    #[serde(borrow)]
    pub tracking: Tracking<'a>,
}

/// The severity of the whole.
#[derive(Debug, Deserialize)]
pub struct Severity<'a> {
    /// The vendor's word.
    #[serde(borrow)]
    pub text: Text<'a>,
}

/// Identifier, state and date of a document.
#[derive(Debug, Deserialize)]
pub struct Tracking<'a> {
    /// Identifier: that of the vulnerability in a VEX document, or of the advisory.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// `final`, `interim`, `draft`; Red Hat says `deleted` of what it has taken back.
    #[serde(borrow)]
    pub status: Option<Text<'a>>,
    /// When it was changed last.
    #[serde(borrow)]
    pub current_release_date: Option<Text<'a>>,
}

/// The product tree.
#[derive(Debug, Default, Deserialize)]
pub struct Tree<'a> {
    /// Products, nested by vendor, family and architecture.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub branches: Vec<Branch<'a>>,
    /// Products outside the branches.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub full_product_names: Vec<Product<'a>>,
    /// Which product is a part of which.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub relationships: Vec<Relationship<'a>>,
}

/// One branch.
#[derive(Debug, Deserialize)]
pub struct Branch<'a> {
    /// Branches below.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub branches: Vec<Self>,
    /// A leaf's product.
    #[serde(borrow)]
    pub product: Option<Product<'a>>,
}

/// A product, or a component of one.
#[derive(Debug, Deserialize)]
pub struct Product<'a> {
    /// Its identifier within the document.
    #[serde(borrow)]
    pub product_id: Text<'a>,
    /// Its identifiers outside.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub product_identification_helper: Identifiers<'a>,
}

/// Identifiers of a product.
#[derive(Debug, Default, Deserialize)]
pub struct Identifiers<'a> {
    /// CPE, of products.
    #[serde(borrow)]
    pub cpe: Option<Text<'a>>,
    /// Package URL, of components.
    #[serde(borrow)]
    pub purl: Option<Text<'a>>,
}

/// One product as a part of another.
#[derive(Debug, Deserialize)]
pub struct Relationship<'a> {
    /// The product that the two make up.
    #[serde(borrow)]
    pub full_product_name: Product<'a>,
    /// The part.
    #[serde(borrow)]
    pub product_reference: Text<'a>,
    /// The whole.
    #[serde(borrow)]
    pub relates_to_product_reference: Text<'a>,
}

/// What is said about one vulnerability.
#[derive(Debug, Deserialize)]
pub struct Vulnerability<'a> {
    /// Its CVE.
    #[serde(borrow)]
    pub cve: Option<Text<'a>>,
    /// A line for people.
    #[serde(borrow)]
    pub title: Option<Text<'a>>,
    /// Descriptions.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub notes: Vec<Note<'a>>,
    /// Products by what holds of them.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub product_status: Status<'a>,
    /// What can be done.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub remediations: Vec<Remediation<'a>>,
    /// How bad it is, by product.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub threats: Vec<Threat<'a>>,
    /// CVSS, by product.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub scores: Vec<Score<'a>>,
    /// Where to read more.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub references: Vec<Reference<'a>>,
    /// When it became public.
    #[serde(borrow)]
    pub release_date: Option<Text<'a>>,
}

/// A text.
#[derive(Debug, Deserialize)]
pub struct Note<'a> {
    /// `description`, `summary` and others.
    #[serde(borrow)]
    pub category: Text<'a>,
    /// The text.
    #[serde(borrow)]
    pub text: Text<'a>,
}

/// Identifiers of products by what holds of them.
#[derive(Debug, Default, Deserialize)]
pub struct Status<'a> {
    /// Fixed in this version.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub fixed: Vec<Text<'a>>,
    /// The first version with the fix.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub first_fixed: Vec<Text<'a>>,
    /// Affected.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub known_affected: Vec<Text<'a>>,
    /// The first version that is affected.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub first_affected: Vec<Text<'a>>,
    /// The last version that is affected.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub last_affected: Vec<Text<'a>>,
    /// Not affected.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub known_not_affected: Vec<Text<'a>>,
    /// Not known yet.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub under_investigation: Vec<Text<'a>>,
}

/// What can be done.
#[derive(Debug, Deserialize)]
pub struct Remediation<'a> {
    /// `vendor_fix`, `none_available`, `no_fix_planned`, `workaround`, `mitigation`.
    #[serde(borrow)]
    pub category: Text<'a>,
    /// In words.
    #[serde(borrow)]
    pub details: Option<Text<'a>>,
    /// The advisory of a fix.
    #[serde(borrow)]
    pub url: Option<Text<'a>>,
    /// When a fix was published.
    #[serde(borrow)]
    pub date: Option<Text<'a>>,
    /// For these products.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub product_ids: Vec<Text<'a>>,
}

/// How bad it is.
#[derive(Debug, Deserialize)]
pub struct Threat<'a> {
    /// `impact`: the vendor's severity.
    #[serde(borrow)]
    pub category: Text<'a>,
    /// The word.
    #[serde(borrow)]
    pub details: Text<'a>,
    /// For these products.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub product_ids: Vec<Text<'a>>,
}

/// CVSS.
#[derive(Debug, Deserialize)]
pub struct Score<'a> {
    /// Version 3.
    #[serde(borrow)]
    pub cvss_v3: Option<Cvss<'a>>,
    /// Version 2.
    #[serde(borrow)]
    pub cvss_v2: Option<Cvss<'a>>,
    /// For these products.
    #[serde(borrow, default, deserialize_with = "or_empty")]
    pub products: Vec<Text<'a>>,
}

/// A CVSS vector.
#[derive(Debug, Deserialize)]
pub struct Cvss<'a> {
    /// The vector.
    #[serde(borrow, rename = "vectorString")]
    pub vector: Text<'a>,
}

/// Where to read more.
#[derive(Debug, Deserialize)]
pub struct Reference<'a> {
    /// The address.
    #[serde(borrow)]
    pub url: Text<'a>,
}

impl<'a> Document<'a> {
    /// Reads a document.
    ///
    /// # Errors
    /// [`FeedError::Malformed`] where it is no CSAF document, or not the whole of one.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FeedError> {
        serde_json::from_slice(bytes).map_err(|error| FeedError::Malformed(error.to_string()))
    }

    /// Whether the vendor has taken the document back.
    pub fn is_deleted(&self) -> bool {
        self.document.tracking.status.as_deref() == Some("deleted")
    }
}

/// What is `null` is as good as what is not there.
fn or_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
