//! Messages become domain values, or a list of everything that is wrong with them.

mod claim;
mod common;
mod fact;
mod finding;
mod key;
mod model;
mod notice;
mod payment;

pub(super) use claim::claim;
pub(super) use common::money;
pub(super) use fact::fact;
pub(super) use finding::finding;
pub(super) use model::{challengers, score_bins};

use super::field::read;
use super::limits::{RECORD_FACTS_MAX, TimeLimits};
use super::pb::v1;
use crate::domain::{Fact, FindingKind, RefundClaim, Violations};

/// Parses a fact that the input holds at `path`, for example `fact`.
///
/// # Errors
/// Every field that breaks a rule of the proto files, with its path.
pub fn decode_fact(fact: v1::Fact, path: &str, limits: &TimeLimits) -> Result<Fact, Violations> {
    read(path, limits, |at| self::fact(at, fact))
}

/// Parses the 1 to [`RECORD_FACTS_MAX`] facts of a list that the input holds at `path`, for example `facts`. All or
/// none; the same id may come twice.
///
/// # Errors
/// Every field of every fact that breaks a rule of the proto files, with its path.
pub fn decode_facts(
    facts: Vec<v1::Fact>,
    path: &str,
    limits: &TimeLimits,
) -> Result<Vec<Fact>, Violations> {
    read(path, limits, |at| at.list(facts, 1..=RECORD_FACTS_MAX, self::fact))
}

/// Parses a claim that the input holds at `path`, for example `claim`.
///
/// # Errors
/// Every field that breaks a rule of the proto files, with its path.
pub fn decode_claim(
    claim: v1::RefundClaim,
    path: &str,
    limits: &TimeLimits,
) -> Result<RefundClaim, Violations> {
    read(path, limits, |at| self::claim(at, claim))
}

/// Parses the kinds of findings that the input asks for at `path`, for example `kinds`.
///
/// # Errors
/// Every kind that is unknown, with its path.
pub fn decode_finding_kinds(kinds: Vec<i32>, path: &str) -> Result<Vec<FindingKind>, Violations> {
    read(path, &TimeLimits::STORED, |at| finding::finding_kinds(at, kinds))
}
