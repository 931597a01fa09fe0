//! What can be done of a request without looking at what is remembered: on the thread of who asks, beside the engine's.

use super::codec::Codec;
use super::request::{DecisionKey, Request};
use crate::domain::{Fact, RefundClaim, Sha256, TenantId};
use crate::ledger::RecordKind;
use crate::state::{EntityKey, named_by, named_by_claim};

/// A prepared [`Request`].
#[derive(Debug)]
pub(super) enum Prepared {
    /// Record facts, all or none.
    Record { tenant: TenantId, facts: Vec<PreparedFact> },
    /// Score a claim, after recording its inline facts.
    Score {
        tenant: TenantId,
        claim: Box<RefundClaim>,
        /// The entities that it [names](named_by_claim).
        named: Vec<EntityKey>,
        written: Option<Written>,
        facts: Vec<PreparedFact>,
    },
    /// Find a decision.
    Find { tenant: TenantId, key: DecisionKey, with_facts: bool },
    /// List findings.
    Findings { tenant: TenantId, after: u64, limit: usize },
}

/// A fact to record.
#[derive(Debug)]
pub(super) struct PreparedFact {
    pub(super) fact: Fact,
    /// The entities that it [names](named_by).
    pub(super) named: Vec<EntityKey>,
    pub(super) written: Option<Written>,
}

/// How something is written down; nothing that nobody will ask for again is.
#[derive(Debug)]
pub(super) struct Written {
    /// Canonical bytes.
    pub(super) canonical: Vec<u8>,
    pub(super) digest: Sha256,
}

impl Prepared {
    /// Prepares a request. `is_remembered` says whether somebody may ask for a record again, by its kind and id.
    pub(super) fn new(
        request: Request,
        codec: &dyn Codec,
        is_remembered: impl Fn(&TenantId, RecordKind, &str) -> bool,
    ) -> Self {
        let written = |canonical: Vec<u8>| Written { digest: codec.digest(&canonical), canonical };
        let prepared = |tenant: &TenantId, facts: Vec<Fact>| {
            let facts = facts.into_iter().map(|fact| PreparedFact {
                named: named_by(tenant, &fact),
                written: is_remembered(tenant, RecordKind::Fact, fact.id.as_str())
                    .then(|| written(codec.fact(&fact))),
                fact,
            });
            facts.collect()
        };
        match request {
            Request::Record { tenant, facts } => {
                Self::Record { facts: prepared(&tenant, facts), tenant }
            }
            Request::Score { tenant, claim } => Self::Score {
                named: named_by_claim(&tenant, &claim),
                written: is_remembered(&tenant, RecordKind::Claim, claim.request_id.as_str())
                    .then(|| written(codec.claim(&claim))),
                facts: prepared(&tenant, claim.facts.clone()),
                claim,
                tenant,
            },
            Request::Find { tenant, key, with_facts } => Self::Find { tenant, key, with_facts },
            Request::Findings { tenant, after, limit } => Self::Findings { tenant, after, limit },
        }
    }

    /// How many facts, claims and look-ups it is.
    pub(super) const fn size(&self) -> usize {
        match self {
            Self::Record { facts, .. } => facts.len(),
            Self::Score { facts, .. } => 1 + facts.len(),
            Self::Find { .. } | Self::Findings { .. } => 1,
        }
    }

    /// The entities that its facts and its claim name.
    pub(super) fn named(&self) -> impl Iterator<Item = &EntityKey> {
        let (claim, facts) = match self {
            Self::Record { facts, .. } => (&[][..], facts.as_slice()),
            Self::Score { named, facts, .. } => (named.as_slice(), facts.as_slice()),
            Self::Find { .. } | Self::Findings { .. } => (&[][..], &[][..]),
        };
        claim.iter().chain(facts.iter().flat_map(|fact| &fact.named))
    }
}
