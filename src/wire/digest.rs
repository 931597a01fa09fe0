//! Digests that tell "the same id, the same content" from "the same id, other content".

use prost::Message;
use sha2::{Digest, Sha256};

use super::{encode_claim, encode_fact};
use crate::domain::{Fact, RefundClaim};

/// SHA-256 of the canonical encoding of a fact.
#[must_use]
pub fn fact_digest(fact: &Fact) -> [u8; 32] {
    digest(&encode_fact(fact))
}

/// SHA-256 of the canonical encoding of a claim, inline facts included.
#[must_use]
pub fn claim_digest(claim: &RefundClaim) -> [u8; 32] {
    digest(&encode_claim(claim))
}

/// Fields are written in the order of their numbers and there are no maps: the same message gives the same bytes.
fn digest(message: &impl Message) -> [u8; 32] {
    Sha256::digest(message.encode_to_vec()).into()
}
