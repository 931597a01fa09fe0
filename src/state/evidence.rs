//! Who else showed the same, or said the same.

use serde::{Deserialize, Serialize};

use super::{Event, EventBody, SeenSet};
use crate::domain::AccountId;

/// What is remembered of a file that claims showed, by its digest.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EvidenceDoc {
    /// Accounts that sent exactly these bytes.
    pub accounts: SeenSet<AccountId>,
}

/// What is remembered of the words that claims gave as their reason, by the digest of the normalised text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PhraseDoc {
    /// Accounts that wrote the same.
    pub accounts: SeenSet<AccountId>,
}

impl EvidenceDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        note(&mut self.accounts, event);
    }
}

impl PhraseDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        note(&mut self.accounts, event);
    }
}

fn note(accounts: &mut SeenSet<AccountId>, event: &Event) {
    if let EventBody::Claimed(claim, _) = &event.body {
        accounts.add(&claim.account_id, claim.requested_at);
    }
}
