//! What vouch saw when it took something in.
//!
//! A fact says what happened; to count it where it belongs, more must be known than it says: which network an address
//! belonged to that day, which batch a key was of, where the claim came from that an outcome is about. That is looked
//! up once, when the fact or claim is taken in, and recorded beside it in the ledger: folding the ledger again needs no
//! look-up and gives the same.

use std::net::IpAddr;

use super::{AccountId, BatchId, DeviceId, OutcomeLabel, Sha256, Sku, SupplierId, Timestamp};

/// What vouch saw when it took a fact in. Most facts speak for themselves: theirs is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactContext {
    /// Of a placed order: the autonomous system of its address.
    pub asn: Option<u32>,
    /// Of an order, a delivery or a try at a key: what it brought to light about a delivered key.
    pub fault: Option<Box<KeyFault>>,
    /// Of an outcome that stands from now on: the claim that it is about, when that is known.
    pub judged: Option<Box<JudgedClaim>>,
}

/// What is known of a delivered key that does not work has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFault {
    /// Since when it is known not to work; `None`: it is not known any more, for late news show that it worked.
    pub at: Option<Timestamp>,
    /// The same before: that counts no more.
    pub was_at: Option<Timestamp>,
    /// The batch that it was delivered from.
    pub batch_id: Option<BatchId>,
    /// Who supplied it.
    pub supplier_id: Option<SupplierId>,
    /// What it was sold as, when the order is known.
    pub sku: Option<Sku>,
    /// Who bought it, when the order is known.
    pub account_id: Option<AccountId>,
}

/// A claim whose truth became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedClaim {
    /// Where it came from.
    pub origin: ClaimOrigin,
    /// The finding that stood before, and since when: it counts no more.
    pub replaces: Option<(Timestamp, OutcomeLabel)>,
}

/// Where a claim came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ClaimOrigin {
    /// Its address.
    pub ip: Option<IpAddr>,
    /// The autonomous system of the address.
    pub asn: Option<u32>,
    /// Its device.
    pub device_id: Option<DeviceId>,
}

/// What vouch saw when it took a claim in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimContext {
    /// The autonomous system of the claim's address.
    pub asn: Option<u32>,
    /// What was ordered.
    pub sku: Option<Sku>,
    /// The batches of the keys that the claim is about, ascending.
    pub batches: Vec<BatchId>,
    /// Digest of the buyer's words, when they are long enough to tell people apart.
    pub text: Option<Sha256>,
    /// The refund was asked for before, in another request: it is counted already.
    pub asked_before: bool,
    /// The refund's outcome had been told before the claim came: since when it is true, and what it is.
    pub outcome: Option<(Timestamp, OutcomeLabel)>,
}
