//! A shop with three orders, and a naive book of their money.

use std::collections::BTreeMap;

use proptest::sample::Index;
use vouch::domain::{
    ChargebackClosed, ChargebackId, ChargebackOpened, ChargebackResult, ClaimReason, Fact,
    FactBody, MINUTE_MS, Money, PaymentCaptured, PaymentReversed, PspTransactionId, RefundClaim,
    RefundId, RefundSettled, RequestId, SettlementStatus, Timestamp,
};
use vouch::engine::Request;

use super::world::{World, told_at};
use crate::support::{record, score};

/// Something that happens to the money of an order.
#[derive(Debug, Clone)]
pub(super) enum Deal {
    /// A claim; a hopeless one is rejected.
    Ask { order: usize, number: usize, amount_minor: i64, hopeless: bool },
    /// The platform pays one of the amounts that were approved under the number.
    Settle { order: usize, number: usize, which: Index },
    /// The platform could not pay.
    Fail { order: usize, number: usize },
    /// The buyer pays once more.
    Capture { order: usize, amount_minor: i64 },
    /// The bank takes money back; a won dispute gives it back.
    Dispute { order: usize, amount_minor: i64, won: bool },
    /// The provider takes the first payment back.
    Reverse { order: usize },
}

/// Three orders, the first two of one account, each paid with 98.00 and delivered.
pub(super) struct Shop {
    orders: Vec<World>,
}

impl Shop {
    pub(super) const ORDERS: usize = 3;

    pub(super) fn new() -> Self {
        let copy = |order: usize| World::copy("race-parts-within-price", &format!("m{order}"));
        let mut orders: Vec<World> = (0..Self::ORDERS).map(copy).collect();
        let owner = orders[0].claims[0].account_id.clone();
        for fact in &mut orders[1].facts {
            if let FactBody::OrderPlaced(placed) = &mut fact.body {
                placed.account_id = owner.clone();
            }
        }
        orders[1].claims[0].account_id = owner;
        Self { orders }
    }

    /// What happened before the claims.
    pub(super) fn facts(&self) -> Vec<Fact> {
        self.orders.iter().flat_map(|order| order.facts.iter().cloned()).collect()
    }

    fn claim(&self, order: usize) -> &RefundClaim {
        &self.orders[order].claims[0]
    }
}

/// The money of one order, in minor units.
#[derive(Debug, Default)]
struct Account {
    paid: i64,
    disputed: i64,
    settled: BTreeMap<RefundId, i64>,
    /// What was approved under each number and neither paid nor failed: the platform may pay any of it, once.
    promised: BTreeMap<RefundId, Vec<i64>>,
    reversed: bool,
    /// Money was taken back after it was promised: nobody can keep such promises.
    overdrawn: bool,
}

impl Account {
    fn promised_but_for(&self, number: Option<&RefundId>) -> i64 {
        let others = self.promised.iter().filter(|(other, _)| Some(*other) != number);
        others.filter_map(|(_, amounts)| amounts.iter().max()).sum()
    }

    fn left_but_for(&self, number: Option<&RefundId>) -> i64 {
        let settled: i64 = self.settled.values().sum();
        self.paid - self.disputed - settled - self.promised_but_for(number)
    }
}

/// A naive book of what was paid, promised and paid back.
pub(super) struct Book<'a> {
    shop: &'a Shop,
    accounts: Vec<Account>,
    /// Steps so far.
    steps: i64,
}

impl<'a> Book<'a> {
    pub(super) fn new(shop: &'a Shop) -> Self {
        let paid = || Account { paid: 9_800, ..Account::default() };
        Self { shop, accounts: (0..Shop::ORDERS).map(|_| paid()).collect(), steps: 0 }
    }

    /// What the platform sends, two minutes after the last; `None` when there is nothing to send.
    pub(super) fn request(&mut self, deal: &Deal) -> Option<Request> {
        self.steps += 1;
        match deal {
            Deal::Ask { order, number, amount_minor, hopeless } => {
                Some(score(self.ask(*order, *number, *amount_minor, *hopeless)))
            }
            Deal::Settle { order, number, which } => {
                let number = refund(*order, *number);
                let account = &mut self.accounts[*order];
                let promised = account.promised.remove(&number).unwrap_or_default();
                if promised.is_empty() {
                    return None;
                }
                let paid = *which.get(&promised);
                account.settled.insert(number.clone(), paid);
                Some(self.tell(self.ended(*order, number, paid, SettlementStatus::Settled)))
            }
            Deal::Fail { order, number } => {
                let number = refund(*order, *number);
                self.accounts[*order].promised.remove(&number);
                Some(self.tell(self.ended(*order, number, 1, SettlementStatus::Failed)))
            }
            Deal::Capture { order, amount_minor } => {
                self.accounts[*order].paid += amount_minor;
                let mut capture = self.capture(*order);
                capture.psp_transaction_id = self.psp();
                capture.amount.amount_minor = *amount_minor;
                Some(self.tell(FactBody::PaymentCaptured(capture)))
            }
            Deal::Dispute { order, amount_minor, won } => {
                Some(self.dispute(*order, *amount_minor, *won))
            }
            Deal::Reverse { order } => {
                let capture = self.capture(*order);
                let account = &mut self.accounts[*order];
                if std::mem::replace(&mut account.reversed, true) {
                    return None;
                }
                account.paid -= capture.amount.amount_minor;
                account.overdrawn |= account.left_but_for(None) < 0;
                Some(self.tell(FactBody::PaymentReversed(PaymentReversed {
                    psp_transaction_id: capture.psp_transaction_id,
                    order_id: capture.order_id,
                    amount: capture.amount,
                })))
            }
        }
    }

    /// Books a verdict, when it may be given.
    pub(super) fn decided(
        &mut self,
        claim: &RefundClaim,
        approved: Option<i64>,
    ) -> Result<(), String> {
        let Some(approved) = approved else { return Ok(()) };
        let order = (0..Shop::ORDERS).find(|o| self.shop.claim(*o).order_id == claim.order_id);
        let account = &mut self.accounts[order.expect("an order of the shop")];
        if account.settled.contains_key(&claim.refund_id) {
            return Err(format!("{} was paid already", claim.refund_id));
        }
        let left = account.left_but_for(Some(&claim.refund_id));
        if approved > left.min(claim.amount.amount_minor) {
            return Err(format!("{approved} approved for {}, {left} left", claim.refund_id));
        }
        account.promised.entry(claim.refund_id.clone()).or_default().push(approved);
        self.within_what_was_paid()
    }

    /// Whatever the platform pays of what was promised, it does not pay more than it got.
    pub(super) fn within_what_was_paid(&self) -> Result<(), String> {
        match self.accounts.iter().find(|a| !a.overdrawn && a.left_but_for(None) < 0) {
            Some(account) => Err(format!("{account:?}")),
            None => Ok(()),
        }
    }

    fn at(&self) -> Timestamp {
        self.shop.claim(0).requested_at.plus_ms(2 * MINUTE_MS * self.steps)
    }

    fn tell(&self, body: FactBody) -> Request {
        record(vec![told_at(&format!("deal-{}", self.steps), self.at(), 0, body)])
    }

    fn psp(&self) -> PspTransactionId {
        PspTransactionId::parse(&format!("psp-{}", self.steps)).unwrap()
    }

    fn ask(&self, order: usize, number: usize, amount_minor: i64, hopeless: bool) -> RefundClaim {
        let mut claim = self.shop.claim(order).clone();
        claim.request_id = RequestId::parse(&format!("ask-{}", self.steps)).unwrap();
        claim.refund_id = refund(order, number);
        claim.requested_at = self.at();
        claim.amount.amount_minor = amount_minor;
        if hopeless {
            claim.reason = ClaimReason::NoLongerWanted;
        }
        claim
    }

    fn ended(
        &self,
        order: usize,
        refund_id: RefundId,
        amount_minor: i64,
        status: SettlementStatus,
    ) -> FactBody {
        let claim = self.shop.claim(order);
        FactBody::RefundSettled(RefundSettled {
            refund_id,
            order_id: claim.order_id.clone(),
            account_id: claim.account_id.clone(),
            amount: Money { amount_minor, currency: claim.amount.currency },
            route: claim.destination.route,
            status,
        })
    }

    fn dispute(&mut self, order: usize, amount_minor: i64, won: bool) -> Request {
        let account = &mut self.accounts[order];
        if !won {
            account.disputed += amount_minor;
            account.overdrawn |= account.left_but_for(None) < 0;
        }
        let claim = self.shop.claim(order);
        let chargeback_id = ChargebackId::parse(&format!("dispute-{}", self.steps)).unwrap();
        let (order_id, account_id) = (claim.order_id.clone(), claim.account_id.clone());
        let amount = Money { amount_minor, currency: claim.amount.currency };
        let psp_transaction_id = self.capture(order).psp_transaction_id;
        let opened = FactBody::ChargebackOpened(ChargebackOpened {
            chargeback_id: chargeback_id.clone(),
            psp_transaction_id: psp_transaction_id.clone(),
            order_id: order_id.clone(),
            account_id: account_id.clone(),
            amount,
        });
        let result = if won { ChargebackResult::Won } else { ChargebackResult::Lost };
        let closed = FactBody::ChargebackClosed(ChargebackClosed {
            chargeback_id,
            psp_transaction_id,
            order_id,
            account_id,
            amount,
            result,
        });
        record(vec![
            told_at(&format!("opened-{}", self.steps), self.at(), 0, opened),
            told_at(&format!("closed-{}", self.steps), self.at(), 1, closed),
        ])
    }

    /// The first payment of an order.
    fn capture(&self, order: usize) -> PaymentCaptured {
        let capture = |fact: &Fact| {
            if let FactBody::PaymentCaptured(capture) = &fact.body {
                Some(capture.clone())
            } else {
                None
            }
        };
        let facts = &self.shop.orders[order].facts;
        facts.iter().find_map(capture).expect("the order was paid")
    }
}

fn refund(order: usize, number: usize) -> RefundId {
    RefundId::parse(&format!("refund-{order}-{number}")).unwrap()
}
