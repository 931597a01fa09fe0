//! Things that happened: sample cases, told with other ids.

use std::sync::LazyLock;

use vouch::cases::{GROUPS, read};
use vouch::domain::{
    ChargebackClosed, ChargebackId, ChargebackOpened, ChargebackResult, Fact, FactBody, FactId,
    KeyFingerprint, MINUTE_MS, OutcomeLabel, OutcomeReported, OutcomeSource, PaymentReversed,
    PspTransactionId, RefundClaim, RefundSettled, SettlementStatus, Sha256, Timestamp,
};

use crate::support::{claim, fact};

/// What ids of the sample cases begin with. The case's name and a label follow.
pub(super) const KINDS: [&str; 15] = [
    "order",
    "account",
    "device",
    "payer",
    "psp",
    "refund",
    "request",
    "fact",
    "payout",
    "sku",
    "supplier",
    "batch",
    "incident",
    "chargeback",
    "activator",
];

/// Every sample case: its name and its line.
pub(super) static CASES: LazyLock<Vec<(String, &'static str)>> = LazyLock::new(|| {
    let lines = GROUPS.iter().flat_map(|(_, text)| text.lines());
    lines.map(|line| (read(line).unwrap().remove(0).name, line)).collect()
});

/// What happened, and what was claimed.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) facts: Vec<Fact>,
    pub(super) claims: Vec<RefundClaim>,
}

impl World {
    fn of(text: &str) -> Self {
        let mut world = Self::default();
        for case in read(text).expect("the new ids are valid") {
            world.facts.extend(case.facts.into_iter().map(fact));
            world.claims.extend(case.steps.into_iter().map(|step| claim(step.claim.unwrap())));
        }
        world
    }

    /// The named case under another label: nothing in it is the same as under a third label, but for addresses.
    pub(super) fn copy(name: &str, label: &str) -> Self {
        let (_, text) = CASES.iter().find(|(known, _)| known == name).expect("a sample case");
        let mut world = Self::of(&text.replace(name, label));
        let salt = label.bytes().fold(7_u8, |salt, byte| salt.wrapping_mul(31).wrapping_add(byte));
        world.rekey(|key| KeyFingerprint(key.0.map(|byte| byte ^ salt)));
        let mask = u64::from_be_bytes([salt; 8]);
        world.reshow(|file| Sha256(file.0.map(|byte| byte ^ salt)), |picture| picture ^ mask);
        world
    }

    /// Cases together. Ids of the `shared` kinds lose the name of their case, so that cases get the same ones;
    /// with `few_keys`, they share keys, files and pictures too.
    pub(super) fn mixed(cases: &[usize], shared: &[bool], few_keys: bool) -> Self {
        let mut world = Self::default();
        for case in cases {
            let (name, line) = &CASES[*case];
            let mut text = (*line).to_owned();
            for (kind, _) in KINDS.iter().zip(shared).filter(|(_, shared)| **shared) {
                text = text.replace(&format!("\"{kind}-{name}"), &format!("\"{kind}-s"));
            }
            let Self { facts, claims } = Self::of(&text);
            world.facts.extend(facts);
            world.claims.extend(claims);
        }
        if few_keys {
            world.rekey(|key| KeyFingerprint([key.0[0] % 2; 32]));
            let near = |picture| 0x8606_0e1e_7efc_10fd ^ (1_u64 << (picture % 4));
            world.reshow(|file| Sha256([file.0[0] % 2; 32]), near);
        }
        world.facts.extend(world.claims.iter().flat_map(aftermath).collect::<Vec<_>>());
        world
    }

    /// Shows other files and other pictures.
    fn reshow(&mut self, file: impl Fn(Sha256) -> Sha256, picture: impl Fn(u64) -> u64) {
        for item in self.claims.iter_mut().flat_map(|claim| &mut claim.evidence) {
            item.sha256 = file(item.sha256);
            item.perceptual_hash = item.perceptual_hash.map(&picture);
        }
    }

    fn rekey(&mut self, key: impl Fn(KeyFingerprint) -> KeyFingerprint) {
        let inline = self.claims.iter_mut().flat_map(|claim| claim.facts.iter_mut());
        for fact in self.facts.iter_mut().chain(inline) {
            rekey(fact, &key);
        }
        for claim in &mut self.claims {
            claim.keys = distinct(claim.keys.iter().copied().map(&key).collect());
        }
    }
}

fn rekey(fact: &mut Fact, key: impl Fn(KeyFingerprint) -> KeyFingerprint) {
    if let FactBody::KeyDelivered(told) = &mut fact.body {
        told.key = told.key.map(&key);
    }
    if let FactBody::KeyViewed(told) = &mut fact.body {
        told.key = told.key.map(&key);
    }
    if let FactBody::KeyActivated(told) = &mut fact.body {
        told.key = key(told.key);
    }
    if let FactBody::KeysLeaked(told) = &mut fact.body {
        told.keys = distinct(told.keys.iter().copied().map(key).collect());
    }
}

fn distinct(mut keys: Vec<KeyFingerprint>) -> Vec<KeyFingerprint> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What may happen after a claim, of the kinds that the sample cases tell little of.
fn aftermath(claim: &RefundClaim) -> Vec<Fact> {
    let (order_id, account_id) = (claim.order_id.clone(), claim.account_id.clone());
    let (refund_id, amount) = (claim.refund_id.clone(), claim.amount);
    let psp_transaction_id =
        PspTransactionId::parse(&order_id.as_str().replacen("order", "psp", 1)).unwrap();
    let chargeback_id = ChargebackId::parse(&format!("chargeback-{}", refund_id.as_str())).unwrap();
    let settled = |status| {
        FactBody::RefundSettled(RefundSettled {
            refund_id: refund_id.clone(),
            order_id: order_id.clone(),
            account_id: account_id.clone(),
            amount,
            route: claim.destination.route,
            status,
        })
    };
    let outcome = |label| {
        FactBody::OutcomeReported(OutcomeReported {
            refund_id: refund_id.clone(),
            order_id: order_id.clone(),
            account_id: account_id.clone(),
            label,
            source: OutcomeSource::Reviewer,
            effective_at: claim.requested_at,
        })
    };
    let opened = FactBody::ChargebackOpened(ChargebackOpened {
        chargeback_id: chargeback_id.clone(),
        psp_transaction_id: psp_transaction_id.clone(),
        order_id: order_id.clone(),
        account_id: account_id.clone(),
        amount,
    });
    let closed = FactBody::ChargebackClosed(ChargebackClosed {
        chargeback_id,
        psp_transaction_id: psp_transaction_id.clone(),
        order_id: order_id.clone(),
        account_id: account_id.clone(),
        amount,
        result: ChargebackResult::Won,
    });
    let reversed = FactBody::PaymentReversed(PaymentReversed {
        psp_transaction_id,
        order_id: order_id.clone(),
        amount,
    });
    let bodies = [
        settled(SettlementStatus::Settled),
        settled(SettlementStatus::Failed),
        outcome(OutcomeLabel::Abuse),
        outcome(OutcomeLabel::MerchantFault),
        opened,
        closed,
        reversed,
    ];
    let request = claim.request_id.as_str();
    let told = |(minute, body): (i64, FactBody)| {
        told_at(&format!("after-{request}-{minute}"), claim.requested_at, minute, body)
    };
    (1..).zip(bodies).map(told).collect()
}

/// A fact so many minutes behind a time.
pub(super) fn told_at(id: &str, since: Timestamp, minutes: i64, body: FactBody) -> Fact {
    let id = FactId::parse(id).unwrap();
    Fact { id, occurred_at: since.plus_ms(minutes * MINUTE_MS), body }
}
