//! What a client sees of an error: the one map to gRPC statuses, for an answer of its own and within a stream.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use super::error::RpcError;
use crate::domain::{Violation, Violations};
use crate::engine::EngineError;
use crate::wire::pb::v1;

/// Longest message, in bytes: percent-encoded it takes up to three times as much.
const MESSAGE_MAX_BYTES: usize = 640;
/// Most bytes of violations that a status carries: details travel in a header, in Base64, and clients refuse headers
/// above 8 KiB (grpc-java, grpc-core) or 16 KiB (hyper).
const DETAILS_MAX_BYTES: usize = 3_072;
/// What one violation costs beside its texts, in bytes.
const VIOLATION_BYTES: usize = 8;
/// Who speaks, in `ErrorInfo`.
const DOMAIN: &str = "vouch.v1";

/// What was refused within a stream that goes on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// The code that a request of its own would have got.
    pub(super) code: Code,
    /// Its message.
    pub(super) message: String,
    /// Every field that was wrong.
    pub(super) violations: Vec<v1::FieldViolation>,
}

impl Refusal {
    /// The code as the proto files carry it.
    pub(super) fn number(&self) -> u32 {
        // Codes are 0 to 16.
        u32::try_from(i32::from(self.code)).unwrap_or_default()
    }
}

impl RpcError {
    /// The code of the status.
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Invalid(_) | Self::Malformed { .. } => Code::InvalidArgument,
            Self::Engine(error) => match error {
                EngineError::Overloaded { .. } => Code::ResourceExhausted,
                EngineError::Draining => Code::Unavailable,
                EngineError::Conflict { .. } => Code::AlreadyExists,
                EngineError::Storage => Code::Internal,
            },
            Self::NoDecision { .. } => Code::NotFound,
            Self::Deadline(_) => Code::DeadlineExceeded,
            Self::Busy { .. } => Code::ResourceExhausted,
            // Not RESOURCE_EXHAUSTED, which clients retry: the same message would be refused again.
            Self::Oversize { .. } => Code::OutOfRange,
            Self::Transport(status) => status.code(),
            Self::BadAnswer => Code::Internal,
        }
    }

    /// As the answer to a request.
    pub(super) fn status(&self) -> Status {
        match self.details() {
            Some(details) => Status::with_error_details(self.code(), self.message(), details),
            None => Status::new(self.code(), self.message()),
        }
    }

    /// As an answer within a stream.
    pub(super) fn refusal(&self) -> Refusal {
        let violations = match self {
            Self::Invalid(violations) => violations.0.iter().map(in_band).collect(),
            Self::Engine(_)
            | Self::NoDecision { .. }
            | Self::Deadline(_)
            | Self::Busy { .. }
            | Self::Oversize { .. }
            | Self::Malformed { .. }
            | Self::Transport(_)
            | Self::BadAnswer => Vec::new(),
        };
        Refusal { code: self.code(), message: self.message(), violations }
    }

    fn message(&self) -> String {
        let mut message = match self {
            Self::Invalid(violations) => first_of(violations),
            Self::Engine(EngineError::Conflict { ids }) => conflict(ids),
            Self::Engine(EngineError::Storage) => {
                "the server's storage failed; try again later with the same ids".to_owned()
            }
            Self::Engine(EngineError::Overloaded { .. } | EngineError::Draining)
            | Self::NoDecision { .. }
            | Self::Deadline(_)
            | Self::Busy { .. }
            | Self::Oversize { .. }
            | Self::Malformed { .. }
            | Self::Transport(_)
            | Self::BadAnswer => self.to_string(),
        };
        message.truncate(message.floor_char_boundary(MESSAGE_MAX_BYTES));
        message
    }

    fn details(&self) -> Option<ErrorDetails> {
        match self {
            Self::Invalid(violations) => Some(ErrorDetails::with_bad_request(listed(violations))),
            Self::Engine(EngineError::Overloaded { retry_after_ms })
            | Self::Busy { retry_after_ms, .. } => {
                let delay = Duration::from_millis(*retry_after_ms);
                Some(ErrorDetails::with_retry_info(Some(delay)))
            }
            Self::Engine(EngineError::Conflict { ids }) => Some(conflicts(ids)),
            // INVARIANT: an INTERNAL of ours carries details; tonic's own, about bytes that it can not decode, none.
            Self::Engine(EngineError::Storage) => {
                Some(ErrorDetails::with_error_info("STORAGE_FAILED", DOMAIN, []))
            }
            Self::BadAnswer => Some(ErrorDetails::with_error_info("BAD_ANSWER", DOMAIN, [])),
            Self::Engine(EngineError::Draining)
            | Self::NoDecision { .. }
            | Self::Deadline(_)
            | Self::Oversize { .. }
            | Self::Malformed { .. }
            | Self::Transport(_) => None,
        }
    }
}

fn in_band(violation: &Violation) -> v1::FieldViolation {
    v1::FieldViolation {
        field: violation.field.clone(),
        description: violation.description.clone(),
    }
}

/// The first violation in words, and how many more there are.
fn first_of(violations: &Violations) -> String {
    let Some(first) = violations.0.first() else { return "the request is not valid".to_owned() };
    let shown = format!("`{}` {}", first.field, first.description);
    match violations.0.len() - 1 {
        0 => shown,
        more => format!("{shown}; {more} more to correct, see the violations"),
    }
}

/// As many violations as a header holds, and how many more there are.
fn listed(violations: &Violations) -> Vec<FieldViolation> {
    let sizes = violations.0.iter().map(|v| v.field.len() + v.description.len() + VIOLATION_BYTES);
    let fitting = fitting(sizes);
    let mut listed: Vec<_> = violations
        .0
        .iter()
        .take(fitting)
        .map(|violation| FieldViolation::new(&violation.field, &violation.description))
        .collect();
    let more = violations.0.len() - fitting;
    if more > 0 {
        listed.push(FieldViolation::new("", format!("and {more} more; correct these first")));
    }
    listed
}

fn conflict(ids: &[String]) -> String {
    const SHOWN_MAX: usize = 3;
    let shown: Vec<_> = ids
        .iter()
        .take(SHOWN_MAX)
        .map(|id| match id.split_once(' ') {
            Some((kind, id)) => format!("{kind} `{id}`"),
            None => format!("`{id}`"),
        })
        .collect();
    let more = match ids.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "used before with other content: {}{more}; nothing was recorded: give another id to what is new",
        shown.join(", ")
    )
}

/// Every id that was taken, as far as a header holds them: the client has to find them in its request.
fn conflicts(ids: &[String]) -> ErrorDetails {
    const DESCRIPTION: &str = "used before with other content";
    let sizes = ids.iter().map(|id| id.len() + DESCRIPTION.len() + VIOLATION_BYTES);
    let mut details = ErrorDetails::new();
    for id in ids.iter().take(fitting(sizes)) {
        let (kind, id) = id.split_once(' ').unwrap_or(("id", id));
        details.add_precondition_failure_violation(kind, id, DESCRIPTION);
    }
    details
}

/// How many of so large entries a header holds.
fn fitting(sizes: impl Iterator<Item = usize>) -> usize {
    sizes
        .scan(0, |total, size| {
            *total += size;
            Some(*total)
        })
        .take_while(|total| *total <= DETAILS_MAX_BYTES)
        .count()
}
