//! Files of blocks: `%FIELD%`, its values, one in a line, and an empty line that ends it.
//!
//! Source of the format: libalpm's local database, as pacman writes it.

/// One block.
pub(super) struct Block<'a> {
    pub(super) field: &'a [u8],
    pub(super) values: Vec<&'a [u8]>,
}

/// The blocks of a file, and the number of the first line that belongs to none.
pub(super) fn read(content: &[u8]) -> (Vec<Block<'_>>, Option<usize>) {
    let (mut blocks, mut stray) = (Vec::new(), None);
    let mut open: Option<Block<'_>> = None;
    for (number, line) in (1..).zip(content.split(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            blocks.extend(open.take());
        } else if let Some(block) = &mut open {
            // A field where a value should be: the empty line between is lost.
            if field(line).is_some_and(|name| name.iter().all(u8::is_ascii_uppercase)) {
                stray.get_or_insert(number);
            }
            block.values.push(line);
        } else if let Some(field) = field(line) {
            open = Some(Block { field, values: Vec::new() });
        } else {
            stray.get_or_insert(number);
        }
    }
    blocks.extend(open);
    (blocks, stray)
}

/// `NAME` of `%NAME%`.
fn field(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"%")?.strip_suffix(b"%").filter(|name| !name.is_empty())
}

/// Whether the last block is ended, as pacman ends each.
pub(super) fn is_ended(content: &[u8]) -> bool {
    content.ends_with(b"\n\n") || content.ends_with(b"\n\r\n")
}
