//! Around every request of ours, before its body is read: admission, deadline, span, metrics, and clear words for what
//! tonic refuses.
//!
//! Spans are for debugging: one for each request would cost as much as all the rest here. So a line of the log that is
//! about one request names it by itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::{Code, Status};
use tracing::{Instrument, field};

use super::call::{Call, Gate};
use super::error::RpcError;
use super::method::Method;

/// The header that carries the code of a refusal.
const GRPC_STATUS: &str = "grpc-status";

/// The services behind the gate.
#[derive(Debug, Clone)]
pub(super) struct Edge<S> {
    inner: S,
    gate: Arc<Gate>,
}

impl<S> Edge<S> {
    pub(super) const fn new(inner: S, gate: Arc<Gate>) -> Self {
        Self { inner, gate }
    }
}

impl<S> Service<http::Request<Body>> for Edge<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let Some(method) = Method::of(request.uri().path()) else {
            return Box::pin(self.inner.call(request));
        };
        match self.gate.admit(method, request.headers()) {
            Err(error) => {
                self.gate.meters.counted(method, error.code());
                Box::pin(std::future::ready(Ok(error.status().into_http())))
            }
            Ok(call) if method.is_stream() => self.stream(method, call, request),
            Ok(call) => self.unary(method, call, request),
        }
    }
}

impl<S> Edge<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    fn unary(
        &mut self,
        method: Method,
        call: Call,
        request: http::Request<Body>,
    ) -> BoxFuture<http::Response<Body>, Infallible> {
        let max_bytes = self.gate.limits.message_max_bytes;
        let response = self.inner.call(request);
        // Started before tonic starts its own, see `deadline`.
        let expiry = call.expiry();
        let span = tracing::debug_span!("rpc", rpc = method.name(), request_id = field::Empty);
        let answer = async move {
            let response = tokio::select! {
                biased;
                response = response => match response {
                    Ok(response) => clarified(response, max_bytes),
                    Err(never) => match never {},
                },
                error = expiry => error.status().into_http(),
            };
            call.ended(code(&response));
            Ok(response)
        };
        Box::pin(answer.instrument(span))
    }

    fn stream(
        &mut self,
        method: Method,
        call: Call,
        mut request: http::Request<Body>,
    ) -> BoxFuture<http::Response<Body>, Infallible> {
        let max_bytes = self.gate.limits.message_max_bytes;
        let call = Arc::new(call);
        request.extensions_mut().insert(Arc::clone(&call));
        let response = self.inner.call(request);
        let span = tracing::debug_span!("rpc", rpc = method.name());
        let answer = async move {
            let response = clarified(response.await?, max_bytes);
            // Refused before it became a stream; else whoever feeds the stream says how it ended.
            if response.headers().contains_key(GRPC_STATUS) {
                call.ended(code(&response));
            }
            Ok(response)
        };
        Box::pin(answer.instrument(span))
    }
}

/// Without a body there is the status in the headers; with one, all is well so far.
fn code(response: &http::Response<Body>) -> Code {
    response.headers().get(GRPC_STATUS).map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

/// Clear words for bytes that tonic could not make a message of. An INTERNAL of ours carries details, tonic's none.
fn clarified(response: http::Response<Body>, max_bytes: u32) -> http::Response<Body> {
    if ![Code::OutOfRange, Code::Internal].contains(&code(&response)) {
        return response;
    }
    match Status::from_header_map(response.headers()) {
        Some(status) if status.details().is_empty() => {
            RpcError::of_transport(status, max_bytes).status().into_http()
        }
        _ => response,
    }
}
