//! Whether a file is a program, told by its first bytes.

/// How many bytes [`is_program`] and [`is_script`] want to see.
pub(crate) const PEEK_BYTES: usize = 8;

/// How many bytes of a script [`has_archive`] wants to see: the scripts in front of archives are shorter. That of a zipapp
/// is one line, those of escripts and Composer's phar some hundred bytes, and that of Spring Boot some ten thousand.
pub(crate) const SCRIPT_BYTES: usize = 16 << 10;

/// What is smaller holds no package: a script and the lists of an archive take most of it. CPython brings scripts of 1 KiB
/// with archives behind them, to test with.
const LEAST_PACKED_BYTES: u64 = 2 << 10;

/// Begins the first file in a zip archive (APPNOTE, 4.3.7).
const ZIP: &[u8] = b"PK\x03\x04";

/// Ends the script in front of a phar (PHP manual, "Phar file stub").
const PHAR: &[u8] = b"__HALT_COMPILER();";

/// Bytes behind [`PHAR`] among which the lengths at the head of the phar stand: ` ?>`, the end of the line, and two numbers
/// of four bytes.
const PHAR_HEAD: usize = 13;

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

/// Whether a file of this size that begins so is run by the interpreter that it names, and large enough to have packages
/// behind it.
pub(crate) fn is_script(first: &[u8], size: u64) -> bool {
    first.starts_with(b"#!") && size >= LEAST_PACKED_BYTES
}

/// Whether there is an archive behind the script that these are the first bytes of: a zip archive on a line of its own, as
/// zipapp, pex, shiv, escripts and Spring Boot have it, or a phar.
pub(crate) fn has_archive(script: &[u8]) -> bool {
    let zip = script.split_inclusive(|&byte| byte == b'\n').skip(1).any(|line| line.starts_with(ZIP));
    let mut phars = script.windows(PHAR.len()).enumerate().filter(|(_, window)| *window == PHAR);
    // Behind the words alone more script may stand, which has no bytes that are zero; numbers of four bytes have.
    let is_head = |at: usize| {
        let head = script.get(at + PHAR.len()..).unwrap_or_default();
        head.iter().take(PHAR_HEAD).any(|&byte| byte == 0)
    };
    zip || phars.any(|(at, _)| is_head(at))
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

    #[test]
    fn archives_behind_scripts_are_told_from_scripts() {
        for packed in [
            &b"#!/usr/bin/env python3\nPK\x03\x04\x14\x00"[..],
            b"#!/usr/bin/env escript\n%% comment\n%%! +sbtu\nPK\x03\x04\x14\x00",
            b"#!/usr/bin/env php\n<?php\nPhar::mapPhar();\n__HALT_COMPILER(); ?>\r\n\x9a\x01\x00\x00\x07",
            b"#!/usr/bin/env php\n<?php __HALT_COMPILER();\x9a\x01\x00\x00",
        ] {
            assert!(has_archive(packed), "{}", packed.escape_ascii());
        }
        for plain in [
            &b"#!/bin/sh\necho PK\x03\x04\n"[..],
            b"#!/usr/bin/env php\n<?php $stub = '__HALT_COMPILER();'; echo $stub; exit(0);\n",
            b"#!/usr/bin/env php\n<?php __HALT_COMPILER();",
            b"#!/bin/sh",
            b"#!",
        ] {
            assert!(!has_archive(plain), "{}", plain.escape_ascii());
        }
        assert!(is_script(b"#!/usr/bin/env python3", LEAST_PACKED_BYTES));
        assert!(!is_script(b"#!/bin/bash\nexec python3", 990), "as CPython's test data");
        assert!(!is_script(b"PK\x03\x04", 1 << 20));
    }
}
