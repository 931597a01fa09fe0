//! Everything that can go wrong between a request and its answer.

use tonic::{Code, Status};

use super::deadline::Deadline;
use crate::domain::Violations;
use crate::engine::EngineError;

/// Longest text of a library that is repeated to a client, in bytes.
const DETAIL_MAX_BYTES: usize = 200;

/// Why a request was not answered.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum RpcError {
    /// The request breaks rules of the proto files.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no such decision. `key` is the user's own id.
    #[error("there is no decision with {name} `{key}`; it was never given, or is no longer kept")]
    NoDecision { name: &'static str, key: String },
    /// No answer in time.
    #[error(
        "the time was over after {0}; what had been started is finished all the same: ask again with the same ids, \
         and a `request_id` that was answered gets the stored answer, a recorded fact is known as a duplicate"
    )]
    Deadline(Deadline),
    /// As many as may be are under way.
    #[error("as many {what} as may be ({max}) are under way; try again in {retry_after_ms} ms")]
    Busy { what: &'static str, max: u32, retry_after_ms: u64 },
    /// A message was too large to be read.
    #[error(
        "a message of the request is larger than {max_bytes} bytes, the most that is read; send less at once"
    )]
    Oversize { max_bytes: u32 },
    /// The bytes are no message of this kind.
    #[error("the request can not be decoded; build it from the proto files: {detail}")]
    Malformed { detail: String },
    /// Reading failed in a way that the transport has named already.
    #[error("{}", .0.message())]
    Transport(Box<Status>),
    /// The engine's answer was not what was asked for; the log says how.
    #[error("the server could not read its own answer; report this to its operator")]
    BadAnswer,
}

impl RpcError {
    /// What tonic said about bytes that never became a message.
    pub(super) fn of_transport(status: Status, max_bytes: u32) -> Self {
        if status.code() == Code::OutOfRange {
            Self::Oversize { max_bytes }
        } else if status.code() == Code::Internal {
            let text = status.message();
            let end = text.floor_char_boundary(DETAIL_MAX_BYTES);
            Self::Malformed { detail: text.get(..end).unwrap_or_default().to_owned() }
        } else {
            Self::Transport(Box::new(status))
        }
    }
}
