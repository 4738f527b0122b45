//! Parts of blobs: `Range` of who reads (RFC 9110), `Content-Range` of who writes (distribution specification).

/// A part: its first byte, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) from: u64,
    pub(super) bytes: u64,
}

/// What a reader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it: also where the range is of a form that is not understood.
    Whole,
    /// A part.
    Part(Part),
    /// Something that is not there.
    Unsatisfiable,
}

/// What `Range` asks for, of something that has so many bytes. Several ranges are answered with all of it.
pub(super) fn asked(range: Option<&str>, total: u64) -> Asked {
    let Some(spec) = range.and_then(|range| range.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| !text.starts_with('+'));
    let part = |from: u64, end: u64| Asked::Part(Part { from, bytes: end.saturating_sub(from) });
    match (first, last) {
        ("", last) => match number(last) {
            None => Asked::Whole,
            Some(0) => Asked::Unsatisfiable,
            Some(_) if total == 0 => Asked::Unsatisfiable,
            Some(count) => part(total.saturating_sub(count), total),
        },
        (first, last) => match (number(first), last, number(last)) {
            (Some(first), "", _) if first < total => part(first, total),
            (Some(_), "", _) => Asked::Unsatisfiable,
            (Some(first), _, Some(last)) if first > last => Asked::Unsatisfiable,
            (Some(first), _, Some(last)) if first < total => part(first, last.saturating_add(1).min(total)),
            (Some(_), _, Some(_)) => Asked::Unsatisfiable,
            _not_understood => Asked::Whole,
        },
    }
}

/// What `Content-Range` says: `FIRST-LAST`. Also as RFC 9110 has it, `bytes FIRST-LAST/TOTAL`. `None` where it cannot be read.
pub(super) fn sent(range: &str) -> Option<Part> {
    let range = range.trim();
    let range = range.strip_prefix("bytes").unwrap_or(range).trim_start_matches([' ', '=']);
    let range = range.split_once('/').map_or(range, |(range, _)| range);
    let (first, last) = range.split_once('-')?;
    let (from, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
    let bytes = last.checked_add(1)?.checked_sub(from)?;
    (bytes > 0).then_some(Part { from, bytes })
}

/// The `Range` of an upload that has so many bytes. Of one that has none it says the same as of one that has a single byte.
pub(super) fn received(bytes: u64) -> String {
    format!("0-{}", bytes.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_has_what_is_there() {
        let part = |from, bytes| Asked::Part(Part { from, bytes });
        for (range, expected) in [
            (None, Asked::Whole),
            (Some("bytes=0-9"), part(0, 10)),
            (Some("bytes=0-0"), part(0, 1)),
            (Some("bytes=5-"), part(5, 5)),
            (Some("bytes=5-100"), part(5, 5)),
            (Some("bytes=-3"), part(7, 3)),
            (Some("bytes=-100"), part(0, 10)),
            (Some("bytes=10-"), Asked::Unsatisfiable),
            (Some("bytes=10-12"), Asked::Unsatisfiable),
            (Some("bytes=5-0"), Asked::Unsatisfiable),
            (Some("bytes=-0"), Asked::Unsatisfiable),
            (Some("bytes=0-1,3-4"), Asked::Whole),
            (Some("bytes=a-b"), Asked::Whole),
            (Some("lines=1-2"), Asked::Whole),
        ] {
            assert_eq!(asked(range, 10), expected, "{range:?}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Unsatisfiable);
    }

    #[test]
    fn a_writer_says_where_it_goes_on() {
        assert_eq!(sent("0-9"), Some(Part { from: 0, bytes: 10 }));
        assert_eq!(sent("bytes 10-19/*"), Some(Part { from: 10, bytes: 10 }));
        assert_eq!(sent("bytes=10-19"), Some(Part { from: 10, bytes: 10 }));
        for wrong in ["", "5-3", "-3", "3-", "a-b", "0-18446744073709551615"] {
            assert_eq!(sent(wrong), None, "{wrong}");
        }
        assert_eq!((received(0), received(1), received(10)), ("0-0".into(), "0-0".into(), "0-9".into()));
    }
}
