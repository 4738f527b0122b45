//! Reads STOMP frames from bytes that come in pieces.
//!
//! A broker's bytes are a stranger's: whatever comes is a frame or an error, and never more is kept than one frame may
//! have. After an error there is no way to find the next frame.

use super::frame::{Frame, is_escaped};
use crate::limits::{STOMP_BODY_BYTES, STOMP_HEAD_BYTES, STOMP_HEADERS};

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// Command and headers, or the body, do not end.
    #[error("a frame is too long")]
    TooLong,
    /// A command is a word in capital letters.
    #[error("a frame has no command")]
    Command,
    /// Headers are UTF-8.
    #[error("a header is no text")]
    NotText,
    /// A header has a name and a colon, and there are some of them.
    #[error("a header has no name or no end, or there are too many")]
    Header,
    /// The protocol has four escapes.
    #[error("a header has an unknown escape")]
    Escape,
    /// The announced length is none, or the body does not end there.
    #[error("the length of a body is wrong")]
    Length,
}

/// The bytes that are no frame yet.
#[derive(Default)]
pub(super) struct Decoder {
    bytes: Vec<u8>,
}

impl Decoder {
    /// Takes further bytes. Ask for frames until there are no more before giving it others.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next frame, if all of it is here.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Malformed> {
        // Empty lines between frames are heart-beats.
        let beats = self.bytes.iter().take_while(|&&byte| matches!(byte, b'\n' | b'\r')).count();
        self.bytes.drain(..beats);
        let Some((frame, length)) = parse(&self.bytes)? else { return Ok(None) };
        self.bytes.drain(..length);
        Ok(Some(frame))
    }
}

/// The frame that these bytes begin with, and its length; `None` where it goes on.
fn parse(bytes: &[u8]) -> Result<Option<(Frame, usize)>, Malformed> {
    let Some(head) = head_length(bytes)? else { return Ok(None) };
    let (head, rest) = bytes.split_at_checked(head).ok_or(Malformed::TooLong)?;
    let Ok(text) = std::str::from_utf8(head) else { return Err(Malformed::NotText) };
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let command = lines.next().unwrap_or_default();
    if command.is_empty() || !command.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Malformed::Command);
    }
    let mut frame = Frame::new(command);
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) =
            line.split_once(':').filter(|(name, _)| !name.is_empty()).ok_or(Malformed::Header)?;
        if frame.headers.len() == STOMP_HEADERS {
            return Err(Malformed::Header);
        }
        let is_escaped = is_escaped(&frame.command);
        frame = frame.header(&unescape(name, is_escaped)?, &unescape(value, is_escaped)?);
    }
    let Some(body) = body(&frame, rest)? else { return Ok(None) };
    let length = head.len() + body.len() + 1;
    let body = body.to_vec();
    Ok(Some((frame.body(body), length)))
}

/// The bytes up to the empty line, with it.
fn head_length(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    let mut length = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        length += line.len();
        if length > STOMP_HEAD_BYTES {
            return Err(Malformed::TooLong);
        }
        if line.contains(&0) {
            return Err(Malformed::Header);
        }
        if matches!(line, b"\n" | b"\r\n") {
            return Ok(Some(length));
        }
    }
    Ok(None)
}

/// The body, without the NUL that ends it.
fn body<'a>(frame: &Frame, rest: &'a [u8]) -> Result<Option<&'a [u8]>, Malformed> {
    let Some(length) = frame.value("content-length") else {
        return match rest.iter().take(STOMP_BODY_BYTES + 1).position(|&byte| byte == 0) {
            Some(end) => Ok(rest.get(..end)),
            None if rest.len() > STOMP_BODY_BYTES => Err(Malformed::TooLong),
            None => Ok(None),
        };
    };
    if !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Malformed::Length);
    }
    let Ok(length) = length.parse::<usize>() else { return Err(Malformed::Length) };
    if length > STOMP_BODY_BYTES {
        return Err(Malformed::TooLong);
    }
    match rest.get(length) {
        Some(0) => Ok(rest.get(..length)),
        Some(_) => Err(Malformed::Length),
        None => Ok(None),
    }
}

fn unescape(text: &str, is_escaped: bool) -> Result<String, Malformed> {
    if !is_escaped {
        return Ok(text.to_owned());
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('r') => '\r',
                Some('n') => '\n',
                Some('c') => ':',
                Some('\\') => '\\',
                Some(_) | None => return Err(Malformed::Escape),
            },
            other => other,
        });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests;
