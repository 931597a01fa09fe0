//! Newtypes for every id, so that an order can not be looked up by an account.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Longest id, in bytes.
pub const ID_MAX_BYTES: usize = 128;

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing there.
    #[error("is empty; give 1 to {ID_MAX_BYTES} bytes")]
    Empty,
    /// More than [`ID_MAX_BYTES`].
    #[error("is {bytes} bytes long; give at most {ID_MAX_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Control characters would make two ids look alike in a log.
    #[error("contains a control character; remove it")]
    ControlCharacter,
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(SmolStr);

        impl $name {
            /// Parses an id: 1 to 128 bytes without control characters.
            ///
            /// # Errors
            /// Says which of these does not hold.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if text.is_empty() {
                    Err(IdError::Empty)
                } else if text.len() > ID_MAX_BYTES {
                    Err(IdError::TooLong { bytes: text.len() })
                } else if text.chars().any(char::is_control) {
                    Err(IdError::ControlCharacter)
                } else {
                    Ok(Self(text.into()))
                }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_ids! {
    /// A platform that shares this vouch with others.
    TenantId;
    /// One fact.
    FactId;
    /// One question to vouch.
    RequestId;
    /// One refund (out_refund_no); pays at most once.
    RefundId;
    /// One decision of vouch.
    DecisionId;
    /// Something that vouch noticed by itself.
    FindingId;
    /// One order, of one SKU.
    OrderId;
    /// A buyer's account.
    AccountId;
    /// What is sold.
    Sku;
    /// Who supplies it.
    SupplierId;
    /// A supplier's batch of keys.
    BatchId;
    /// A device, as the platform recognises it.
    DeviceId;
    /// A payment at the provider.
    PspTransactionId;
    /// Who paid: an irreversible fingerprint of the instrument.
    PayerFingerprint;
    /// Who is to be paid: an irreversible fingerprint of the receiving account.
    PayoutFingerprint;
    /// Who activated a key.
    ActivatorId;
    /// A dispute at the payer's bank.
    ChargebackId;
    /// A declared incident.
    IncidentId;
}

/// 32 bytes: a SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sha256(pub [u8; 32]);

/// `HMAC-SHA256(pepper, normalised key)`: how a card key is known here. The key itself never is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyFingerprint(pub [u8; 32]);

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
