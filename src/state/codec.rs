//! State records as bytes: one version byte, then postcard.
//!
//! State is the fold of the ledger, so an old version is not migrated: a store that meets one starts over from the
//! ledger's beginning.

use super::Entity;

/// Version of the layout below. Raise it with every change of a type that is reachable from [`Entity`], and keep the
/// recorded sample of each version in the tests.
pub const STATE_VERSION: u8 = 2;

/// Why bytes are no entity.
#[derive(Debug, thiserror::Error)]
pub enum StateCodecError {
    /// Nothing there.
    #[error("state record is empty")]
    Empty,
    /// Written by another version.
    #[error("state record has version {found}, this binary reads {STATE_VERSION}")]
    Version {
        /// Its version byte.
        found: u8,
    },
    /// Does not decode.
    #[error("state record is damaged")]
    Damaged(#[source] postcard::Error),
}

/// Encodes an entity.
///
/// # Errors
/// The encoder failed; no entity is known for which it does.
pub fn encode(entity: &Entity) -> Result<Vec<u8>, StateCodecError> {
    postcard::to_extend(entity, vec![STATE_VERSION]).map_err(StateCodecError::Damaged)
}

/// Decodes an entity.
///
/// # Errors
/// The record is empty, of another version, or damaged.
pub fn decode(bytes: &[u8]) -> Result<Entity, StateCodecError> {
    match bytes.split_first() {
        None => Err(StateCodecError::Empty),
        Some((&STATE_VERSION, body)) => {
            postcard::from_bytes(body).map_err(StateCodecError::Damaged)
        }
        Some((&found, _)) => Err(StateCodecError::Version { found }),
    }
}
