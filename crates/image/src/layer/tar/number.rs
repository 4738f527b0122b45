//! Numbers in tar headers: octal digits, or base-256 with the highest bit of the first byte set (a GNU extension that
//! all readers know).

/// Why a field is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumberError {
    /// Not octal digits between spaces and NULs.
    #[error("it is not a number")]
    Malformed,
    /// Below zero, or more than 63 bits.
    #[error("it is negative or too large")]
    OutOfRange,
}

/// Reads a numeric field. An empty one is 0.
pub(super) fn parse(field: &[u8]) -> Result<u64, NumberError> {
    match field.first() {
        Some(first) if first & 0x80 != 0 => parse_base_256(field),
        _ => parse_octal(field),
    }
}

/// Two's complement, highest byte first; the highest bit is the mark and the next one the sign.
fn parse_base_256(field: &[u8]) -> Result<u64, NumberError> {
    let mut number = 0_u64;
    for (place, &byte) in field.iter().enumerate() {
        let byte = if place == 0 { byte & 0x7f } else { byte };
        if number >> 55 != 0 || (place == 0 && byte & 0x40 != 0) {
            return Err(NumberError::OutOfRange);
        }
        number = number << 8 | u64::from(byte);
    }
    Ok(number)
}

fn parse_octal(field: &[u8]) -> Result<u64, NumberError> {
    let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
    let begin = field.iter().position(|byte| !is_padding(byte)).unwrap_or(field.len());
    let digits = field.get(begin..).unwrap_or_default();
    // Old writers leave rubbish behind the first NUL.
    let digits = digits.split(|&byte| byte == 0).next().unwrap_or_default();
    let end = digits.iter().rposition(|&byte| byte != b' ').map_or(0, |place| place + 1);
    let digits = digits.get(..end).unwrap_or_default();
    let mut number = 0_u64;
    for &digit in digits {
        if !matches!(digit, b'0'..=b'7') {
            return Err(NumberError::Malformed);
        }
        if number >> 60 != 0 {
            return Err(NumberError::OutOfRange);
        }
        number = number << 3 | u64::from(digit - b'0');
    }
    Ok(number)
}

/// Reads a number of an extended header: decimal digits, nothing else.
pub(crate) fn parse_decimal(text: &[u8]) -> Result<u64, NumberError> {
    let mut number = 0_u64;
    for &digit in text {
        if !digit.is_ascii_digit() {
            return Err(NumberError::Malformed);
        }
        let next = number.checked_mul(10).and_then(|number| number.checked_add(u64::from(digit - b'0')));
        number = next.filter(|&number| i64::try_from(number).is_ok()).ok_or(NumberError::OutOfRange)?;
    }
    if text.is_empty() { Err(NumberError::Malformed) } else { Ok(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_is_read_with_any_padding() {
        for field in [&b"0000644\0"[..], b"    644 ", b"644 \0\0\0\0", b"\x00644\0", b"644\0rubbish", b"644"]
        {
            assert_eq!(parse(field), Ok(0o644), "{field:?}");
        }
        assert_eq!(parse(b"\0\0\0\0"), Ok(0));
        assert_eq!(parse(b"777777777777"), Ok(0o777_777_777_777));
    }

    #[test]
    fn base_256_is_read_up_to_63_bits() {
        assert_eq!(parse(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1]), Ok(0x2_0000_0001));
        assert_eq!(parse(&[0x80, 0, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255]), Ok(i64::MAX as u64));
        for (field, why) in [
            (&[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0][..], "64 bits"),
            (&[0xff; 12], "minus one"),
            (&[0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "81 bits"),
        ] {
            assert_eq!(parse(field), Err(NumberError::OutOfRange), "{why}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for field in [&b"-0000644"[..], b"0x10", b"12 34", b"8"] {
            assert_eq!(parse(field), Err(NumberError::Malformed), "{field:?}");
        }
        assert_eq!(parse(b"77777777777777777777777"), Err(NumberError::OutOfRange));
        for text in [&b"-1"[..], b"+1", b"", b" 1", b"1.0"] {
            assert_eq!(parse_decimal(text), Err(NumberError::Malformed), "{text:?}");
        }
        assert_eq!(parse_decimal(b"9223372036854775807"), Ok(i64::MAX as u64));
        assert_eq!(parse_decimal(b"9223372036854775808"), Err(NumberError::OutOfRange));
    }
}
