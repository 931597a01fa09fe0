//! What a client may demand of the server.

/// Limits of the gRPC server. A count of 0 is read as 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Largest message that is read, in bytes.
    pub message_max_bytes: u32,
    /// Longest that one request, or one claim of a stream, may take, in milliseconds. A client may ask for less.
    pub deadline_max_ms: u64,
    /// Longest that running requests are waited for at shutdown, in milliseconds; what runs on is cut off.
    pub drain_max_ms: u64,
    /// Unary requests that may be under way in the whole server; more are refused before they are read.
    pub requests_in_flight_max: u32,
    /// `ScoreRefunds`, `StreamFacts` and `WatchFindings` streams that may be open in the whole server.
    pub streams_max: u32,
    /// Claims of one `ScoreRefunds` stream that may be under way; further ones are read when an answer has gone out.
    pub stream_in_flight_max: u32,
    /// Connections that may be open; more are closed at once.
    pub connections_max: u32,
    /// Requests and streams that one connection may have open (HTTP/2 `MAX_CONCURRENT_STREAMS`).
    pub connection_streams_max: u32,
    /// A connection that has been silent for so long is pinged, in milliseconds.
    pub keepalive_interval_ms: u64,
    /// A connection whose ping is not answered within this is closed, in milliseconds.
    pub keepalive_timeout_ms: u64,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            message_max_bytes: 256 * 1_024,
            deadline_max_ms: 10_000,
            drain_max_ms: 20_000,
            requests_in_flight_max: 4_096,
            streams_max: 64,
            stream_in_flight_max: 256,
            connections_max: 1_024,
            connection_streams_max: 1_024,
            keepalive_interval_ms: 30_000,
            keepalive_timeout_ms: 10_000,
        }
    }
}
