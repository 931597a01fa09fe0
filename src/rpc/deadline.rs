//! How long a request may take.
//!
//! tonic knows `grpc-timeout` too, but answers CANCELLED, which tells a client that it has gone away itself. So a deadline
//! is started here before tonic starts its own, and answers first.

use std::fmt;
use std::time::Duration;

use tonic::codegen::http::HeaderMap;

use crate::domain::Violations;

/// The header that carries a client's timeout.
const HEADER: &str = "grpc-timeout";
const DIGITS_MAX: usize = 8;

/// How long a request may take, and who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deadline {
    /// The client's `grpc-timeout`.
    Client(Duration),
    /// Our own bound.
    Server(Duration),
}

impl Deadline {
    pub(super) const fn duration(self) -> Duration {
        match self {
            Self::Client(duration) | Self::Server(duration) => duration,
        }
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duration = self.duration();
        match self {
            Self::Client(_) => write!(f, "{duration:?}, the client's own deadline"),
            Self::Server(_) => write!(f, "{duration:?}, the most that the server gives"),
        }
    }
}

/// The client's timeout, if it gives one.
///
/// # Errors
/// It is not written as the gRPC specification says.
pub(super) fn of_client(headers: &HeaderMap) -> Result<Option<Deadline>, Violations> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    match value.to_str().ok().and_then(parse) {
        Some(duration) => Ok(Some(Deadline::Client(duration))),
        None => {
            let mut violations = Violations::default();
            violations.add(
                HEADER,
                "is no timeout; give 1 to 8 digits and one of H, M, S, m, u and n, such as `500m`",
            );
            Err(violations)
        }
    }
}

/// The smaller of the client's timeout and our own bound.
pub(super) fn smaller(client: Option<Deadline>, own: Duration) -> Deadline {
    match client {
        Some(deadline) if deadline.duration() <= own => deadline,
        _ => Deadline::Server(own),
    }
}

/// `TimeoutValue TimeoutUnit`: 1 to 8 digits, then hours, minutes, seconds, milli-, micro- or nanoseconds.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > DIGITS_MAX || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 60 * 60)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::codegen::http::{HeaderMap, HeaderValue};

    use super::{Deadline, of_client, parse, smaller};

    #[test]
    fn every_unit_is_read() {
        assert_eq!(parse("2H"), Some(Duration::from_secs(7_200)));
        assert_eq!(parse("3M"), Some(Duration::from_secs(180)));
        assert_eq!(parse("42S"), Some(Duration::from_secs(42)));
        assert_eq!(parse("13m"), Some(Duration::from_millis(13)));
        assert_eq!(parse("2u"), Some(Duration::from_micros(2)));
        assert_eq!(parse("82n"), Some(Duration::from_nanos(82)));
        assert_eq!(parse("00000001S"), Some(Duration::from_secs(1)));
        assert_eq!(parse("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
    }

    #[test]
    fn anything_else_is_no_timeout() {
        for text in ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "100000000n", "1 S", "1S ", "1秒"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(of_client(&headers), Ok(None));
        headers.insert("grpc-timeout", HeaderValue::from_static("soon"));
        let violations = of_client(&headers).unwrap_err();
        assert_eq!(violations.0[0].field, "grpc-timeout");
    }

    #[test]
    fn the_smaller_one_counts() {
        let own = Duration::from_secs(10);
        let client = |s| Some(Deadline::Client(Duration::from_secs(s)));
        assert_eq!(smaller(None, own), Deadline::Server(own));
        assert_eq!(smaller(client(11), own), Deadline::Server(own));
        assert_eq!(smaller(client(3), own), Deadline::Client(Duration::from_secs(3)));
    }
}
