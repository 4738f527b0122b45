//! The encodings in which an answer can be remembered, and which of them a client wants.
//!
//! Where a client wants none of them the plain bytes are handed on, and [`super::compress`] does what is asked for; so what
//! is chosen here is never something that the client did not name, or refused.

use std::io::{self, Read as _, Write as _};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING},
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};

/// The fastest level of zstd, as of all other answers.
const ZSTD_LEVEL: i32 = 1;

/// How the bytes of an answer are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    /// As they are.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Encoding {
    /// All, the one first that is read most quickly.
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Zstd, Self::Gzip];

    /// What a client wants that sends these headers: of what it names and does not refuse, the one that it wants most; of
    /// several, that which is smallest. (RFC 9110, section 12.5.3.)
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let named = values.flat_map(|value| value.split(',')).filter_map(named);
        let best =
            named.filter(|(weight, _, _)| *weight > 0).max_by_key(|(weight, rank, _)| (*weight, *rank));
        best.map_or(Self::Plain, |(_, _, encoding)| encoding)
    }

    /// The value of `Content-Encoding`.
    pub(crate) fn header(self) -> Option<HeaderValue> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Zstd => Some(HeaderValue::from_static("zstd")),
        }
    }

    /// Plain bytes in this encoding.
    pub(crate) fn encode(self, plain: Bytes) -> io::Result<Bytes> {
        match self {
            Self::Plain => Ok(plain),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&plain)?;
                encoder.finish().map(Bytes::from)
            }
            Self::Zstd => zstd::bulk::compress(&plain, ZSTD_LEVEL).map(Bytes::from),
        }
    }

    /// The plain bytes of what [`Encoding::encode`] wrote. Never called with bytes of strangers: it has no limit.
    pub(crate) fn decode(self, encoded: &Bytes) -> io::Result<Bytes> {
        match self {
            Self::Plain => Ok(encoded.clone()),
            Self::Gzip => {
                let mut plain = Vec::new();
                GzDecoder::new(&**encoded).read_to_end(&mut plain)?;
                Ok(plain.into())
            }
            Self::Zstd => zstd::stream::decode_all(&**encoded).map(Bytes::from),
        }
    }
}

/// What an entry of the header names: its weight in thousandths, which of equal weights is taken, and what is then answered
/// with. What nobody knows here, or cannot be read, is passed over.
fn named(entry: &str) -> Option<(u16, u8, Encoding)> {
    let (name, parameter) = entry.split_once(';').map_or((entry, None), |(name, rest)| (name, Some(rest)));
    let known = [
        ("zstd", 3, Encoding::Zstd),
        ("gzip", 2, Encoding::Gzip),
        ("x-gzip", 2, Encoding::Gzip),
        // The layer makes it.
        ("deflate", 1, Encoding::Plain),
        ("identity", 0, Encoding::Plain),
    ];
    let name = name.trim();
    let (_, rank, encoding) = known.into_iter().find(|(known, _, _)| name.eq_ignore_ascii_case(known))?;
    Some((parameter.map_or(Some(1000), weight)?, rank, encoding))
}

/// `q=0.5` as 500.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.trim().split_once('=')?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_written = matches!(whole, "0" | "1") && fraction.len() <= 3 && name.eq_ignore_ascii_case("q");
    if !is_written || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weight: u16 = format!("{whole}{fraction:0<3}").parse().ok()?;
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_chosen_that_was_not_named_or_was_refused() {
        for (accepted, expected) in [
            (&[][..], Encoding::Plain),
            (&[""], Encoding::Plain),
            (&["*"], Encoding::Plain),
            (&["br, compress"], Encoding::Plain),
            (&["gzip"], Encoding::Gzip),
            (&["X-GZip"], Encoding::Gzip),
            (&["gzip, deflate"], Encoding::Gzip),
            (&["gzip, deflate, br, zstd"], Encoding::Zstd),
            (&["gzip", "zstd"], Encoding::Zstd),
            (&["gzip;q=0.9, zstd;q=0.5"], Encoding::Gzip),
            (&["gzip ; q=0.001"], Encoding::Gzip),
            (&["gzip;q=0"], Encoding::Plain),
            (&["gzip;q=0.000, *"], Encoding::Plain),
            (&["zstd;q=0, gzip"], Encoding::Gzip),
            (&["identity, gzip;q=0.5"], Encoding::Plain),
            (&["identity;q=0.5, gzip;q=0.5"], Encoding::Gzip),
            (&["deflate, gzip;q=0.5"], Encoding::Plain),
            (&["gzip;q=1.5"], Encoding::Plain),
            (&["gzip;q=x, zstd;q=0.1234"], Encoding::Plain),
            (&["gzip;level=1"], Encoding::Plain),
        ] {
            let headers: HeaderMap =
                accepted.iter().map(|value| (ACCEPT_ENCODING, HeaderValue::from_static(value))).collect();
            assert_eq!(Encoding::wanted(&headers), expected, "{accepted:?}");
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let plain = Bytes::from("{\"package\":\"musl\"}".repeat(1000));
        for encoding in Encoding::ALL {
            let encoded = encoding.encode(plain.clone()).unwrap();
            assert_eq!(encoding.decode(&encoded).unwrap(), plain, "{encoding:?}");
            assert_eq!(encoded.len() < 1000, encoding != Encoding::Plain, "{encoding:?}");
        }
    }
}
