//! How long what is not touched is remembered.

use super::EntityBody;
use crate::domain::DAY_MS;

/// No entity expires sooner after it was last touched, ms. Longer than every window that is kept of one.
pub const RETENTION_MIN_MS: i64 = 120 * DAY_MS;

/// How long an entity is remembered after the last event that touched it, by when vouch took that in, ms; `None`: for
/// ever.
///
/// | what | days | why |
/// |---|---|---|
/// | order | 400 | payment rails refund for up to 365 d after the payment (WeChat Pay and Alipay: one year); the rest is for words that come late |
/// | card key, its batch | 800 | a key that was sold or leaked must be known through the life of a second order |
/// | account | 1,100 | whoever claims once a year still has a past; three years, as limitation periods commonly are |
/// | device, payer, payout destination, activator | 400 | as the orders that they are known by |
/// | sku, supplier, autonomous system | 400 | few, and base rates of others; sales may rest for a season |
/// | file, pictures | 200 | the longest window is 180 d |
/// | address, network, text | 120 | addresses change hands; the longest window is 90 d |
/// | incidents, totals, approvals, scores | for ever | one of each for a tenant |
pub(super) const fn retention_ms(body: &EntityBody) -> Option<i64> {
    let days = match body {
        EntityBody::Order(_)
        | EntityBody::Device(_)
        | EntityBody::Payer(_)
        | EntityBody::Payout(_)
        | EntityBody::Sku(_)
        | EntityBody::Supplier(_)
        | EntityBody::Asn(_)
        | EntityBody::Activator(_) => 400,
        EntityBody::Evidence(_) | EntityBody::Pictures(_) => 200,
        EntityBody::CardKey(_) | EntityBody::Batch(_) => 800,
        EntityBody::Account(_) => 1_100,
        EntityBody::Ip(_) | EntityBody::Network(_) | EntityBody::Phrase(_) => {
            return Some(RETENTION_MIN_MS);
        }
        EntityBody::Incidents(_)
        | EntityBody::Tenant(_)
        | EntityBody::Approvals(_)
        | EntityBody::Scores(_) => return None,
    };
    Some(days * DAY_MS)
}
