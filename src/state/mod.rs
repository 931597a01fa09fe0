//! What is remembered of each entity: the fold of the ledger.
//!
//! An [`Event`] is one ledger record (or the decision of one). It touches some entities, named by [`EntityKey`]; an
//! entity applies it with [`Entity::apply`]. Nothing here is asked of a claim alone: state is only facts, folded.
//!
//! * **Once.** An entity remembers the [`Stamp`] of the last event that it applied, and stamps only grow along the
//!   ledger: folding the tail of the ledger again after a crash changes nothing that was applied before it.
//! * **Any order of happening.** Facts arrive late and out of order. What an entity keeps is sorted by `occurred_at`, or
//!   is a minimum, maximum, count or set, so that the order of arrival does not show.
//! * **Bounded.** Every list, set and window has a limit; one that overflows says so.
//! * **Forgotten by meaning.** An entity that nothing touched for long counts as unknown, whoever looks and whether or not
//!   it still stands somewhere: see [`Entity::is_expired`].
//!
//! # What it takes
//!
//! Bytes of an encoded entity, on average, in a small shop with 600 orders of 120 accounts in 90 days, of which 60 are
//! claimed; a test holds the table. Its key, with tenant and id, comes on top.
//!
//! | entity | of these | bytes each |
//! |---|---|---|
//! | account | 120 | 632 |
//! | activator | 120 | 66 |
//! | address | 300 | 84 |
//! | approvals | 1 | 23 |
//! | autonomous system | 1 | 77 |
//! | batch | 12 | 145 |
//! | bucket of pictures | 240 | 35 |
//! | card key | 600 | 135 |
//! | device | 140 | 178 |
//! | file | 60 | 44 |
//! | network | 4 | 956 |
//! | order | 600 | 416 |
//! | payer | 110 | 269 |
//! | payout destination | 4 | 148 |
//! | scores | 1 | 51 |
//! | sku | 10 | 139 |
//! | supplier | 3 | 199 |
//! | totals | 1 | 518 |

mod account;
mod activator;
mod address;
mod asn;
mod batch;
mod bounded;
mod card_key;
mod codec;
mod device;
mod entity;
mod event;
mod evidence;
mod glance;
mod haunts;
mod hops;
mod incidents;
mod key;
mod key_reading;
mod labels;
mod order;
mod order_balance;
mod order_reading;
mod outcomes;
mod payer;
mod payout;
mod pictures;
mod rate;
mod retention;
mod scores;
mod sku;
mod sums;
mod supplier;
mod tenant;
mod window;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use account::{AccountClaim, AccountDoc, Touch};
pub use activator::ActivatorDoc;
pub use address::AddressDoc;
pub use asn::AsnDoc;
pub use batch::BatchDoc;
pub use bounded::SeenSet;
pub use card_key::{Activation, CardKeyDoc, KeyDelivery, Leak};
pub use codec::{STATE_VERSION, StateCodecError, decode, encode, touched_at};
pub use device::DeviceDoc;
pub use entity::{Entity, EntityBody};
pub(crate) use event::subjects_of_decision;
pub use event::{ClaimDecided, Event, EventBody, Stamp, named_by, named_by_claim};
pub use evidence::{EvidenceDoc, PhraseDoc};
pub use glance::glance_at;
pub use haunts::Haunts;
pub use incidents::{IncidentsDoc, covers};
pub use key::{EntityKey, Subject};
pub use key_reading::{ActivatorLink, Buyer};
pub use labels::Labels;
pub use order::{Capture, Chargeback, Delivery, OrderClaim, OrderDoc, Placed, Refund, View};
pub use order_balance::Balance;
pub use order_reading::SurplusKind;
pub use outcomes::{Outcomes, Replaced, Settlements};
pub use payer::{PayerCapture, PayerDoc};
pub use payout::PayoutDoc;
pub use pictures::{NEAR_MAX_BITS, PICTURES_KEPT_D, PictureBucket, PictureQuery, PicturesDoc};
pub use rate::RateHops;
pub use retention::RETENTION_MIN_MS;
pub use scores::{RecentScores, ScoresDoc};
pub use sku::SkuDoc;
pub use sums::MoneyHops;
pub use supplier::SupplierDoc;
pub use tenant::{ApprovalsDoc, TenantDoc};
pub use window::HopCounts;
