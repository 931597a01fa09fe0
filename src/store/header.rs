//! What the state on disk says of itself.

use crate::state::STATE_VERSION;

/// What the state on disk says of itself.
///
/// It stands in the same keyspace as the state, so that the two are cleared as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Layout of the entities.
    pub(super) version: u8,
    /// Every event up to this ledger position is in the state.
    pub(super) checkpoint: u64,
    /// No event behind this ledger position is in the state.
    pub(super) reflects: u64,
}

impl Header {
    /// No entity has this key: tenants are not empty and hold no control character.
    pub(super) const KEY: [u8; 1] = [0];

    /// Of a store that holds nothing.
    pub(super) const EMPTY: Self = Self { version: STATE_VERSION, checkpoint: 0, reflects: 0 };

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.checkpoint.to_be_bytes(), self.reflects.to_be_bytes()];
        [&[self.version], numbers.as_flattened()].concat()
    }

    /// `None` when the bytes are no header.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, numbers) = bytes.split_first()?;
        let (checkpoint, reflects) = numbers.split_first_chunk()?;
        Some(Self {
            version: *version,
            checkpoint: u64::from_be_bytes(*checkpoint),
            reflects: u64::from_be_bytes(reflects.try_into().ok()?),
        })
    }
}
