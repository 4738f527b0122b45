//! Whether a file is a program, told by its first bytes.

/// How many bytes [`is_program`] wants to see.
pub(crate) const PEEK_BYTES: usize = 8;

/// Java class files share the magic of Mach-O files for several architectures. There the next number is the count of
/// architectures, here a version, which begins at 45.
const FIRST_JAVA_VERSION: u32 = 45;

/// Whether a file that begins so is ELF, PE or Mach-O.
pub(crate) fn is_program(first: &[u8]) -> bool {
    match first {
        [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] => true,
        // Mach-O of 32 and 64 bits, in either order of bytes.
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => true,
        // Mach-O for several architectures, with numbers of 32 and 64 bits.
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, a, b, c, d, ..] => {
            u32::from_be_bytes([*a, *b, *c, *d]) < FIRST_JAVA_VERSION
        }
        [0xbe | 0xbf, 0xba, 0xfe, 0xca, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_scripts_and_classes() {
        for program in [
            &b"\x7fELF\x02\x01\x01\x00"[..],
            b"MZ\x90\x00\x03",
            b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
            b"\xfe\xed\xfa\xce\x00\x00\x00\x12",
            b"\xca\xfe\xba\xbe\x00\x00\x00\x02",
            b"\xbf\xba\xfe\xca\x02\x00\x00\x00",
        ] {
            assert!(is_program(program), "{program:x?}");
        }
        for other in [
            &b"#!/bin/sh"[..],
            b"",
            b"\x7fEL",
            b"M",
            b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
            b"\xca\xfe\xba\xbe",
        ] {
            assert!(!is_program(other), "{other:x?}");
        }
    }
}
