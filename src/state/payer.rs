//! What is remembered of one payer.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::bounded::{compare_by, insert_latest};
use super::{Event, EventBody};
use crate::domain::{FactBody, Money, OrderId, PspTransactionId, Timestamp};

/// Most recent captures that are kept: twins stand minutes apart.
pub(super) const PAYER_CAPTURES_MAX: usize = 32;

/// What is remembered of one payer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PayerDoc {
    /// Latest captures, oldest first; one per transaction id.
    pub captures: ThinVec<PayerCapture>,
}

/// Money that the payer paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerCapture {
    /// When.
    pub at: Timestamp,
    /// The provider's id.
    pub psp_transaction_id: PspTransactionId,
    /// For which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
}

impl PayerDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Fact(fact, _) = &event.body else { return };
        let FactBody::PaymentCaptured(captured) = &fact.body else { return };
        let told = PayerCapture {
            at: fact.occurred_at,
            psp_transaction_id: captured.psp_transaction_id.clone(),
            order_id: captured.order_id.clone(),
            amount: captured.amount,
        };
        // The same transaction id again is a retry of one payment: its earliest telling stands.
        let same = |known: &PayerCapture| known.psp_transaction_id == told.psp_transaction_id;
        let known = self.captures.iter().position(same).map(|known| self.captures.remove(known));
        let earliest = match known {
            Some(known) if compare_by(&known, &told, |c| c.at).is_lt() => known,
            Some(_) | None => told,
        };
        insert_latest(&mut self.captures, PAYER_CAPTURES_MAX, earliest, |c| c.at);
    }
}
