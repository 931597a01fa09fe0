//! A client that costs little: HTTP/2 by `h2`, bodies that were encoded before, and answers that are looked at but not
//! taken apart.

use std::net::SocketAddr;

use h2::RecvStream;
use h2::client::SendRequest;
use prost::bytes::{Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::codegen::http::{HeaderMap, Method, Request, Response, Uri, Version};

use super::output::Fault;

/// What a client lets the server send before it has read it, in bytes.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;

pub(crate) const SCORE_REFUND: &str = "/vouch.v1.RefundRiskService/ScoreRefund";
pub(crate) const SCORE_REFUNDS: &str = "/vouch.v1.RefundRiskService/ScoreRefunds";
pub(crate) const RECORD_FACTS: &str = "/vouch.v1.FactService/RecordFacts";

/// A connection; it is closed when this is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<Bytes>,
    address: SocketAddr,
    /// Drives the connection.
    _tasks: JoinSet<()>,
}

/// One method on one connection. Clones share the connection.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    sender: SendRequest<Bytes>,
    head: Request<()>,
}

/// The answer to a unary call.
#[derive(Debug)]
pub(crate) struct Reply {
    /// `grpc-status`.
    pub(crate) code: u16,
    /// `grpc-message`, as it was sent.
    pub(crate) message: String,
    /// The message with its prefix.
    pub(crate) frame: Bytes,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = h2::client::Builder::new()
            .initial_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .handshake(stream)
            .await?;
        let mut tasks = JoinSet::new();
        // What ends a connection ends the calls on it, which say so.
        tasks.spawn(async move { drop(connection.await) });
        Ok(Self { sender, address, _tasks: tasks })
    }

    pub(crate) async fn open_some(address: SocketAddr, count: usize) -> Result<Vec<Self>, Fault> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Self::open(address).await?);
        }
        Ok(connections)
    }

    pub(crate) fn caller(&self, path: &str) -> Result<Caller, Fault> {
        let uri: Uri = format!("http://{}{path}", self.address).parse()?;
        let head = Request::builder()
            .method(Method::POST)
            .version(Version::HTTP_2)
            .uri(uri)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())?;
        Ok(Caller { sender: self.sender.clone(), head })
    }
}

impl Caller {
    /// Sends a message and waits for the answer.
    pub(crate) async fn call(&self, frame: Bytes) -> Result<Reply, Fault> {
        let mut sender = self.sender.clone().ready().await?;
        let (response, mut request) = sender.send_request(self.head.clone(), false)?;
        request.send_data(frame, true)?;
        reply(response.await?).await
    }

    /// Opens a call whose messages are sent and read one by one.
    pub(crate) async fn open(
        &self,
    ) -> Result<(h2::client::ResponseFuture, h2::SendStream<Bytes>), Fault> {
        let mut sender = self.sender.clone().ready().await?;
        Ok(sender.send_request(self.head.clone(), false)?)
    }
}

async fn reply(response: Response<RecvStream>) -> Result<Reply, Fault> {
    let (head, mut body) = response.into_parts();
    let mut frame = Bytes::new();
    while let Some(part) = body.data().await {
        let part = part?;
        body.flow_control().release_capacity(part.len())?;
        frame = if frame.is_empty() { part } else { joined(&frame, &part) };
    }
    let trailers = body.trailers().await?;
    // A refusal has its status among the headers.
    let (code, message) = status(trailers.as_ref().unwrap_or(&head.headers))?;
    Ok(Reply { code, message, frame })
}

/// `grpc-status` and `grpc-message`.
pub(crate) fn status(headers: &HeaderMap) -> Result<(u16, String), Fault> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let code = text("grpc-status");
    let code = code.parse().map_err(|_| format!("an answer has the grpc-status `{code}`"))?;
    Ok((code, text("grpc-message").to_owned()))
}

fn joined(first: &Bytes, second: &Bytes) -> Bytes {
    let mut whole = BytesMut::with_capacity(first.len() + second.len());
    whole.extend_from_slice(first);
    whole.extend_from_slice(second);
    whole.freeze()
}
