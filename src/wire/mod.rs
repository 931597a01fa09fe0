//! Protobuf on one side, the domain on the other. Nothing else knows both.
//!
//! * **In**: [`decode_fact`], [`decode_facts`] and [`decode_claim`] parse messages into domain values and report every
//!   field that is wrong, all at once, as `Violations` with paths. What they return needs no further check.
//! * **Out**: [`encode_fact`], [`encode_claim`], [`encode_verdict`], [`encode_finding`], [`encode_text`] and [`encode_time`]. Encoding is canonical: an absent `Client` and an
//!   empty one, or an IPv4 address and its IPv4-mapped form, give the same bytes, and so the same
//!   [`digest`].
//! * [`encoded`]: answers that hold verdicts as bytes.
//! * **Ledger**: bodies of records, read for as long as ledgers live.
//! * **ProtoJSON**: [`from_json`] and [`to_json`], for files that people write and read.
//!
//! INVARIANT: decoding what was encoded gives the same value, with [`TimeLimits::STORED`] at any later time.
//! INVARIANT: no message of a violation repeats more than [`ECHO_MAX_CHARS`] characters of what was sent.

mod choice;
mod context;
mod decode;
mod digest;
mod encode;
pub mod encoded;
mod field;
mod json;
mod ledger;
mod limits;
pub mod pb;

pub use choice::WireEnum;
pub use decode::{decode_claim, decode_fact, decode_facts, decode_finding_kinds};
pub use digest::{canonical_claim, canonical_fact, digest};
pub use encode::{
    encode_challenger, encode_claim, encode_fact, encode_finding, encode_score_bin, encode_text,
    encode_time, encode_verdict,
};
pub use field::ECHO_MAX_CHARS;
pub use json::{JsonError, from_json, to_json, to_json_pretty};
pub use ledger::{
    ClaimEntry, CodecError, SignalScalar, SignalSchema, VerdictSummary, decode_claim_entry,
    decode_fact_entry, decode_finding_entry, decode_signal_schema, encode_claim_entry,
    encode_fact_entry, encode_finding_entry, encode_signal_schema, verdict_decision,
};
pub use limits::{
    CLAIM_EVIDENCE_MAX, CLAIM_FACTS_MAX, CLAIM_KEYS_MAX, CLOCK_AHEAD_MAX_MS, FINDING_KEYS_MAX,
    FINDING_KINDS_MAX, LEAKED_KEYS_MAX, PLANNED_AHEAD_MAX_MS, QUANTITY_MAX, REASON_TEXT_MAX_BYTES,
    RECORD_FACTS_MAX, REGION_LOCK_MAX, TIMEZONE_MAX_BYTES, TimeLimits, USER_AGENT_MAX_BYTES,
    VERIFIED_LEVEL_MAX,
};

#[cfg(test)]
pub(crate) mod strategies;
#[cfg(test)]
mod tests;
