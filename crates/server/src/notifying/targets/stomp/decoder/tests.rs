use proptest::prelude::*;

use super::*;

/// More than one piece that is read at once, so that what is kept can be told from what has just come.
const KEPT: usize = STOMP_HEAD_BYTES + STOMP_BODY_BYTES + 2;

/// What a RabbitMQ sends, and what else the protocol allows.
const REAL: &[u8] =
    b"CONNECTED\nserver:RabbitMQ/3.10.8\nsession:session-gY\\Z\nheart-beat:0,0\nversion:1.2\n\n\0\n\
    RECEIPT\r\nreceipt-id:a\\cb\\n\\r\\\\\r\nreceipt-id:2\r\n\r\n\0\n\n\
    ERROR\nmessage:Bad CONNECT\ncontent-length:7\n\nAc\0cess\0\nERROR\n\nuntil here\0";

/// All frames, or the error, of bytes that come in pieces of this size.
fn decode(bytes: &[u8], piece: usize) -> (Vec<Frame>, Option<Malformed>) {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        decoder.push(piece);
        loop {
            match decoder.next() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        assert!(decoder.bytes.len() <= KEPT, "{} bytes are kept", decoder.bytes.len());
    }
    (frames, None)
}

fn headers(frame: &Frame) -> Vec<(&str, &str)> {
    frame.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn frames_are_read_however_they_come() {
    for piece in 1..REAL.len() {
        let (frames, error) = decode(REAL, piece);
        assert_eq!(error, None);
        let [connected, receipt, error, second] = frames.as_slice() else {
            panic!("{} frames", frames.len())
        };
        // No escapes in this one: a server may have written it for an old client.
        assert_eq!(connected.value("session"), Some("session-gY\\Z"));
        assert_eq!(headers(receipt), [("receipt-id", "a:b\n\r\\"), ("receipt-id", "2")]);
        assert_eq!(receipt.value("receipt-id"), Some("a:b\n\r\\"));
        assert_eq!((error.value("message"), error.body.as_slice()), (Some("Bad CONNECT"), &b"Ac\0cess"[..]));
        assert_eq!((second.command.as_str(), second.body.as_slice()), ("ERROR", &b"until here"[..]));
    }
}

#[test]
fn what_is_no_frame_is_an_error() {
    let cases: [(&[u8], Malformed); 14] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Malformed::Command),
        (b"error\n\n\0", Malformed::Command),
        (b"ERROR\nmessage\n\n\0", Malformed::Header),
        (b"ERROR\n:value\n\n\0", Malformed::Header),
        (b"ERROR\0", Malformed::Header),
        (b"ERROR\nmes\0sage:x\n\n\0", Malformed::Header),
        (b"ERROR\nmessage:\xff\n\n\0", Malformed::NotText),
        (b"ERROR\nmessage:\\t\n\n\0", Malformed::Escape),
        (b"ERROR\nmessage:\\\n\n\0", Malformed::Escape),
        (b"ERROR\ncontent-length:3\n\nabcd\0", Malformed::Length),
        (b"ERROR\ncontent-length:+3\n\nabc\0", Malformed::Length),
        (b"ERROR\ncontent-length:\n\nabc\0", Malformed::Length),
        (b"ERROR\ncontent-length:99999999999999999999\n\n", Malformed::Length),
        (b"ERROR\ncontent-length:4294967296\n\n", Malformed::TooLong),
    ];
    for (bytes, expected) in cases {
        let (frames, error) = decode(bytes, 3);
        assert_eq!((frames.len(), error), (0, Some(expected)), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_frame_may_be_as_long_as_its_limits_and_no_longer() {
    let frame = |head: usize, body: usize| {
        let padding = "x".repeat(head - "ERROR\nm:\n\n".len());
        [format!("ERROR\nm:{padding}\n\n").as_bytes(), &vec![b'y'; body], b"\0"].concat()
    };
    let error = |bytes: &[u8]| decode(bytes, 4096).1;
    assert_eq!(error(&frame(STOMP_HEAD_BYTES, STOMP_BODY_BYTES)), None);
    assert_eq!(error(&frame(STOMP_HEAD_BYTES + 1, 0)), Some(Malformed::TooLong));
    assert_eq!(error(&frame(100, STOMP_BODY_BYTES + 1)), Some(Malformed::TooLong));
    assert_eq!(error(&frame(100, 1000 * STOMP_BODY_BYTES)), Some(Malformed::TooLong));
    assert_eq!(error(&vec![b'x'; 1000 * STOMP_HEAD_BYTES]), Some(Malformed::TooLong));
    assert_eq!(decode(&vec![b'\n'; 1000 * STOMP_HEAD_BYTES], 4096).1, None);
    let many = |count: usize| [b"ERROR\n", "m:x\n".repeat(count).as_bytes(), b"\n\0"].concat();
    assert_eq!(error(&many(STOMP_HEADERS)), None);
    assert_eq!(error(&many(STOMP_HEADERS + 1)), Some(Malformed::Header));
}

#[test]
fn what_cannot_be_said_is_refused_without_its_value() {
    for value in ["s3\ncret", "s3\rcret", "s3\0cret"] {
        let error = Frame::new("CONNECT").header("passcode", value).encode().expect_err("no frame");
        assert_eq!(
            error.to_string(),
            "STOMP cannot say the value of `passcode`: it has a character that ends it"
        );
    }
    let plain = Frame::new("CONNECT").header("passcode", "a:b\\c").encode().expect("a frame");
    assert_eq!(plain, b"CONNECT\npasscode:a:b\\c\n\n\0");
}

/// Bytes like those of a broker: real ones, with some replaced, removed or repeated.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (0..REAL.len(), 0..3_u8, any::<u8>());
    prop::collection::vec(change, 0..8).prop_map(|changes| {
        let mut bytes = REAL.to_vec();
        for (place, kind, byte) in changes {
            let place = place % bytes.len();
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => drop(bytes.drain(place..(place + usize::from(byte)).min(bytes.len() - 1))),
            }
        }
        bytes
    })
}

proptest! {
    #[test]
    fn whatever_comes_the_pieces_do_not_matter(
        bytes in prop_oneof![mutated(), prop::collection::vec(any::<u8>(), 0..200)],
        piece in 1..64_usize,
    ) {
        let (whole, error) = decode(&bytes, bytes.len());
        let (pieces, same_error) = decode(&bytes, piece);
        prop_assert_eq!(error, same_error);
        prop_assert!(whole == pieces);
    }

    #[test]
    fn what_is_written_is_read(
        names in prop::collection::vec("[a-z-]{1,8}", 0..5),
        value in "\\PC{0,20}|[:\\\\\r\n]{0,9}",
        body in prop::collection::vec(any::<u8>(), 1..50),
    ) {
        let frame = names.iter().fold(Frame::new("SEND"), |frame, name| frame.header(name, &value)).body(body);
        prop_assume!(frame.value("content-length").is_none());
        let bytes = frame.encode().expect("a frame");
        let (frames, error) = decode(&bytes, 7);
        prop_assert_eq!(error, None);
        let length = frame.body.len().to_string();
        prop_assert!(frames == [frame.header("content-length", &length)]);
    }
}
