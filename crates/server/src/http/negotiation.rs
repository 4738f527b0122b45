//! Content negotiation as Clair does it: each endpoint has a list of media types, the first of them for those who do not ask.

use axum::http::{HeaderMap, StatusCode, header};

use crate::http::ApiError;

/// One entry of `Accept`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    quality: f32,
}

/// The media type to answer with: the first of `allow` that the client's most wanted range covers.
///
/// A range without `/` covers nothing, apart from `*`, which old Java clients write for `*/*`.
///
/// # Errors
/// 415, as Clair and unlike RFC 9110, if nothing matches; 400 if `Accept` cannot be read.
pub fn negotiate(headers: &HeaderMap, allow: &[&'static str]) -> Result<&'static str, ApiError> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        let text = value
            .to_str()
            .map_err(|error| ApiError::bad_request(format!("the Accept header cannot be read: {error}")))?;
        for entry in split(text, ',').map(str::trim).filter(|entry| !entry.is_empty()) {
            ranges.push(range(entry)?);
        }
    }
    if ranges.is_empty() {
        ranges.push(Range { kind: "*", subtype: "*", quality: 1.0 });
    }
    ranges.sort_by(|one, other| other.quality.total_cmp(&one.quality));
    let chosen = ranges.iter().filter(|range| range.quality > 0.0).find_map(|range| {
        allow.iter().find(|media_type| covers(range, media_type) && !is_refused(&ranges, media_type))
    });
    chosen.copied().ok_or_else(|| {
        let message = format!("none of the accepted media types is served here: {}", allow.join(", "));
        ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    })
}

fn covers(range: &Range<'_>, media_type: &str) -> bool {
    let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
    let is_kind = range.kind == "*" || range.kind.eq_ignore_ascii_case(kind);
    is_kind && (range.subtype == "*" || range.subtype.eq_ignore_ascii_case(subtype))
}

/// Whether the client refuses this very media type (`q=0`), so that no wildcard may bring it back.
fn is_refused(ranges: &[Range<'_>], media_type: &str) -> bool {
    ranges.iter().any(|range| range.quality == 0.0 && range.subtype != "*" && covers(range, media_type))
}

fn range(entry: &str) -> Result<Range<'_>, ApiError> {
    let mut parts = split(entry, ';').map(str::trim);
    let media_range = parts.next().unwrap_or_default();
    let (kind, subtype) = match media_range.split_once('/') {
        Some(("*", subtype)) if subtype != "*" => return Err(unreadable(media_range)),
        Some((kind, subtype)) => (kind, subtype),
        None if media_range == "*" => ("*", "*"),
        None => (media_range, ""),
    };
    if !is_token(kind) || !(subtype.is_empty() || is_token(subtype)) {
        return Err(unreadable(media_range));
    }
    let quality = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    Ok(Range { kind, subtype, quality: quality.map_or(Ok(1.0), weight)? })
}

fn weight(text: &str) -> Result<f32, ApiError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let weight = if is_number { text.parse::<f32>().ok() } else { None };
    weight.map(|weight| weight.min(1.0)).ok_or_else(|| unreadable(text))
}

fn unreadable(text: &str) -> ApiError {
    ApiError::bad_request(format!("the Accept header cannot be read: {text:?}"))
}

fn is_token(text: &str) -> bool {
    let is_special = |byte| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_special(byte))
}

/// Splits at a separator that is not within quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |character| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match character {
            '\\' if is_quoted => is_escaped = !was_escaped,
            '"' if !was_escaped => is_quoted = !is_quoted,
            _other => {}
        }
        character == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const ALLOW: &[&str] = &["application/vnd.clair.index_report.v1+json", "application/json"];

    fn negotiated(values: &[&'static str]) -> Result<&'static str, u16> {
        let headers: HeaderMap =
            values.iter().map(|value| (header::ACCEPT, HeaderValue::from_static(value))).collect();
        negotiate(&headers, ALLOW).map_err(|error| error.status().as_u16())
    }

    #[test]
    fn the_most_wanted_range_decides() {
        let (own, json) = (Ok(ALLOW[0]), Ok(ALLOW[1]));
        for (values, expected) in [
            (&[][..], own),
            (&[""], own),
            (&["*/*"], own),
            (&["application/*"], own),
            (&["application/json"], json),
            (&["Application/JSON; charset=utf-8"], json),
            (&["application/json;q=0.5, application/vnd.clair.index_report.v1+json;q=0.4"], json),
            (&["text/html, */*;q=0.1"], own),
            (&["text/html", "application/json"], json),
            (&["text/html, image/gif, *; q=.2, */*; q=.2"], own),
            (&["application/vnd.clair.index_report.v1+json;q=0, */*"], json),
            (&["application/json;note=\"a,b;q=0\";q=0.3"], json),
            (&["application/json;q=7"], json),
            (&["garbage, application/json"], json),
            (&["text/html"], Err(415)),
            (&["garbage"], Err(415)),
            (&["application"], Err(415)),
            (&["application/json;q=0"], Err(415)),
            (&["application/"], Err(415)),
            (&["application/json;q=x"], Err(400)),
            (&["application/json;q="], Err(400)),
            (&["application/json;q=-1"], Err(400)),
            (&["application/json;q=NaN"], Err(400)),
            (&["*/json"], Err(400)),
            (&["/"], Err(400)),
            (&["application json/x"], Err(400)),
        ] {
            assert_eq!(negotiated(values), expected, "{values:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_a_bad_request() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_bytes(b"\xff/json").unwrap());
        assert_eq!(negotiate(&headers, ALLOW).unwrap_err().status(), StatusCode::BAD_REQUEST);
    }
}
