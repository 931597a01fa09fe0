//! Whether an answer is a verdict: every one is looked at, and one in some is taken apart.

use std::sync::atomic::{AtomicU64, Ordering};

use prost::Message;
use prost::bytes::{Buf, Bytes};
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use vouch::wire::pb::v1;

use super::output::Fault;

/// One in so many answers is decoded.
const DECODED_EVERY: u64 = 64;
/// In front of every message: a flag and four bytes of length.
pub(crate) const PREFIX_BYTES: usize = 5;
/// Fields of `Verdict`.
const REQUEST_ID: u32 = 2;
const DECISION: u32 = 4;

/// Holds answers against what was asked.
#[derive(Debug)]
pub(crate) struct Checker {
    /// The echo names another request in its answers.
    names_requests: bool,
    seen: AtomicU64,
}

impl Checker {
    pub(crate) const fn new(names_requests: bool) -> Self {
        Self { names_requests, seen: AtomicU64::new(0) }
    }

    /// How many verdicts were good.
    pub(crate) fn checked(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    /// Checks `verdict`, an encoded `Verdict` for the request `request_id`.
    pub(crate) fn check(&self, verdict: &Bytes, request_id: &str) -> Result<(), Fault> {
        let (named, decision) = glance(verdict.clone())?;
        if decision == 0 {
            return Err(format!("the answer to `{request_id}` has no decision").into());
        }
        if self.names_requests && named.as_ref() != request_id.as_bytes() {
            return Err(format!("the answer to `{request_id}` is about another request").into());
        }
        if self.seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(DECODED_EVERY) {
            whole(&v1::Verdict::decode(verdict.clone())?)?;
        }
        Ok(())
    }
}

/// The encoded verdict of an answer to `ScoreRefund`, prefix and all.
pub(crate) fn verdict_of(mut frame: Bytes) -> Result<Bytes, Fault> {
    if frame.len() < PREFIX_BYTES {
        return Err("an answer has no message".into());
    }
    frame.advance(PREFIX_BYTES);
    let (field, wire) = decode_key(&mut frame)?;
    if (field, wire) != (1, WireType::LengthDelimited) {
        return Err("an answer has no verdict".into());
    }
    take(&mut frame)
}

/// The bytes of a field, whose key has been read.
pub(crate) fn take(message: &mut Bytes) -> Result<Bytes, Fault> {
    let length = usize::try_from(decode_varint(message)?)?;
    if length > message.len() {
        return Err("an answer is cut off".into());
    }
    Ok(message.split_to(length))
}

/// Request id and decision, which stand in front.
fn glance(mut verdict: Bytes) -> Result<(Bytes, u64), Fault> {
    let mut named = Bytes::new();
    while verdict.has_remaining() {
        let (field, wire) = decode_key(&mut verdict)?;
        match (field, wire) {
            (REQUEST_ID, WireType::LengthDelimited) => named = take(&mut verdict)?,
            (DECISION, WireType::Varint) => return Ok((named, decode_varint(&mut verdict)?)),
            _ => skip_field(wire, field, &mut verdict, DecodeContext::default())?,
        }
    }
    Ok((named, 0))
}

/// What every verdict has.
fn whole(verdict: &v1::Verdict) -> Result<(), Fault> {
    let complete = verdict.decision() != v1::Decision::Unspecified
        && verdict.decision_id.len() == 36
        && !verdict.reasons.is_empty()
        && !verdict.layers.is_empty()
        && verdict.versions.is_some()
        && verdict.ledger_position > 0;
    if complete { Ok(()) } else { Err(format!("this is no whole verdict: {verdict:?}").into()) }
}
