//! Guards: when new data is not believed. The reasons are for the person who has to decide.

use std::io::{self, BufRead, BufReader, Read, Seek};

use limpid_core::feed::Guard;

use super::{decompress::decompressed, document::Document};
use crate::{limits, segment::Meta, state::Loaded};

/// How much of a document is looked at to tell what it is instead.
const GLANCE_BYTES: u64 = 1024;

/// What is wrong with a document at first sight: of what compresses it, nothing is left by then.
///
/// # Errors
/// It cannot be read: what is read later could not be either.
pub(super) fn first_sight(document: &Document, most: u64) -> io::Result<Option<String>> {
    let mut spool = &document.spool;
    spool.rewind()?;
    let mut reader = decompressed(BufReader::with_capacity(1 << 16, spool), most)?;
    let mut beginning = Vec::new();
    (&mut reader).take(GLANCE_BYTES).read_to_end(&mut beginning)?;
    let text = String::from_utf8_lossy(&beginning).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    Ok(if text.is_empty() && is_blank(&mut reader)? {
        Some("the document is empty".to_owned())
    } else if is_page(text) {
        Some("the document is an HTML page, not advisory data".to_owned())
    } else {
        None
    })
}

/// Whether a text in lower case begins as an HTML page does. Other XML is the parser's concern: many feeds are.
fn is_page(text: &str) -> bool {
    let mut rest = text;
    // What may stand before the first element: declarations, comments.
    for _ in 0..limits::XML_PROLOG {
        let end = match rest.get(..2) {
            Some("<?") => "?>",
            Some("<!") if rest.starts_with("<!--") => "-->",
            Some("<!") if rest.starts_with("<!doctype html") => return true,
            Some("<!") => ">",
            _element => break,
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
    let name = rest.strip_prefix("<html");
    name.is_some_and(|after| after.starts_with(|next: char| next == '>' || next.is_whitespace()))
}

fn is_blank(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(true);
        }
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(false);
        }
        let length = bytes.len();
        reader.consume(length);
    }
}

/// Whether too much of an archive could not be read, so that what is left is not the feed.
pub(super) fn share(files: u64, refused: u64, first: Option<&str>) -> Option<String> {
    let percent = limits::UNREAD_SHARE_PERCENT;
    let too_many = u128::from(refused) * 100 > u128::from(files) * u128::from(percent);
    too_many.then(|| {
        let first = first.unwrap_or_default();
        format!(
            "{refused} of {files} files could not be read, more than the {percent} % that may be: {first}"
        )
    })
}

/// What is suspicious about the amount of data that was read.
pub(super) fn amount(guard: &Guard, meta: &Meta, in_force: Option<&Loaded>) -> Option<String> {
    if meta.records < guard.floor {
        return Some(format!(
            "{}, fewer than the {} that any real document of this feed has",
            records(meta.records),
            guard.floor
        ));
    }
    let before = in_force?.records;
    let lost = before.saturating_sub(meta.records);
    // In wide numbers: no product of two of them is cut off.
    let shrunk = u128::from(lost) * 100 > u128::from(before) * u128::from(guard.most_shrink_percent);
    shrunk.then(|| {
        format!(
            "{} instead of {before}: {lost} fewer, more than the {} % that a feed may lose at once",
            records(meta.records),
            guard.most_shrink_percent
        )
    })
}

fn records(count: u64) -> String {
    format!("{count} record{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(records: u64, before: Option<u64>) -> Option<String> {
        let guard = Guard { floor: 10, most_shrink_percent: 10, stale_after_hours: 72, most_bytes: 1 << 20 };
        let loaded = |records| {
            let segment = limpid_core::Digest::of(b"");
            Loaded::new(segment, 0, Meta { records, ..Meta::default() })
        };
        amount(&guard, &Meta { records, ..Meta::default() }, before.map(loaded).as_ref())
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        assert_eq!(judged(10, None), None);
        assert_eq!(judged(90, Some(100)), None);
        assert_eq!(judged(u64::MAX, Some(u64::MAX)), None);
        assert_eq!(
            judged(9, None).unwrap(),
            "9 records, fewer than the 10 that any real document of this feed has"
        );
        assert_eq!(
            judged(89, Some(100)).unwrap(),
            "89 records instead of 100: 11 fewer, more than the 10 % that a feed may lose at once"
        );
    }

    #[test]
    fn pages_are_told_from_feeds_in_xml() {
        for page in [
            "<!doctype html>",
            "<html>",
            "<html lang=\"en\">",
            "<?xml version=\"1.0\"?>\n<!-- hello --><html>",
            "<!doctype html public \"-//w3c//dtd xhtml 1.0\">",
        ] {
            assert!(is_page(page), "{page}");
        }
        for feed in [
            "<?xml version=\"1.0\"?><oval_definitions xmlns=\"x\"><!-- <html> -->",
            "<updates><update><description>a <html> tag</description>",
            "<?xml",
            "<!doctype updates><updates>",
            "<htmlx>",
            "{\"a\": \"<html>\"}",
            "",
        ] {
            assert!(!is_page(feed), "{feed}");
        }
    }

    #[test]
    fn a_hundredth_may_be_unread_and_no_more() {
        assert_eq!(share(0, 0, None), None);
        assert_eq!(share(200, 2, Some("a: b")), None);
        assert_eq!(
            share(199, 2, Some("a: b")).unwrap(),
            "2 of 199 files could not be read, more than the 1 % that may be: a: b"
        );
    }
}
