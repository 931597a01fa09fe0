//! Findings.

use super::common::{keys, money, time};
use crate::domain::{Finding, RecommendedRefund};
use crate::wire::choice::WireEnum;
use crate::wire::pb::v1;

/// The canonical message of a finding.
#[must_use]
pub fn encode_finding(finding: &Finding) -> v1::Finding {
    let about = &finding.about;
    v1::Finding {
        finding_id: finding.id.to_string(),
        kind: finding.kind.number(),
        found_at: Some(time(finding.found_at)),
        fact_id: finding.told_by.to_string(),
        order_id: about.order_id.as_ref().map(ToString::to_string),
        account_id: about.account_id.as_ref().map(ToString::to_string),
        psp_transaction_id: about.psp_transaction_id.as_ref().map(ToString::to_string),
        key_fingerprints: keys(&about.keys),
        batch_id: about.batch_id.as_ref().map(ToString::to_string),
        supplier_id: about.supplier_id.as_ref().map(ToString::to_string),
        recommended_refund: finding.recommended.as_ref().map(recommended),
    }
}

fn recommended(refund: &RecommendedRefund) -> v1::RecommendedRefund {
    v1::RecommendedRefund {
        order_id: refund.order_id.to_string(),
        account_id: refund.account_id.to_string(),
        amount: Some(money(refund.amount)),
        reason: refund.reason.number(),
    }
}
