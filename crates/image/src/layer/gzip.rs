//! Inflates gzip, member after member (RFC 1952, section 2.2). pigz, bgzip and eStargz write many.

use flate2::{Decompress, FlushDecompress, Status};

use super::{
    faults::{Fault, Stop},
    stored::Stored,
};

/// The window of deflate: 2 to the power of 15 bytes.
const WINDOW_BITS: u8 = 15;

/// Whether a gzip member begins so.
pub(super) fn begins_gzip_member(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Inflates one stream of members, and checks the checksum of each.
pub(super) struct Gzip {
    member: Decompress,
    state: State,
}

enum State {
    InMember,
    BetweenMembers,
    Ended,
    Damaged(String),
}

impl Default for Gzip {
    fn default() -> Self {
        Self { member: Decompress::new_gzip(WINDOW_BITS), state: State::BetweenMembers }
    }
}

impl Gzip {
    /// See [`super::compression::Decoder::decode`].
    pub(super) fn decode(&mut self, stored: &mut Stored<'_>, output: &mut [u8]) -> Result<usize, Stop> {
        let mut done = 0;
        while done < output.len() {
            match &self.state {
                State::Ended => break,
                State::Damaged(_) if done > 0 => break,
                State::Damaged(detail) => return Err(Fault::layer(detail.clone()).into()),
                State::BetweenMembers if begins_gzip_member(stored.peek(2)?) => {
                    self.member = Decompress::new_gzip(WINDOW_BITS);
                    self.state = State::InMember;
                }
                State::BetweenMembers => self.state = State::Ended,
                State::InMember => {
                    done += self.inflate(stored, output.get_mut(done..).unwrap_or_default())?
                }
            }
        }
        Ok(done)
    }

    fn inflate(&mut self, stored: &mut Stored<'_>, output: &mut [u8]) -> Result<usize, Stop> {
        let (total_in, total_out) = (self.member.total_in(), self.member.total_out());
        let input = stored.some()?;
        let input_ends = input.is_empty();
        let result = self.member.decompress(input, output, FlushDecompress::None);
        // Both are lengths of slices that were just given, so they fit.
        let taken = usize::try_from(self.member.total_in() - total_in).unwrap_or(usize::MAX);
        let made = usize::try_from(self.member.total_out() - total_out).unwrap_or(usize::MAX);
        stored.consume(taken);
        match result {
            Ok(Status::StreamEnd) => self.state = State::BetweenMembers,
            Ok(Status::Ok | Status::BufError) if made == 0 && input_ends => {
                self.state = State::Damaged("the gzip stream is cut off".to_owned());
            }
            Ok(Status::Ok | Status::BufError) => {}
            Err(error) => self.state = State::Damaged(format!("the gzip stream is damaged: {error}")),
        }
        Ok(made)
    }
}
