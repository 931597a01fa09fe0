//! Findings in words, for staff.

use crate::domain::{Finding, FindingKind, LocalizedText};

/// What a finding says, and what it asks for. Not for the buyer.
#[must_use]
pub fn text(finding: &Finding) -> LocalizedText {
    let about = &finding.about;
    let order = about.order_id.as_ref().map_or("?", |id| id.as_str());
    let payment = about.psp_transaction_id.as_ref().map_or("?", |id| id.as_str());
    let batch = about.batch_id.as_ref().map_or("?", |id| id.as_str());
    let (mut zh, mut en) = match finding.kind {
        FindingKind::DoubleCharge => (
            format!("重复扣款：订单 {order} 的支付 {payment} 是多余的"),
            format!("charged twice: payment {payment} of order {order} is one too many"),
        ),
        FindingKind::KeySoldTwice => (
            format!("订单 {order} 的卡密还售给了其他订单"),
            format!("a key of order {order} was sold to another order too"),
        ),
        FindingKind::KeyLeakedBeforeDelivery => (
            format!("卡密泄露：订单 {order} 的卡密在交付之前已公开，尚未激活"),
            format!("a key of order {order} was public before we delivered it; it is not used yet"),
        ),
        FindingKind::KeyLeakedAfterDelivery => (
            format!("卡密泄露：订单 {order} 的卡密在交付之后公开，尚未激活，请提醒买家尽快激活"),
            format!(
                "a key of order {order} leaked after delivery and is not used yet: tell the buyer to use it"
            ),
        ),
        FindingKind::BatchOutbreak => (
            format!("批次 {batch} 的卡密激活失败异常集中，请暂停销售"),
            format!("far more keys of batch {batch} fail than usual: stop selling it"),
        ),
    };
    if let Some(refund) = &finding.recommended {
        zh.push_str(&format!("；建议退款 {}", refund.amount));
        en.push_str(&format!("; pay back {}", refund.amount));
    }
    LocalizedText { zh, en }
}
