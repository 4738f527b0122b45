//! The tree of pages that holds a table's rows.

use std::borrow::Cow;

use super::{
    Database,
    record::{Row, varint},
    u16_at, u32_at,
};
use crate::formats::damage::Damage;

const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// Hands out each row below the page `root`.
pub(super) fn walk(database: &Database<'_>, root: u32, damage: &mut Damage, sink: &mut dyn FnMut(Row<'_>)) {
    let mut walk = Walk { database, seen: Seen::new(database), last: None };
    let mut open = vec![root];
    while let Some(number) = open.pop() {
        let page = walk.seen.first_time(number).then(|| database.page(number)).flatten();
        let page = page.and_then(|bytes| Page::read(bytes, number, database.usable));
        let Some(page) = page else {
            damage.note("pages that cannot be read", format!("page {number}"));
            continue;
        };
        match page.kind {
            INTERIOR => walk.interior(&page, damage, &mut open),
            _ => walk.leaf(&page, damage, sink),
        }
    }
}

struct Walk<'a> {
    database: &'a Database<'a>,
    seen: Seen,
    /// The number of the last row.
    last: Option<i64>,
}

impl Walk<'_> {
    fn interior(&self, page: &Page<'_>, damage: &mut Damage, open: &mut Vec<u32>) {
        let mut children = Vec::new();
        let mut used = 0;
        for cell in page.cells() {
            let key = cell.and_then(|cell| varint(cell.get(4..)?));
            match (cell.and_then(|cell| u32_at(cell, 0)), key) {
                (Some(child), Some((_, length))) => {
                    children.push(child);
                    used += 4 + length;
                }
                _ => damage.note("pages with damaged entries", format!("page {}", page.number)),
            }
        }
        children.extend(page.right);
        open.extend(children.into_iter().rev());
        page.check_account(used, damage);
    }

    fn leaf(&mut self, page: &Page<'_>, damage: &mut Damage, sink: &mut dyn FnMut(Row<'_>)) {
        let mut used = 0;
        for cell in page.cells() {
            let Some((number, size, payload)) = cell.and_then(|cell| self.row(cell)) else {
                damage.note("rows that cannot be read", format!("on page {}", page.number));
                continue;
            };
            used += size.max(4);
            if self.last.is_some_and(|last| last >= number) {
                damage.note("rows out of their order", format!("row {number} on page {}", page.number));
            }
            self.last = Some(number);
            sink(Row::new(number, &payload));
        }
        page.check_account(used, damage);
    }

    /// The number of a row, the size of its cell, and its record.
    fn row<'a>(&mut self, cell: &'a [u8]) -> Option<(i64, usize, Cow<'a, [u8]>)> {
        let (length, first) = varint(cell)?;
        let (number, second) = varint(cell.get(first..)?)?;
        let length = usize::try_from(length).ok()?;
        let start = first + second;
        let local = local_length(length, self.database.usable);
        let payload = cell.get(start..start.checked_add(local)?)?;
        if local == length {
            return Some((number, start + local, Cow::Borrowed(payload)));
        }
        let mut payload = payload.to_vec();
        let mut next = u32_at(cell, start + local)?;
        while payload.len() < length {
            let page = self.seen.first_time(next).then(|| self.database.page(next)).flatten()?;
            let more = page.get(4..self.database.usable)?;
            payload.extend_from_slice(more.get(..more.len().min(length - payload.len()))?);
            next = u32_at(page, 0)?;
        }
        (next == 0).then_some((number, start + local + 4, Cow::Owned(payload)))
    }
}

/// How much of a record stands in its cell; the rest is on overflow pages.
fn local_length(length: usize, usable: usize) -> usize {
    let most = usable - 35;
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + (length - least) % (usable - 4);
    if fitting <= most { fitting } else { least }
}

/// The pages that were read already: none is read twice.
struct Seen(Vec<bool>);

impl Seen {
    fn new(database: &Database<'_>) -> Self {
        let count = usize::try_from(database.pages).unwrap_or(usize::MAX);
        Self(vec![false; count.min(database.most_pages()) + 1])
    }

    fn first_time(&mut self, number: u32) -> bool {
        let place = usize::try_from(number).ok().and_then(|number| self.0.get_mut(number));
        place.is_some_and(|seen| !std::mem::replace(seen, true))
    }
}

/// A page of a table's tree.
struct Page<'a> {
    number: u32,
    kind: u8,
    bytes: &'a [u8],
    /// Where the page's own header begins: behind that of the database on the first page.
    header: usize,
    /// Where the cells begin.
    content: usize,
    pointers: &'a [u8],
    right: Option<u32>,
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8], number: u32, usable: usize) -> Option<Self> {
        let bytes = bytes.get(..usable)?;
        let header = if number == 1 { 100 } else { 0 };
        let kind = *bytes.get(header)?;
        let (length, right) = match kind {
            INTERIOR => (12, Some(u32_at(bytes, header + 8)?)),
            LEAF => (8, None),
            _ => return None,
        };
        let count = usize::from(u16_at(bytes, header + 3)?);
        let content = match usize::from(u16_at(bytes, header + 5)?) {
            0 => 1 << 16,
            content => content,
        };
        let start = header + length;
        let pointers = bytes.get(start..start + 2 * count)?;
        let sound = content <= usable && start + 2 * count <= content;
        sound.then_some(Self { number, kind, bytes, header, content, pointers, right })
    }

    /// The bytes from each cell's beginning on; `None` for one that lies outside.
    fn cells(&self) -> impl Iterator<Item = Option<&'a [u8]>> {
        let (bytes, content) = (self.bytes, self.content);
        self.pointers.chunks_exact(2).map(move |pointer| {
            let at = usize::from(u16_at(pointer, 0)?);
            bytes.get(at..).filter(|_| at >= content)
        })
    }

    /// Notes where cells, free blocks and fragments do not add up to the whole: then cells are missing or overlap.
    fn check_account(&self, used: usize, damage: &mut Damage) {
        let fragments = self.bytes.get(self.header + 7).copied().map_or(0, usize::from);
        let adds_up =
            self.free().is_some_and(|free| used + free + fragments == self.bytes.len() - self.content);
        if !adds_up {
            damage.note("pages whose entries do not add up", format!("page {}", self.number));
        }
    }

    /// The bytes in free blocks, which lie in ascending order.
    fn free(&self) -> Option<usize> {
        let mut free = 0;
        let mut at = usize::from(u16_at(self.bytes, self.header + 1)?);
        while at != 0 {
            let (next, size) =
                (usize::from(u16_at(self.bytes, at)?), usize::from(u16_at(self.bytes, at + 2)?));
            if next != 0 && next < at + size.max(4) {
                return None;
            }
            free += size;
            at = next;
        }
        Some(free)
    }
}
