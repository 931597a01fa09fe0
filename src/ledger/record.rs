//! One record of the ledger.

use crate::domain::{Sha256, TenantId, Timestamp};

/// One record of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub tenant: TenantId,
    /// What it carries.
    pub kind: RecordKind,
    /// Fact id, request id or finding id; unique within tenant and kind.
    pub id: String,
    /// A second name that it can be found by: the decision id of a claim. Unique within the tenant.
    pub alias: Option<String>,
    /// Digest of what was sent: the same id with another digest is another thing under a used name.
    pub digest: Sha256,
    /// When vouch took it in; never before the record in front of it.
    pub observed_at: Timestamp,
    /// What was taken in, encoded. The ledger does not look into it.
    pub body: Vec<u8>,
}

/// What a record carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A fact.
    Fact,
    /// A claim and its verdict.
    Claim,
    /// The names behind the signal values of later claims.
    Schema,
    /// Something that vouch noticed by itself.
    Finding,
}

impl RecordKind {
    /// Records of this kind can be listed: an index holds their positions.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        match self {
            Self::Finding => true,
            Self::Fact | Self::Claim | Self::Schema => false,
        }
    }
}

/// A record that was found by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where it stands.
    pub position: u64,
    /// Digest of what was sent.
    pub digest: Sha256,
}

/// Why the ledger could not do it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The disk or the database failed.
    #[error("the ledger's storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A record does not decode.
    #[error("the ledger's record at position {position} is damaged: {detail}")]
    Damaged {
        /// Where.
        position: u64,
        /// How.
        detail: String,
    },
    /// Written by a newer vouch.
    #[error("the ledger has format {found}, this binary reads up to {known}; start a newer vouch")]
    Format {
        /// Its format.
        found: u32,
        /// The newest known here.
        known: u32,
    },
}
