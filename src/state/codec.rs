//! State records as bytes: one version byte, then postcard.
//!
//! State is the fold of the ledger, so an old version is not migrated: a store that meets one starts over from the
//! ledger's beginning.

use super::{Entity, Stamp};
use crate::domain::Timestamp;

/// Version of the layout below. Raise it with every change of a type that is reachable from [`Entity`], and keep the
/// recorded sample of each version in the tests.
pub const STATE_VERSION: u8 = 3;

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
    postcard::from_bytes(body(bytes)?).map_err(StateCodecError::Damaged)
}

/// When the entity of a record was last touched, without decoding all of it.
///
/// # Errors
/// The record is empty, of another version, or its beginning is damaged.
pub fn touched_at(bytes: &[u8]) -> Result<Timestamp, StateCodecError> {
    let head = postcard::take_from_bytes::<(Stamp, Timestamp)>(body(bytes)?);
    let ((_, touched_at), _) = head.map_err(StateCodecError::Damaged)?;
    Ok(touched_at)
}

fn body(bytes: &[u8]) -> Result<&[u8], StateCodecError> {
    match bytes.split_first() {
        None => Err(StateCodecError::Empty),
        Some((&STATE_VERSION, body)) => Ok(body),
        Some((&found, _)) => Err(StateCodecError::Version { found }),
    }
}
