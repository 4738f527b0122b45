//! Where a layer is for somebody else to fetch: an address, and the headers that a registry wants to see.

use std::fmt;

/// An address, and the headers to send to it. They may hold a secret, so `Debug` shows their names alone.
#[derive(Clone, PartialEq, Eq)]
pub struct LayerLocation {
    uri: String,
    headers: Vec<(String, String)>,
}

impl LayerLocation {
    /// An address that wants no headers.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), headers: Vec::new() }
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The address.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Name and value of each header. Whoever has them may do what the user may: they are for the one who shall fetch the
    /// layer, soon, because tokens live for a minute or so.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for LayerLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        formatter.debug_struct("LayerLocation").field("uri", &self.uri).field("headers", &names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_location_has_no_secret() {
        let location = LayerLocation::new("https://registry.example/v2/a/blobs/sha256:1")
            .with_header("Authorization", "Bearer token");
        let shown = format!("{location:?}");
        assert!(shown.contains("registry.example") && shown.contains("Authorization"), "{shown}");
        assert!(!shown.contains("token"), "{shown}");
        assert_eq!(location.headers().collect::<Vec<_>>(), [("Authorization", "Bearer token")]);
    }
}
