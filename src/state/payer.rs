//! What is remembered of one payer.

use serde::{Deserialize, Serialize};

use super::bounded::insert_latest;
use super::{Event, EventBody};
use crate::domain::{FactBody, Money, OrderId, PspTransactionId, Timestamp};

/// Most recent captures that are kept: twins stand minutes apart.
pub(super) const PAYER_CAPTURES_MAX: usize = 32;

/// What is remembered of one payer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PayerDoc {
    /// Latest captures, oldest first; one per transaction id.
    pub captures: Vec<PayerCapture>,
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
        let EventBody::Fact(fact) = &event.body else { return };
        let FactBody::PaymentCaptured(captured) = &fact.body else { return };
        let told = |known: &PayerCapture| known.psp_transaction_id == captured.psp_transaction_id;
        if let Some(known) = self.captures.iter_mut().find(|c| told(c)) {
            known.at = known.at.min(fact.occurred_at);
            self.captures.sort_by_key(|c| c.at);
            return;
        }
        let capture = PayerCapture {
            at: fact.occurred_at,
            psp_transaction_id: captured.psp_transaction_id.clone(),
            order_id: captured.order_id.clone(),
            amount: captured.amount,
        };
        insert_latest(&mut self.captures, PAYER_CAPTURES_MAX, capture, |c| c.at);
    }
}
