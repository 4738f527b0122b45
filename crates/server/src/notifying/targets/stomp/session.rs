//! A session with a STOMP broker: log in, send, leave.
//!
//! A receipt counts only for the message that asked for it. An ERROR frame ends the session, as the protocol has it.

use std::{collections::BTreeSet, pin::pin};

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};

use super::{decoder::Decoder, frame::Frame};
use crate::notifying::targets::{DeliveryError, brokers::words, wire::Stream};

/// Bytes that are read at once: more than a broker ever has to say.
const PIECE: usize = 4 << 10;
/// The receipt of the goodbye.
const FAREWELL: &str = "farewell";

/// Messages that are ready to be sent, each with the request for its receipt: the number of its place.
pub(super) struct Messages(Vec<Vec<u8>>);

impl Messages {
    /// Makes them of SEND frames.
    pub(super) fn of(frames: impl Iterator<Item = Frame>) -> Result<Self, DeliveryError> {
        let numbered = frames.zip(1_usize..);
        let bytes = numbered.map(|(frame, number)| encode(&frame.header("receipt", &number.to_string())));
        bytes.collect::<Result<_, _>>().map(Self)
    }
}

/// A session.
pub(super) struct Session<'a> {
    reader: Reader<'a>,
    writer: WriteHalf<Box<dyn Stream>>,
}

/// What comes from the broker.
struct Reader<'a> {
    stream: ReadHalf<Box<dyn Stream>>,
    decoder: Decoder,
    secret: &'a str,
}

impl<'a> Session<'a> {
    /// Logs in. `secret` is what no error may repeat.
    pub(super) async fn open(
        stream: Box<dyn Stream>,
        connect: &[u8],
        secret: &'a str,
    ) -> Result<Self, DeliveryError> {
        let (stream, writer) = tokio::io::split(stream);
        let mut session = Self { reader: Reader { stream, decoder: Decoder::default(), secret }, writer };
        write(&mut session.writer, connect).await?;
        let answer = session.reader.next().await?;
        if answer.command != "CONNECTED" {
            return Err(session.reader.unexpected(&answer));
        }
        match answer.value("version") {
            Some("1.2") => Ok(session),
            version => {
                let version = words(version.unwrap_or("1.0"), secret);
                Err(DeliveryError(format!("it speaks STOMP {version}, not 1.2")))
            }
        }
    }

    /// Sends messages, and waits for the receipt of each.
    pub(super) async fn send(&mut self, messages: &Messages) -> Result<(), DeliveryError> {
        let Self { reader, writer } = self;
        let sending = async {
            for message in &messages.0 {
                write(writer, message).await?;
            }
            Ok(())
        };
        let awaited = (1..=messages.0.len()).map(|number| number.to_string()).collect();
        let mut sending = pin!(sending);
        let mut receiving = pin!(reader.receipts(awaited));
        // Side by side: a broker that cannot get rid of its receipts would stop reading. And where it ends the connection
        // while we write, it has said why.
        tokio::select! {
            received = &mut receiving => {
                received?;
                sending.await
            }
            sent = &mut sending => {
                receiving.await?;
                sent
            }
        }
    }

    /// Says goodbye, so that the broker does not take the end for an accident.
    pub(super) async fn close(&mut self) -> Result<(), DeliveryError> {
        write(&mut self.writer, &encode(&Frame::new("DISCONNECT").header("receipt", FAREWELL))?).await?;
        self.reader.receipts(BTreeSet::from([FAREWELL.to_owned()])).await
    }
}

impl Reader<'_> {
    /// Waits until all these receipts have come.
    async fn receipts(&mut self, mut awaited: BTreeSet<String>) -> Result<(), DeliveryError> {
        while !awaited.is_empty() {
            let frame = self.next().await?;
            let receipt = frame.value("receipt-id").filter(|_| frame.command == "RECEIPT");
            if !receipt.is_some_and(|receipt| awaited.remove(receipt)) {
                return Err(self.unexpected(&frame));
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Frame, DeliveryError> {
        loop {
            let malformed = |error| DeliveryError(format!("it does not speak STOMP: {error}"));
            if let Some(frame) = self.decoder.next().map_err(malformed)? {
                return Ok(frame);
            }
            let mut piece = [0; PIECE];
            let length =
                self.stream.read(&mut piece).await.map_err(|error| DeliveryError(error.to_string()))?;
            match piece.get(..length) {
                None | Some([]) => return Err(DeliveryError("it closed the connection".to_owned())),
                Some(piece) => self.decoder.push(piece),
            }
        }
    }

    fn unexpected(&self, frame: &Frame) -> DeliveryError {
        if frame.command != "ERROR" {
            let command = words(&frame.command, self.secret);
            return DeliveryError(format!("it answers with an unexpected frame: {command}"));
        }
        let message = frame.value("message").unwrap_or_default();
        let body = String::from_utf8_lossy(&frame.body);
        DeliveryError(format!("it refuses: {}", words(&format!("{message} {body}"), self.secret)))
    }
}

/// A frame's bytes.
pub(super) fn encode(frame: &Frame) -> Result<Vec<u8>, DeliveryError> {
    frame.encode().map_err(|error| DeliveryError(error.to_string()))
}

async fn write(writer: &mut WriteHalf<Box<dyn Stream>>, bytes: &[u8]) -> Result<(), DeliveryError> {
    let failed = |error: std::io::Error| DeliveryError(error.to_string());
    writer.write_all(bytes).await.map_err(failed)?;
    writer.flush().await.map_err(failed)
}
