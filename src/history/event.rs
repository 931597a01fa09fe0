//! One event of a history, and its place in it.

use prost::Message;

use super::HistoryError;
use crate::domain::{Fact, RefundClaim, Timestamp};
use crate::wire::pb::v1;
use crate::wire::{TimeLimits, decode_claim, decode_fact, encode_claim, encode_fact};

/// Something that was told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    /// A fact.
    Fact(Box<Fact>),
    /// A claim.
    Claim(Box<RefundClaim>),
}

/// Where an event stands in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// When it was observed.
    pub(super) observed_at: Timestamp,
    /// Where it stands in the ledger that it was exported from; 0 of what no ledger held.
    pub(super) position: u64,
    /// Facts stand before claims.
    pub(super) is_claim: bool,
    /// The file that told it.
    pub(super) file: u32,
    /// Its row there, from 1, without a header; of NDJSON the line.
    pub(super) row: u64,
}

/// Bytes of a place in a run.
const PLACE_BYTES: usize = 8 + 8 + 1 + 4 + 8;
/// Bytes in front of each event of a run: its place, and the length of what follows.
pub(super) const HEADER_BYTES: usize = PLACE_BYTES + 4;

impl Place {
    /// The header of an event of `len` bytes.
    pub(super) fn header(self, len: u32) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        let parts = self.observed_at.ms().to_be_bytes().into_iter();
        let parts = parts
            .chain(self.position.to_be_bytes())
            .chain([u8::from(self.is_claim)])
            .chain(self.file.to_be_bytes())
            .chain(self.row.to_be_bytes())
            .chain(len.to_be_bytes());
        header.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        header
    }

    /// The place and the length in a header.
    pub(super) fn of_header(header: &[u8; HEADER_BYTES]) -> (Self, u32) {
        let mut rest = header.as_slice();
        let observed_at = Timestamp::from_ms(i64::from_be_bytes(take(&mut rest)));
        let position = u64::from_be_bytes(take(&mut rest));
        let is_claim = take::<1>(&mut rest) == [1];
        let file = u32::from_be_bytes(take(&mut rest));
        let row = u64::from_be_bytes(take(&mut rest));
        let place = Self { observed_at, position, is_claim, file, row };
        (place, u32::from_be_bytes(take(&mut rest)))
    }
}

/// The first bytes of what remains of a header.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((first, after)) = rest.split_first_chunk::<N>() else { return [0; N] };
    *rest = after;
    *first
}

/// Adds an event as bytes.
pub(super) fn encode(told: &Told, bytes: &mut Vec<u8>) {
    let encoded = match told {
        Told::Fact(fact) => encode_fact(fact).encode(bytes),
        Told::Claim(claim) => encode_claim(claim).encode(bytes),
    };
    debug_assert!(encoded.is_ok(), "a vector grows");
}

/// Reads an event that [`encode`] wrote.
///
/// # Errors
/// The bytes were changed since.
pub(super) fn decode(is_claim: bool, bytes: &[u8]) -> Result<Told, HistoryError> {
    let damaged = |_| HistoryError::DamagedRun;
    let told = if is_claim {
        let claim = v1::RefundClaim::decode(bytes).map_err(|_| HistoryError::DamagedRun)?;
        decode_claim(claim, "claim", &TimeLimits::STORED)
            .map(|claim| Told::Claim(Box::new(claim)))
            .map_err(damaged)?
    } else {
        let fact = v1::Fact::decode(bytes).map_err(|_| HistoryError::DamagedRun)?;
        decode_fact(fact, "fact", &TimeLimits::STORED)
            .map(|fact| Told::Fact(Box::new(fact)))
            .map_err(damaged)?
    };
    Ok(told)
}

impl Told {
    /// Every id that the ledger will hold it by: a claim's own and those of the facts that it brings.
    pub(super) fn ids(&self) -> impl Iterator<Item = (IdKind, &str)> {
        let (own, brought) = match self {
            Self::Fact(fact) => ((IdKind::Fact, fact.id.as_str()), [].as_slice()),
            Self::Claim(claim) => {
                ((IdKind::Claim, claim.request_id.as_str()), claim.facts.as_slice())
            }
        };
        std::iter::once(own).chain(brought.iter().map(|fact| (IdKind::Fact, fact.id.as_str())))
    }
}

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum IdKind {
    /// A fact.
    Fact,
    /// A claim's request.
    Claim,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_header() {
        let place = Place {
            observed_at: Timestamp::from_ms(1_770_000_000_123),
            position: u64::MAX - 1,
            is_claim: true,
            file: 7,
            row: (1 << 40) + 3,
        };
        assert_eq!(Place::of_header(&place.header(517)), (place, 517));
        // Equals of a file stay in its order.
        assert!(place < Place { row: place.row + 1, ..place });
    }
}
