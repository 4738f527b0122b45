//! Exit statuses: part of the contract of the command.

use std::process::ExitCode;

/// How a command ended, in the order in which one outweighs another when several images are scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// 0: done, and nothing gated.
    Done,
    /// 3: something that counts was not judged, and no finding decides.
    Unproven,
    /// 1: findings at or above the gate.
    Gated,
    /// 2: a wrong argument, or something could not be read.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => Self::SUCCESS,
            Status::Gated => Self::from(1),
            Status::Failed => Self::from(2),
            Status::Unproven => Self::from(3),
        }
    }
}
