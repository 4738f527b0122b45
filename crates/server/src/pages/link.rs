//! Links that strangers wrote: to http and https alone.

use url::Url;

/// Where a stranger's link leads; `None` where that is no page of the web: the text is shown without a link.
pub(super) fn web(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    // Who hides a name before the host wants to mislead.
    let is_open = url.username().is_empty() && url.password().is_none();
    (is_web && is_open).then(|| url.into())
}

/// The part of a link that tells people where it leads.
pub(super) fn host(link: &str) -> String {
    Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// A text as a part of a path of ours.
pub(super) fn part(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@+".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_linked() {
        let cases = [
            ("https://example.org/CVE-1", Some("https://example.org/CVE-1")),
            (" http://example.org ", Some("http://example.org/")),
            ("HTTPS://EXAMPLE.org/\"onclick=x", Some("https://example.org/%22onclick=x")),
            ("javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("data:text/html,<script>", None),
            ("//example.org", None),
            ("/account", None),
            ("https://bank.example@evil.example/", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(web(text).as_deref(), expected, "{text}");
        }
    }
}
