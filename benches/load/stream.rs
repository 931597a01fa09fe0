//! The streaming rpc: one call, in which so many claims are under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use h2::{RecvStream, SendStream};
use prost::Message;
use prost::bytes::{Buf, Bytes, BytesMut};
use prost::encoding::{DecodeContext, WireType, decode_key, skip_field};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use vouch::wire::pb::v1;

use super::answer::{PREFIX_BYTES, take};
use super::claims::Claims;
use super::client::{Caller, Connection, SCORE_REFUNDS, status};
use super::closed::Shape;
use super::output::Fault;
use super::sample::{Latencies, Sample};
use super::target::{SHED, Span, Target};

/// Fields of `ScoreRefundsResponse`.
const REQUEST_ID: u32 = 1;
const VERDICT: u32 = 2;
const REFUSAL: u32 = 3;

/// When each claim that is under way was sent.
type UnderWay = Arc<Mutex<HashMap<String, Instant>>>;

/// Asks about claims by the streaming rpc: a call for each connection, with `streams` claims under way.
pub(crate) async fn streaming(
    target: &Target,
    shape: Shape,
    seconds: u64,
) -> Result<Sample, Fault> {
    let connections = Connection::open_some(target.server.address, shape.connections).await?;
    let span = Span::of(seconds);
    let mut tasks = JoinSet::new();
    for connection in &connections {
        let caller = connection.caller(SCORE_REFUNDS)?;
        tasks.spawn(call(target.clone(), caller, shape.streams, span));
    }
    target.sample(span, tasks).await
}

async fn call(
    target: Target,
    caller: Caller,
    under_way_max: usize,
    span: Span,
) -> Result<Latencies, Fault> {
    let (response, request) = caller.open().await?;
    let places = Arc::new(Semaphore::new(under_way_max));
    let under_way = UnderWay::default();
    let send = send(request, &target.claims, &places, &under_way, span);
    let read = async {
        let response = response.await?;
        let refusal = status(response.headers()).ok();
        if let Some((code, message)) = refusal.filter(|(code, _)| *code != 0) {
            return Err(format!("the stream got status {code}: {message}").into());
        }
        read(response.into_body(), &target, &places, &under_way, span).await
    };
    let ((), latencies) = tokio::try_join!(send, read)?;
    Ok(latencies)
}

async fn send(
    mut request: SendStream<Bytes>,
    claims: &Claims,
    places: &Semaphore,
    under_way: &UnderWay,
    span: Span,
) -> Result<(), Fault> {
    while Instant::now() < span.end {
        places.acquire().await?.forget();
        let claim = claims.next();
        locked(under_way).insert(claim.request_id, Instant::now());
        request.send_data(claim.frame, false)?;
    }
    Ok(request.send_data(Bytes::new(), true)?)
}

async fn read(
    mut body: RecvStream,
    target: &Target,
    places: &Semaphore,
    under_way: &UnderWay,
    span: Span,
) -> Result<Latencies, Fault> {
    let mut latencies = Latencies::default();
    let mut buffer = BytesMut::new();
    while let Some(part) = body.data().await {
        let part = part?;
        body.flow_control().release_capacity(part.len())?;
        buffer.extend_from_slice(&part);
        while let Some(message) = next_message(&mut buffer) {
            let (request_id, verdict) = answer(message)?;
            let sent = locked(under_way).remove(&request_id);
            let sent = sent.ok_or_else(|| format!("`{request_id}` was answered twice"))?;
            match verdict {
                Some(verdict) => {
                    target.checker.check(&verdict, &request_id)?;
                    if span.holds(Instant::now()) {
                        latencies.add(sent.elapsed());
                    }
                }
                None => latencies.refused(),
            }
            places.add_permits(1);
        }
    }
    let (code, message) = status(&body.trailers().await?.unwrap_or_default())?;
    if code != 0 {
        return Err(format!("the stream ended with status {code}: {message}").into());
    }
    match locked(under_way).len() {
        0 => Ok(latencies),
        missing => Err(format!("{missing} claims of a stream were not answered").into()),
    }
}

fn locked(under_way: &UnderWay) -> std::sync::MutexGuard<'_, HashMap<String, Instant>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The next whole message of a stream, without its prefix.
fn next_message(buffer: &mut BytesMut) -> Option<Bytes> {
    let length = buffer.get(1..PREFIX_BYTES)?.try_into().map(u32::from_be_bytes).ok()?;
    let whole = PREFIX_BYTES.checked_add(usize::try_from(length).ok()?)?;
    if buffer.len() < whole {
        return None;
    }
    let mut message = buffer.split_to(whole).freeze();
    message.advance(PREFIX_BYTES);
    Some(message)
}

/// Request id and encoded verdict of an answer; no verdict when the claim was refused as one too many.
fn answer(mut message: Bytes) -> Result<(String, Option<Bytes>), Fault> {
    let (mut request_id, mut verdict, mut shed) = (Bytes::new(), None, false);
    while message.has_remaining() {
        match decode_key(&mut message)? {
            (REQUEST_ID, WireType::LengthDelimited) => request_id = take(&mut message)?,
            (VERDICT, WireType::LengthDelimited) => verdict = Some(take(&mut message)?),
            (REFUSAL, WireType::LengthDelimited) => {
                shed = v1::ClaimRefusal::decode(take(&mut message)?)?.code == u32::from(SHED);
            }
            (field, wire) => skip_field(wire, field, &mut message, DecodeContext::default())?,
        }
    }
    let request_id = String::from_utf8(request_id.to_vec())?;
    if verdict.is_none() && !shed {
        return Err(format!("`{request_id}` was refused in a stream").into());
    }
    Ok((request_id, verdict))
}
