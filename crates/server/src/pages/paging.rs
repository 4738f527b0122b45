//! Parts of long lists, and the links between them.

use limpid_core::words::number;

/// Where a list is turned over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pager {
    /// `1–100 of 9,311 findings`.
    pub(super) words: String,
    things: String,
    /// Where the page before is.
    pub(super) before: Option<String>,
    /// Where the next page is.
    pub(super) after: Option<String>,
    /// The number of this page.
    pub(super) page: u64,
    /// How many pages there are.
    pub(super) pages: u64,
}

impl Pager {
    /// The pager of a list of so many `things`, so many on a page. `address` is where a page is, by its number.
    pub(super) fn new(
        total: u64,
        a_page: u64,
        page: u64,
        things: &str,
        address: impl Fn(u64) -> String,
    ) -> Self {
        let pages = total.div_ceil(a_page).max(1);
        let first = (page - 1).saturating_mul(a_page).saturating_add(1);
        let last = page.saturating_mul(a_page).min(total);
        let words = match total {
            0 => format!("no {things}s"),
            1 => format!("1 {things}"),
            _several if first > last => format!("none of {} {things}s", number(total)),
            _several if pages == 1 => format!("{} {things}s", number(total)),
            _several => format!("{}–{} of {} {things}s", number(first), number(last), number(total)),
        };
        Self {
            words,
            things: format!("{things}s"),
            before: (page > 1).then(|| address((page - 1).min(pages))),
            after: (page < pages).then(|| address(page + 1)),
            page,
            pages,
        }
    }
    /// The same, of things whose plural is another.
    pub(super) fn plural(self, things: &str) -> Self {
        Self { words: self.words.replace(&self.things, things), things: things.to_owned(), ..self }
    }
}

/// How many rows are left out before a page.
pub(super) fn skipped(page: u64, a_page: u64) -> u64 {
    (page - 1).saturating_mul(a_page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_turned_over_between_its_ends() {
        let pager = |total, page| Pager::new(total, 100, page, "finding", |page| format!("?page={page}"));
        let words = |total, page| pager(total, page).words;
        assert_eq!(words(0, 1), "no findings");
        assert_eq!(words(1, 1), "1 finding");
        assert_eq!(words(100, 1), "100 findings");
        assert_eq!(words(10_000, 2), "101–200 of 10,000 findings");
        assert_eq!(words(101, 7), "none of 101 findings");
        let second = pager(201, 2);
        assert_eq!((second.before.as_deref(), second.after.as_deref()), (Some("?page=1"), Some("?page=3")));
        assert_eq!((pager(201, 3).after, pager(201, 1).before), (None, None));
        assert_eq!(pager(201, 9).before.as_deref(), Some("?page=3"));
    }
}
