//! How somebody asks for money back, and what comes of it.

use std::sync::Arc;

use super::account::id;
use super::draw::{mixed, real, whole};
use super::purchase::Purchase;
use super::timeline::Record;
use super::truth::{Actor, Cause, Truth};
use super::world::World;
use crate::domain::{
    ClaimChannel, ClaimReason, Client, DAY_MS, Destination, Evidence, EvidenceKind, HOUR_MS,
    MINUTE_MS, Money, OutcomeLabel, RefundClaim, RefundRoute, Sha256, Timestamp,
};

/// How somebody asks.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) at: i64,
    pub(super) actor: Actor,
    pub(super) cause: Cause,
    pub(super) label: OutcomeLabel,
    pub(super) reason: ClaimReason,
    /// Where from, when not from the account's own places.
    pub(super) client: Option<Client>,
    /// The part of what was paid that is asked for, above 0 to 1.
    pub(super) share: f64,
    /// Where the money is to go, when not where it came from.
    pub(super) payout: Option<u64>,
    /// Pictures that were shown before, by their pool.
    pub(super) pool: Option<u64>,
    /// The account that asks, when it is not the one that ordered.
    pub(super) account: Option<usize>,
}

impl Ask {
    /// An honest claim of all that was paid.
    pub(super) const fn honest(at: i64, actor: Actor, cause: Cause, reason: ClaimReason) -> Self {
        let label = if cause.is_merchant_fault() {
            OutcomeLabel::MerchantFault
        } else {
            OutcomeLabel::Honest
        };
        Self {
            at,
            actor,
            cause,
            label,
            reason,
            client: None,
            share: 1.0,
            payout: None,
            pool: None,
            account: None,
        }
    }

    /// A claim that should not be paid.
    pub(super) fn bad(at: i64, actor: Actor, reason: ClaimReason) -> Self {
        Self { label: OutcomeLabel::Abuse, ..Self::honest(at, actor, Cause::Fraud, reason) }
    }

    pub(super) const fn is_bad(&self) -> bool {
        matches!(self.label, OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover)
    }
}

/// Pictures of one pool: who sends the same ones again has a few of them.
const POOL_PICTURES: u64 = 4;

impl World<'_> {
    /// Claims a refund of a purchase, and lets the platform's desk decide.
    pub(super) fn claim(&mut self, purchase: &Purchase, ask: &Ask) {
        if ask.at >= self.end {
            return;
        }
        let claimant = ask.account.unwrap_or(purchase.account);
        let client = match &ask.client {
            Some(client) => client.clone(),
            None => self.own_client(claimant, ask.at),
        };
        let (amount, fx_rate_today) = self.amount(purchase, ask);
        let evidence = self.evidence(purchase, ask);
        let claim = RefundClaim {
            request_id: self.names.request(),
            refund_id: self.names.refund(),
            order_id: purchase.order_id.clone(),
            account_id: id(claimant),
            requested_at: Timestamp::from_ms(ask.at),
            amount,
            reason: ask.reason,
            reason_text: self.words(ask.reason),
            destination: self.destination(claimant, ask),
            client,
            channel: self.channel(ask),
            evidence,
            keys: self.named_keys(purchase),
            fx_rate_today,
            facts: Vec::new(),
        };
        self.ask_again(purchase, ask, &claim);
        let observed = self.observed(ask.at);
        let truth = self.settle_claim(purchase, ask, &claim);
        self.timeline.add(observed, Record::Claim(Box::new(claim)));
        self.timeline.add(observed, Record::Truth(Box::new(truth)));
    }

    fn observed(&mut self, at: i64) -> i64 {
        at + whole(self.draw.around(90.0, 0.6))
    }

    /// The same refund with more to show, some hours later.
    fn ask_again(&mut self, purchase: &Purchase, ask: &Ask, claim: &RefundClaim) {
        if !self.draw.chance(self.knobs.claims.asked_again_share) {
            return;
        }
        let later = Ask { at: ask.at + self.draw.wait_ms(5 * HOUR_MS, 0.9), ..ask.clone() };
        let mut evidence = claim.evidence.clone();
        evidence.extend(self.evidence(purchase, &later));
        let observed = self.observed(later.at);
        let again = RefundClaim {
            request_id: self.names.request(),
            requested_at: Timestamp::from_ms(later.at),
            evidence,
            ..claim.clone()
        };
        self.timeline.add(observed, Record::Claim(Box::new(again)));
    }

    /// What is asked for, mostly in the currency that was charged.
    fn amount(&mut self, purchase: &Purchase, ask: &Ask) -> (Money, Option<crate::domain::FxRate>) {
        let part = |money: Money| Money {
            amount_minor: whole(real(money.amount_minor) * ask.share)
                .clamp(1, money.amount_minor.max(1)),
            ..money
        };
        let paid = part(purchase.paid);
        let Some(rate) = purchase.rate.filter(|_| self.draw.chance(0.12)) else {
            return (paid, None);
        };
        // In the currency of the order, at the rate of the payment; today's rate only shows what it would bring.
        let Some(priced) = rate.convert(paid).filter(|money| money.amount_minor > 0) else {
            return (paid, None);
        };
        let spot = self.accounts.get(purchase.account).map(|account| account.home);
        let today = spot.map(|spot| self.rate(spot, ask.at));
        let inverse = today.map(|today| {
            let rate = (1e6 / today.rate()).round() / 1e6;
            super::names::rate(today.to, today.from, rate)
        });
        (priced, inverse)
    }

    fn destination(&mut self, claimant: usize, ask: &Ask) -> Destination {
        let own = self.accounts.get(claimant).map_or(0, |account| account.payout);
        let elsewhere = match ask.payout {
            Some(payout) => Some(payout),
            None => self.draw.chance(self.knobs.claims.other_route_share).then_some(own),
        };
        match elsewhere {
            Some(payout) => Destination {
                route: RefundRoute::Alternative,
                payout: Some(self.names.payout(payout)),
                agreement_signed: self.draw.chance(0.9).then(|| self.draw.chance(0.8)),
            },
            None => {
                Destination { route: RefundRoute::Original, payout: None, agreement_signed: None }
            }
        }
    }

    fn channel(&mut self, ask: &Ask) -> ClaimChannel {
        let unofficial = if ask.is_bad() { 0.03 } else { 0.012 };
        self.draw.weighted(
            ClaimChannel::App,
            &[
                (unofficial, ClaimChannel::Unofficial),
                (0.24, ClaimChannel::Web),
                (0.14, ClaimChannel::CustomerService),
                (0.03, ClaimChannel::Partner),
            ],
        )
    }

    fn named_keys(&mut self, purchase: &Purchase) -> Vec<crate::domain::KeyFingerprint> {
        if !self.draw.chance(self.knobs.claims.keys_named_share) {
            return Vec::new();
        }
        // What is wrong is wrong with the first one.
        purchase.keys.iter().take(1).copied().collect()
    }

    fn evidence(&mut self, purchase: &Purchase, ask: &Ask) -> Vec<Evidence> {
        let stealth = self.knobs.overlap.stealth;
        let kind = match ask.reason {
            ClaimReason::ChargedTwice | ClaimReason::Unauthorised => EvidenceKind::PaymentRecord,
            ClaimReason::KeyAlreadyUsed | ClaimReason::KeyInvalid | ClaimReason::RegionLocked => {
                EvidenceKind::ActivationError
            }
            ClaimReason::NotAsDescribed | ClaimReason::NotDelivered => {
                EvidenceKind::ProductScreenshot
            }
            ClaimReason::NoLongerWanted | ClaimReason::Other => EvidenceKind::Other,
        };
        let eager = match ask.reason {
            ClaimReason::NoLongerWanted | ClaimReason::Other | ClaimReason::NotDelivered => 0.25,
            ClaimReason::ChargedTwice
            | ClaimReason::KeyAlreadyUsed
            | ClaimReason::KeyInvalid
            | ClaimReason::RegionLocked
            | ClaimReason::NotAsDescribed
            | ClaimReason::Unauthorised => 0.84,
        };
        let mut items = Vec::new();
        let mut chance = eager;
        while items.len() < 4 && self.draw.chance(chance) {
            chance = 0.22;
            let kind = if items.is_empty() { kind } else { self.other_kind() };
            let file = self.picture(ask);
            // Shown within minutes, or dug out of the album.
            let before = self.draw.wait_ms(12 * MINUTE_MS, 1.3);
            let mut captured = ask.at - before;
            let (stale, edited) = if ask.is_bad() {
                (0.03 + 0.08 * (1.0 - stealth), 0.05 + 0.15 * (1.0 - stealth))
            } else {
                (0.02, 0.025)
            };
            if self.draw.chance(stale) {
                captured = purchase.placed_at - self.draw.wait_ms(6 * DAY_MS, 1.0);
            }
            items.push(Evidence {
                kind,
                sha256: file,
                perceptual_hash: self.draw.chance(0.9).then(|| self.look(ask, file)),
                captured_at: self.draw.chance(0.8).then(|| Timestamp::from_ms(captured)),
                edited: self.draw.chance(0.7).then(|| self.draw.chance(edited)),
            });
        }
        items
    }

    fn other_kind(&mut self) -> EvidenceKind {
        self.draw.weighted(
            EvidenceKind::ChatLog,
            &[(0.3, EvidenceKind::Video), (0.3, EvidenceKind::ProductScreenshot)],
        )
    }

    fn picture(&mut self, ask: &Ask) -> Sha256 {
        let again = 0.25 + 0.4 * (1.0 - self.knobs.overlap.stealth);
        match ask.pool {
            Some(pool) if self.draw.chance(again) => {
                let picture = self.draw.bits() % POOL_PICTURES;
                let mut digest = [0; 32];
                for (bytes, part) in digest.chunks_exact_mut(8).zip(0_u64..) {
                    bytes.copy_from_slice(&mixed(pool ^ picture << 48 ^ part << 56).to_be_bytes());
                }
                Sha256(digest)
            }
            Some(_) | None => self.names.file(),
        }
    }

    /// Pictures of a pool look alike, also when their bytes differ.
    fn look(&mut self, ask: &Ask, file: Sha256) -> u64 {
        let own = u64::from_be_bytes(file.0.first_chunk().copied().unwrap_or_default());
        match ask.pool {
            Some(pool) if self.draw.chance(0.5) => {
                let flipped =
                    (0..self.draw.below(5)).fold(0, |bits, _| bits | 1 << self.draw.below(64));
                mixed(pool ^ 0x11) ^ flipped
            }
            // Errors of one vendor look alike whoever shows them.
            Some(_) | None if self.draw.chance(0.05) => mixed(own % 40),
            Some(_) | None => mixed(own),
        }
    }

    fn words(&mut self, reason: ClaimReason) -> Option<Arc<str>> {
        if self.draw.chance(0.55) {
            return None;
        }
        let texts: &[&str] = match reason {
            ClaimReason::ChargedTwice => &["扣了两次钱", "重复扣款，请退一笔", "charged me twice"],
            ClaimReason::NotDelivered => {
                &["一直没收到卡密", "付款了没发货", "nothing arrived", "还没到账"]
            }
            ClaimReason::KeyAlreadyUsed => &[
                "提示已被使用",
                "卡密已经被别人用了",
                "key is already redeemed",
                "激活时显示已使用",
            ],
            ClaimReason::KeyInvalid => {
                &["激活码无效", "兑换失败，提示不存在", "invalid code", "卡密错误"]
            }
            ClaimReason::RegionLocked => {
                &["我的地区不能用", "锁区了", "not available in my region"]
            }
            ClaimReason::NotAsDescribed => {
                &["和描述不一样", "版本不对", "wrong edition", "面值不符"]
            }
            ClaimReason::NoLongerWanted => &["不想要了", "买错了", "bought by mistake"],
            ClaimReason::Unauthorised => &["不是我买的", "账号被盗了", "I did not buy this"],
            ClaimReason::Other => &["有问题请处理", "联系不上客服", "please help"],
        };
        self.draw.one(texts).map(|text| Arc::from(*text))
    }

    /// What the desk of the platform decided in those days, and what became known later.
    fn settle_claim(&mut self, purchase: &Purchase, ask: &Ask, claim: &RefundClaim) -> Truth {
        let claims = &self.knobs.claims;
        let was_reversed = purchase.is_reversed_by(ask.at);
        let paid_share = if was_reversed {
            claims.reversed_paid_share
        } else if ask.is_bad() {
            claims.bad_paid_share
        } else {
            claims.honest_paid_share
        };
        let paid = self.draw.chance(paid_share);
        let decided = ask.at + self.draw.wait_ms(5 * HOUR_MS, 1.0).min(6 * DAY_MS);
        if paid {
            self.pay_back(purchase, ask, claim, decided);
        }
        let may_dispute =
            !paid && !was_reversed && !matches!(ask.label, OutcomeLabel::AccountTakeover);
        let disputed = may_dispute && self.draw.chance(self.knobs.claims.dispute_share);
        if disputed {
            self.dispute(purchase, decided);
        }
        let (reported, reported_at) = self.report(ask, claim, decided, disputed).unzip();
        Truth {
            refund_id: claim.refund_id.clone(),
            order_id: claim.order_id.clone(),
            account_id: claim.account_id.clone(),
            requested_at: claim.requested_at,
            actor: ask.actor,
            cause: ask.cause,
            label: ask.label,
            reported,
            reported_at,
            paid,
        }
    }
}
