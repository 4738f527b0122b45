//! Berkeley DB's hash tables, in which rpm kept packages until version 4.15: `Packages`.
//!
//! Every page is looked at once, in the order of the file, and those that hold entries are read: so neither buckets nor
//! their chains have to be followed. A package's header is larger than a page and lies on a chain of overflow pages, each of
//! which can belong to one entry only. The table says how many entries it has, so none is missed in silence.
//!
//! Source of the format: `db_page.h` of Berkeley DB 5.3, and the reference guide on its byte order and page sizes.

use super::bytes::Order;
use crate::formats::damage::Damage;

const HASH_MAGIC: u32 = 0x0006_1561;
const MAGIC_AT: usize = 12;
const PAGE_HEADER: usize = 26;

/// Kinds of pages.
const FREE: u8 = 0;
const UNSORTED_HASH: u8 = 2;
const OVERFLOW: u8 = 7;
const TABLE: u8 = 8;
const HASH: u8 = 13;

/// Kinds of entries.
const INLINE: u8 = 1;
const OFF_PAGE: u8 = 3;

/// The order of the bytes, where the file is a hash table.
pub(super) fn recognise(content: &[u8]) -> Option<Order> {
    [Order::Little, Order::Big].into_iter().find(|order| order.u32_at(content, MAGIC_AT) == Some(HASH_MAGIC))
}

/// Hands out each package's header, with the place for people.
pub(super) fn read(
    content: &[u8],
    order: Order,
    damage: &mut Damage,
    sink: &mut dyn FnMut(&[u8], &str, &mut Damage),
) {
    let Some(table) = Table::read(content, order) else {
        return damage.note("it is a Berkeley DB hash table of a kind that nobody reads, or cut off", "");
    };
    let there = content.len() / table.page_size;
    if there <= table.last_page || !content.len().is_multiple_of(table.page_size) {
        damage.note(
            "it is cut off",
            format!("{there} of {} pages are there", table.last_page.saturating_add(1)),
        );
    }
    let mut reading = Reading { table, content, seen: vec![false; there], entries: 0 };
    for number in 1..there.min(reading.table.last_page.saturating_add(1)) {
        reading.page(number, damage, sink);
    }
    // With a kind of locking that rpm does not use, the number is not kept up, and lags behind.
    if reading.entries < reading.table.entries {
        let (found, stated) = (reading.entries, reading.table.entries);
        damage.note("it has fewer entries than it says", format!("{found} instead of {stated}"));
    }
}

/// What the first page says.
struct Table {
    order: Order,
    page_size: usize,
    last_page: usize,
    /// Number of keys.
    entries: usize,
}

impl Table {
    fn read(content: &[u8], order: Order) -> Option<Self> {
        let page_size = order.size_at(content, 20)?;
        let (encryption, kind, flags) = (*content.get(24)?, *content.get(25)?, *content.get(26)?);
        // With encryption or sums the headers of pages are longer; rpm uses neither.
        let sound = page_size.is_power_of_two()
            && (512..=1 << 16).contains(&page_size)
            && (encryption, kind, flags & 1) == (0, TABLE, 0);
        sound.then_some(Self {
            order,
            page_size,
            last_page: order.size_at(content, 32)?,
            entries: order.size_at(content, 88)?,
        })
    }
}

struct Reading<'a> {
    table: Table,
    content: &'a [u8],
    /// Overflow pages that belong to an entry.
    seen: Vec<bool>,
    /// How many entries were found.
    entries: usize,
}

impl<'a> Reading<'a> {
    fn bytes(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_mul(self.table.page_size)?;
        self.content.get(start..start.checked_add(self.table.page_size)?)
    }

    fn page(&mut self, number: usize, damage: &mut Damage, sink: &mut dyn FnMut(&[u8], &str, &mut Damage)) {
        let place = format!("page {number}");
        let kind = self.bytes(number).and_then(|page| Some((page, *page.get(25)?)));
        match kind {
            // A table that was split has pages that are not in use yet.
            Some((_, FREE | OVERFLOW)) => {}
            Some((page, HASH | UNSORTED_HASH)) => {
                if self.entries(page, &place, damage, sink).is_none() {
                    damage.note("pages with damaged entries", place);
                }
            }
            Some(_) | None => damage.note("pages that cannot be read", place),
        }
    }

    /// Reads a page of entries: keys and values in turns.
    fn entries(
        &mut self,
        page: &'a [u8],
        place: &str,
        damage: &mut Damage,
        sink: &mut dyn FnMut(&[u8], &str, &mut Damage),
    ) -> Option<()> {
        let order = self.table.order;
        let count = order.short_at(page, 20)?;
        let mut end = page.len();
        let mut key: Option<&[u8]> = None;
        for index in 0..count {
            let start = order.short_at(page, PAGE_HEADER + 2 * index)?;
            let entry = page.get(start..end).filter(|_| start >= PAGE_HEADER + 2 * count)?;
            end = start;
            let Some(of) = key.take() else {
                self.entries += 1;
                key = Some(entry);
                continue;
            };
            // The key 0 holds the number of the last package, and is no package.
            let is_zero = of.get(1..).is_some_and(|number| number.iter().all(|&byte| byte == 0));
            if is_zero && matches!(entry, [INLINE, _, _, _, _]) {
                continue;
            }
            match self.value(entry) {
                Some(blob) => sink(&blob, place, damage),
                None => damage.note("packages that cannot be read", place),
            }
        }
        (key.is_none()).then_some(())
    }

    fn value(&mut self, entry: &[u8]) -> Option<Vec<u8>> {
        let order = self.table.order;
        match *entry.first()? {
            INLINE => entry.get(1..).map(<[u8]>::to_vec),
            OFF_PAGE => self.chain(order.size_at(entry, 4)?, order.size_at(entry, 8)?),
            _ => None,
        }
    }

    /// The bytes on a chain of overflow pages. No page is used twice, so a cycle ends, and all chains together have no more
    /// bytes than the file.
    fn chain(&mut self, mut number: usize, length: usize) -> Option<Vec<u8>> {
        let order = self.table.order;
        let mut bytes = Vec::new();
        while bytes.len() < length {
            let seen = self.seen.get_mut(number)?;
            if std::mem::replace(seen, true) {
                return None;
            }
            let page = self.bytes(number).filter(|page| page.get(25) == Some(&OVERFLOW))?;
            let here = order.short_at(page, 22)?;
            bytes.extend_from_slice(page.get(PAGE_HEADER..PAGE_HEADER + here)?);
            number = order.size_at(page, 16)?;
        }
        (number == 0 && bytes.len() == length).then_some(bytes)
    }
}
