//! rpm's own kind of database, NDB, which SUSE uses: `Packages.db`.
//!
//! Pages of slots at the front say where each package's header lies, in blocks of 16 bytes; around each header stand a
//! head and a tail with a sum over both. All numbers are little-endian.
//!
//! Source of the format: `lib/backend/ndb/rpmpkg.c` of rpm, whose comments describe it.

use std::collections::HashSet;

use super::bytes::Order::Little;
use crate::formats::damage::Damage;

/// What every database begins with.
pub(super) const MAGIC: &[u8] = b"RpmP";

const PAGE: usize = 4096;
const SLOT: usize = 16;
/// What every slot begins with.
const SLOT_MARK: &[u8] = b"Slot";
const BLOCK: usize = 16;
/// The file's own header takes the place of two slots.
const HEADER: usize = 2 * SLOT;
const HEAD: usize = 16;
const TAIL: usize = 12;

/// Hands out each package's header, with the place for people.
pub(super) fn read(content: &[u8], damage: &mut Damage, sink: &mut dyn FnMut(&[u8], &str, &mut Damage)) {
    let version = Little.u32_at(content, 4);
    let (Some(0), Some(pages)) = (version, Little.size_at(content, 12)) else {
        return damage.note("it is an NDB database of a version that nobody knows, or cut off", "");
    };
    let end = pages.saturating_mul(PAGE);
    if pages == 0 || end > content.len() {
        damage.note("its table of packages is cut off", "");
    }
    if content.get(end..).is_some_and(|rest| rest.starts_with(SLOT_MARK)) {
        damage.note("its table of packages is longer than it says", "");
    }
    let slots = content.get(HEADER..end.min(content.len())).unwrap_or_default();
    let mut read = Reading { content, seen: HashSet::new(), budget: content.len() };
    for (number, slot) in (0..).zip(slots.chunks_exact(SLOT)) {
        match read.package(slot) {
            Ok(None) => {}
            Ok(Some((number, blob, whole))) => {
                let place = format!("package number {number}");
                if !whole {
                    damage.note("packages whose sum is wrong", &place);
                }
                sink(blob, &place, damage);
            }
            Err(what) => damage.note(what, format!("slot {number}")),
        }
    }
}

struct Reading<'a> {
    content: &'a [u8],
    /// Numbers of packages that were read.
    seen: HashSet<u32>,
    /// Bytes that headers can still have: they do not overlap, so all together have no more than the file.
    budget: usize,
}

/// A package's number, its header, and whether its sum is right.
type Found<'a> = (u32, &'a [u8], bool);

impl<'a> Reading<'a> {
    /// What a slot points to; `None` where it is free.
    fn package(&mut self, slot: &[u8]) -> Result<Option<Found<'a>>, &'static str> {
        const DAMAGED: &str = "entries of its table that cannot be read";
        const LOST: &str = "packages that are not where its table says";
        if !slot.starts_with(SLOT_MARK) {
            return Err(DAMAGED);
        }
        let numbers = [4, 8, 12].map(|at| Little.u32_at(slot, at));
        let [Some(number), Some(start), Some(count)] = numbers else { return Err(DAMAGED) };
        match (number, start, count) {
            (0, 0, 0) => return Ok(None),
            (0, _, _) => return Err(DAMAGED),
            _ if !self.seen.insert(number) => return Err("packages that its table has twice"),
            _ => {}
        }
        let bytes =
            |blocks: u32| usize::try_from(blocks).map_or(usize::MAX, |blocks| blocks.saturating_mul(BLOCK));
        let found = self.blob(number, bytes(start), bytes(count)).ok_or(LOST)?;
        self.budget = self.budget.checked_sub(found.1.len()).ok_or("packages that overlap")?;
        Ok(Some(found))
    }

    fn blob(&self, number: u32, start: usize, length: usize) -> Option<Found<'a>> {
        let whole = self.content.get(start..start.checked_add(length)?)?;
        let (summed, tail) = whole.split_at_checked(length.checked_sub(TAIL)?)?;
        let size = Little.size_at(whole, 12)?;
        let matches = whole.starts_with(b"BlbS")
            && Little.u32_at(whole, 4) == Some(number)
            && tail.ends_with(b"BlbE")
            && Little.size_at(tail, 4) == Some(size);
        let blob = summed.get(HEAD..HEAD.checked_add(size)?)?;
        matches.then(|| (number, blob, Little.u32_at(tail, 0) == Some(adler32(summed))))
    }
}

/// Adler-32, as zlib has it.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (mut one, mut two) = (1_u32, 0_u32);
    // So many bytes can be added before a sum has to be reduced.
    for chunk in bytes.chunks(5_552) {
        for &byte in chunk {
            one += u32::from(byte);
            two += one;
        }
        one %= MODULUS;
        two %= MODULUS;
    }
    (two << 16) | one
}
