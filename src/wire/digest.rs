//! The canonical bytes of facts and claims, and digests that tell "the same id, the same content" from "the same id, other
//! content".

use prost::Message;
use sha2::{Digest, Sha256};

use super::{encode_claim, encode_fact};
use crate::domain::{Fact, RefundClaim};

/// The canonical encoding of a fact. Fields are written in the order of their numbers and there are no maps: the same fact
/// gives the same bytes.
#[must_use]
pub fn canonical_fact(fact: &Fact) -> Vec<u8> {
    encode_fact(fact).encode_to_vec()
}

/// The canonical encoding of a claim, inline facts included.
#[must_use]
pub fn canonical_claim(claim: &RefundClaim) -> Vec<u8> {
    encode_claim(claim).encode_to_vec()
}

/// SHA-256 of a canonical encoding.
#[must_use]
pub fn digest(canonical: &[u8]) -> [u8; 32] {
    Sha256::digest(canonical).into()
}
