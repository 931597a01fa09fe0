//! What an operator watches of the gRPC edge.
//!
//! Durations are measured by tokio's monotonic clock: the passed `Clock` tells the time of day in milliseconds, which is
//! too coarse for a histogram of answers and may jump. They are measured here alone and never reach the engine.

use metrics::{Counter, Gauge, Histogram};
use tokio::time::Instant;
use tonic::Code;

use super::method::Method;

/// Requests and streams that ended, by `rpc` and `code`.
pub const REQUESTS_TOTAL: &str = "vouch_rpc_requests_total";
/// How long unary requests, claims of a stream and batches of streamed facts took, in seconds, by `rpc`.
pub const DURATION_SECONDS: &str = "vouch_rpc_duration_seconds";
/// Requests and streams that are under way, by `rpc`.
pub const IN_FLIGHT: &str = "vouch_rpc_in_flight";
/// Claims, facts and findings of streams that were dealt with, by `rpc` and `code`.
pub const STREAM_MESSAGES_TOTAL: &str = "vouch_rpc_stream_messages_total";
/// Connections that were closed at once because as many as may be were open.
pub const CONNECTIONS_REFUSED_TOTAL: &str = "vouch_rpc_connections_refused_total";

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

/// Where calls are counted and measured. What most calls need is at hand: looking it up by name and labels takes longer
/// than counting.
#[derive(Debug)]
pub(super) struct Meters([Meter; Method::ALL.len()]);

/// Of one method.
#[derive(Debug)]
struct Meter {
    method: Method,
    in_flight: Gauge,
    duration: Histogram,
    /// Requests that ended with OK.
    ended_well: Counter,
    /// Messages of a stream that ended with OK.
    messages_well: Counter,
}

impl Meters {
    pub(super) fn new() -> Self {
        Self(Method::ALL.map(Meter::new))
    }

    pub(super) fn started(&self, method: Method) {
        self.with(method, |meter| meter.in_flight.increment(1.0));
    }

    pub(super) fn ended(&self, method: Method, code: Code) {
        self.with(method, |meter| meter.in_flight.decrement(1.0));
        self.counted(method, code);
    }

    /// Counts a request that ended, also one that never was under way.
    pub(super) fn counted(&self, method: Method, code: Code) {
        self.with(method, |meter| {
            if code == Code::Ok {
                meter.ended_well.increment(1);
            } else {
                requests(method, code).increment(1);
            }
        });
    }

    pub(super) fn took(&self, method: Method, stopwatch: Stopwatch) {
        self.with(method, |meter| meter.duration.record(stopwatch.0.elapsed().as_secs_f64()));
    }

    pub(super) fn stream_messages(&self, method: Method, code: Code, count: u64) {
        self.with(method, |meter| {
            if code == Code::Ok {
                meter.messages_well.increment(count);
            } else {
                messages(method, code).increment(count);
            }
        });
    }

    fn with(&self, method: Method, count: impl FnOnce(&Meter)) {
        if let Some(meter) = self.0.iter().find(|meter| meter.method == method) {
            count(meter);
        }
    }
}

impl Meter {
    fn new(method: Method) -> Self {
        Self {
            method,
            in_flight: metrics::gauge!(IN_FLIGHT, "rpc" => method.name()),
            duration: metrics::histogram!(DURATION_SECONDS, "rpc" => method.name()),
            ended_well: requests(method, Code::Ok),
            messages_well: messages(method, Code::Ok),
        }
    }
}

fn requests(method: Method, code: Code) -> Counter {
    metrics::counter!(REQUESTS_TOTAL, "rpc" => method.name(), "code" => name(code))
}

fn messages(method: Method, code: Code) -> Counter {
    metrics::counter!(STREAM_MESSAGES_TOTAL, "rpc" => method.name(), "code" => name(code))
}

pub(super) fn connection_refused() {
    metrics::counter!(CONNECTIONS_REFUSED_TOTAL).increment(1);
}

/// The name of a code, as the gRPC specification spells it.
pub(super) const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
