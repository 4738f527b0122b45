//! The key that signed a package.
//!
//! Only its identifier is read, which says who claims to have built the package; whether the signature holds was for rpm
//! to check at installation.
//!
//! Source of the format: RFC 9580 (OpenPGP), sections 4.2, 5.2.3, 5.2.3.12 and 5.2.3.35.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    bytes::Order::Big,
    header::{Header, tag},
};

/// The packet that is a signature.
const SIGNATURE: u8 = 2;
const ISSUER: u8 = 16;
const ISSUER_FINGERPRINT: u8 = 33;

/// The identifier of the key that signed the package: 16 hexadecimal digits.
pub(super) fn key(header: &Header<'_>) -> Option<String> {
    let texts = header.texts(tag::OPENPGP).value().unwrap_or_default();
    let newest =
        texts.into_iter().filter_map(|text| STANDARD.decode(text).ok()).find_map(|packet| issuer(&packet));
    newest.or_else(|| {
        [tag::HEADER_RSA, tag::HEADER_DSA, tag::SIGNATURE_PGP, tag::SIGNATURE_GPG]
            .into_iter()
            .filter_map(|tag| header.bytes(tag).value())
            .find_map(issuer)
    })
}

/// The issuer of a signature packet, as text.
fn issuer(packet: &[u8]) -> Option<String> {
    let id = issuer_of_body(body(packet)?)?;
    let mut text = String::with_capacity(2 * id.len());
    for byte in id {
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

/// What stands in the packet, where it is a signature.
fn body(packet: &[u8]) -> Option<&[u8]> {
    let (&first, rest) = packet.split_first()?;
    let (kind, header, length) = if first & 0x40 == 0 {
        // The old form: the two lowest bits say how the length is written.
        let length = match first & 3 {
            0 => (1, usize::from(*rest.first()?)),
            1 => (2, Big.short_at(rest, 0)?),
            2 => (4, Big.size_at(rest, 0)?),
            _ => (0, rest.len()),
        };
        ((first >> 2) & 15, length.0, length.1)
    } else {
        let (header, length) = new_length(rest)?;
        (first & 63, header, length)
    };
    (first & 0x80 != 0 && kind == SIGNATURE).then(|| rest.get(header..header.checked_add(length)?))?
}

/// How many bytes a length in the new form has, and the length.
fn new_length(bytes: &[u8]) -> Option<(usize, usize)> {
    Some(match *bytes.first()? {
        short @ ..192 => (1, usize::from(short)),
        high @ 192..224 => (2, ((usize::from(high) - 192) << 8) + usize::from(*bytes.get(1)?) + 192),
        255 => (5, Big.size_at(bytes, 1)?),
        // Parts of unknown length: no signature is written so.
        _ => return None,
    })
}

fn issuer_of_body(body: &[u8]) -> Option<&[u8]> {
    match *body.first()? {
        // version, 5, type, time (4), issuer (8)
        2 | 3 => body.get(7..15),
        version @ (4 | 6) => {
            let mut rest = body.get(4..)?;
            let mut found = None;
            for _ in ["hashed", "unhashed"] {
                let (width, length) =
                    if version == 4 { (2, Big.short_at(rest, 0)?) } else { (4, Big.size_at(rest, 0)?) };
                let area = rest.get(width..)?;
                let (area, after) = area.split_at_checked(length)?;
                found = found.or_else(|| issuer_of_area(area));
                rest = after;
            }
            found
        }
        _ => None,
    }
}

fn issuer_of_area(mut area: &[u8]) -> Option<&[u8]> {
    while !area.is_empty() {
        let (header, length) = match *area.first()? {
            high @ 192..=254 => (2, ((usize::from(high) - 192) << 8) + usize::from(*area.get(1)?) + 192),
            _ => new_length(area)?,
        };
        let part = area.get(header..header.checked_add(length)?)?;
        match part.split_first() {
            // The highest bit says that it is critical.
            Some((kind, id)) if kind & 0x7f == ISSUER => return id.get(..8),
            Some((kind, [version, print @ ..])) if kind & 0x7f == ISSUER_FINGERPRINT => {
                return if *version == 4 {
                    print.last_chunk::<8>().map(<[u8; 8]>::as_slice)
                } else {
                    print.get(..8)
                };
            }
            Some(_) | None => area = area.get(header + length..)?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: [u8; 8] = [0x19, 0x9e, 0x2f, 0x91, 0xfd, 0x43, 0x1d, 0x51];

    fn old(body: &[u8]) -> Vec<u8> {
        [&[0x88, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn v4(hashed: &[u8], unhashed: &[u8]) -> Vec<u8> {
        let length = |area: &[u8]| u16::try_from(area.len()).unwrap().to_be_bytes();
        [&[4, 0, 1, 8], &length(hashed)[..], hashed, &length(unhashed), unhashed, &[1, 2]].concat()
    }

    #[test]
    fn the_issuer_is_found_in_every_form_of_signature() {
        let issuer_part = [&[9, 16], &ID[..]].concat();
        let fingerprint = [&[22, 33, 4][..], &[7; 12], &ID].concat();
        let time = [5, 2, 1, 2, 3, 4];
        for body in [
            [&[3, 5, 0, 1, 2, 3, 4], &ID[..], &[1, 8]].concat(),
            v4(&time, &issuer_part),
            v4(&[&time[..], &fingerprint].concat(), &[]),
            v4(&[&[9, 0x90], &ID[..]].concat(), &time),
        ] {
            assert_eq!(issuer(&old(&body)).as_deref(), Some("199e2f91fd431d51"), "{body:?}");
            let new = [&[0xc2, u8::try_from(body.len()).unwrap()], &body[..]].concat();
            assert_eq!(issuer(&new).as_deref(), Some("199e2f91fd431d51"), "{body:?}");
            for end in 0..14 {
                assert_eq!(issuer(&new[..end]), None, "{end}");
            }
        }
        assert_eq!(issuer(&old(&v4(&time, &[]))), None);
        assert_eq!(issuer(&[0x99, 0, 1, 4]), None, "a key is no signature");
    }
}
