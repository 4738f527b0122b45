//! A STOMP frame as it is written.
//!
//! No value can become another header or another frame: what the protocol escapes is escaped, and what it cannot say is
//! refused. A frame may hold a passcode, so it has no `Debug`.

/// A frame.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// Such as `SEND`.
    pub(super) command: String,
    /// Names and values, in order.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// Why a frame cannot be written. Names the header, never the value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("STOMP cannot say the value of `{0}`: it has a character that ends it")]
pub(super) struct Unspeakable(String);

impl Frame {
    /// A frame without headers and body.
    pub(super) fn new(command: &str) -> Self {
        Self { command: command.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// With a header.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body.
    pub(super) fn body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    /// The value of a header. Of several with its name the first counts, as the protocol says.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The frame, ready to send, with the length of its body where it has one.
    pub(super) fn encode(&self) -> Result<Vec<u8>, Unspeakable> {
        let is_escaped = is_escaped(&self.command);
        let mut text = format!("{}\n", self.command);
        for (name, value) in &self.headers {
            text.push_str(name);
            text.push(':');
            for character in value.chars() {
                match character {
                    '\0' => return Err(Unspeakable(name.clone())),
                    '\r' | '\n' if !is_escaped => return Err(Unspeakable(name.clone())),
                    '\r' => text.push_str("\\r"),
                    '\n' => text.push_str("\\n"),
                    ':' if is_escaped => text.push_str("\\c"),
                    '\\' if is_escaped => text.push_str("\\\\"),
                    other => text.push(other),
                }
            }
            text.push('\n');
        }
        if !self.body.is_empty() {
            text.push_str(&format!("content-length:{}\n", self.body.len()));
        }
        text.push('\n');
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes.push(0);
        Ok(bytes)
    }
}

/// The two frames that also older versions send have no escapes.
pub(super) fn is_escaped(command: &str) -> bool {
    !matches!(command, "CONNECT" | "CONNECTED")
}
