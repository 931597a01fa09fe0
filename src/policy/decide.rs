//! The verdict: layers in order, the first that decides wins.

use std::cmp::Reverse;

use super::brakes::limited;
use super::entry::{Entry, Reasoning};
use super::findings::{coverage, findings, follow_up};
use super::judge::Judged;
use super::model::{Choice, Opinion, View, view};
use super::policy::Policy;
use super::reasons::NOT_COMPARABLE;
use super::{money, texts};
use crate::domain::{
    Decision, DecisionId, Degradation, FollowUpKind, Layer, MINUTE_MS, Money, Reason, RefundClaim,
    Timestamp, Verdict, Versions,
};
use crate::signals::{Catalogue, SignalRow, SignalValue};
use crate::state::{ApprovalsDoc, OrderDoc};

/// One claim to decide, and what was found out about it.
#[derive(Debug)]
pub struct Case<'a> {
    /// The claim.
    pub claim: &'a RefundClaim,
    /// Its order, as it was when the claim came in.
    pub order: &'a OrderDoc,
    /// Its signals.
    pub row: &'a SignalRow,
    /// What the conditions came to.
    pub judged: &'a Judged,
    /// What was approved in this hour already.
    pub approvals: &'a ApprovalsDoc,
    /// What the model says; `None` when there is none, or it failed.
    pub model: Option<Opinion<'a>>,
    /// What was missing, off or stale.
    pub degraded: Vec<Degradation>,
    /// What judges.
    pub versions: &'a Versions,
    /// Id of the decision.
    pub decision_id: DecisionId,
    /// When the claim was taken in.
    pub observed_at: Timestamp,
    /// Where it stands in the ledger.
    pub ledger_position: u64,
}

/// Something that fired.
pub(super) struct Fired<'a> {
    pub(super) layer: Layer,
    pub(super) id: &'a str,
    then: Decision,
    reasoning: &'a Reasoning,
    follow_up: Option<FollowUpKind>,
    /// Approves no more than this; the inner `None` is unknown.
    amount: Option<Option<i64>>,
}

/// What is decided, before it is written down.
pub(super) struct Ruling<'a> {
    decision: Decision,
    pub(super) layer: Layer,
    pub(super) approved: Option<Money>,
    reasons: Vec<Reason>,
    follow_up: Option<FollowUpKind>,
    /// The guard of vouch's own that decided.
    pub(super) own_guard: Option<&'a str>,
}

impl Policy {
    /// Decides a claim. Pure: the same case gives the same verdict.
    #[must_use]
    pub fn decide(&self, case: Case<'_>) -> Verdict {
        let fired = self.fired(&case);
        let coverage = coverage(self, case.row);
        let view = view(self, &case, &coverage);
        let ruling = limited(self, self.rule(&case, &fired, &view), &case);
        let layers = findings(self, &case, &fired, &view, &ruling);
        let score = view.probability(&case);
        let model = view.assessment;
        let claim = case.claim;
        let deadline_ms = i64::from(self.review_deadline_min) * MINUTE_MS;
        Verdict {
            decision_id: case.decision_id,
            request_id: claim.request_id.clone(),
            refund_id: claim.refund_id.clone(),
            decision: ruling.decision,
            decided_by: ruling.layer,
            approved: ruling.approved,
            reasons: in_one_voice(ruling.reasons),
            layers,
            follow_up: ruling.follow_up.map(|kind| follow_up(self, kind, claim)),
            route: money::route(self, claim, case.order, ruling.approved),
            review_deadline: (ruling.decision == Decision::Review)
                .then(|| case.observed_at.plus_ms(deadline_ms)),
            score,
            model,
            degraded: case.degraded,
            coverage,
            versions: case.versions.clone(),
            observed_at: case.observed_at,
            ledger_position: case.ledger_position,
        }
    }

    /// What the texts of a case may name.
    fn values<'c>(&self, case: &Case<'c>) -> texts::Values<'c> {
        let payment = case.order.captures.first().map(|capture| capture.amount.currency);
        texts::Values { row: case.row, payment, policy: self.terms.currency }
    }

    /// Everything that fired, by layer and in file order.
    fn fired<'a>(&'a self, case: &Case<'_>) -> Vec<Fired<'a>> {
        let entries = self.entries.iter().enumerate();
        let holds = |(i, _): &(usize, &Entry)| case.judged.holds(*i) == Some(true);
        let by_condition = entries.filter(holds).map(|(_, entry)| Fired {
            layer: entry.layer,
            id: &entry.id,
            then: entry.then,
            reasoning: &entry.reasoning,
            follow_up: entry.follow_up,
            amount: entry.amount.map(|amount| case.judged.amount(amount)),
        });
        let listed = self.lists.iter().filter(|entry| entry.hits(case.claim, case.observed_at));
        let listed = listed.map(|entry| Fired {
            layer: Layer::List,
            id: &entry.id,
            then: entry.then,
            reasoning: &entry.reasoning,
            follow_up: None,
            amount: None,
        });
        let mut fired: Vec<Fired<'a>> = by_condition.chain(listed).collect();
        fired.sort_by_key(|fired| fired.layer);
        fired
    }

    /// The first layer that fired decides; inside it the most severe, the first of equals. In the fallback layer the
    /// first that fired decides, unless the model does.
    fn rule<'a>(&'a self, case: &Case<'_>, fired: &[Fired<'_>], view: &View<'_>) -> Ruling<'a> {
        let first = fired.first().map(|first| weighed_with(first.layer));
        if first.is_none_or(|first| first == Layer::Fallback)
            && let (Choice::Made(made), Some(model)) = (&view.choice, &view.assessment)
        {
            let reasons = made.reasons(self, model, &self.values(case));
            return self.by_model(case, made.decision(), reasons);
        }
        let Some(first) = first else {
            // INVARIANT: the last fallback always fires. Should that ever break, a person decides.
            return self.overruled(case, NOT_COMPARABLE, Vec::new());
        };
        let asked = fired.iter().enumerate().filter(|(_, f)| weighed_with(f.layer) == first);
        let severity = |fired: &Fired<'_>| (first != Layer::Fallback).then_some(fired.then);
        let decisive = asked.max_by_key(|(i, fired)| (severity(fired), Reverse(*i)));
        let Some((index, decisive)) = decisive else {
            return self.overruled(case, NOT_COMPARABLE, Vec::new());
        };
        let mut reasons = vec![reason(decisive, true, &self.values(case))];
        let others = fired.iter().enumerate().filter(|(i, _)| *i != index);
        // What only speaks for the fallback is no reason beside a real one.
        let others = others.filter(|(_, other)| other.layer != Layer::Fallback);
        reasons.extend(others.map(|(_, other)| reason(other, false, &self.values(case))));
        reasons.extend(view.aside());
        let approved = match decisive.then {
            Decision::Approve => {
                let asked = asked_minor(case.row);
                // What is proven and unknown is nothing.
                let proven = decisive.amount.map(|amount| amount.unwrap_or(0));
                let payable = money::payable(case.claim, case.order, asked, proven);
                if payable.is_none() {
                    return self.overruled(case, NOT_COMPARABLE, reasons);
                }
                payable
            }
            Decision::Review | Decision::Reject => None,
        };
        Ruling {
            decision: decisive.then,
            layer: decisive.layer,
            approved,
            reasons,
            follow_up: decisive.follow_up,
            own_guard: None,
        }
    }

    /// The model decides. What it approves is bounded as any approval is.
    fn by_model<'a>(
        &'a self,
        case: &Case<'_>,
        decision: Decision,
        reasons: Vec<Reason>,
    ) -> Ruling<'a> {
        let payable = || money::payable(case.claim, case.order, asked_minor(case.row), None);
        let approved = (decision == Decision::Approve).then(payable).flatten();
        if decision == Decision::Approve && approved.is_none() {
            return self.overruled(case, NOT_COMPARABLE, reasons);
        }
        Ruling {
            decision,
            layer: Layer::Model,
            approved,
            reasons,
            follow_up: None,
            own_guard: None,
        }
    }

    /// A guard of vouch's own turns the ruling that had these reasons into a review.
    pub(super) fn overruled<'a>(
        &'a self,
        case: &Case<'_>,
        code: &'a str,
        reasons: Vec<Reason>,
    ) -> Ruling<'a> {
        let own = self.reasons.get(code).map(|reasoning| Fired {
            layer: Layer::Guard,
            id: code,
            then: Decision::Review,
            reasoning,
            follow_up: None,
            amount: None,
        });
        let own = own.map(|fired| reason(&fired, true, &self.values(case)));
        let mut others: Vec<Reason> =
            reasons.into_iter().map(|reason| Reason { decisive: false, ..reason }).collect();
        others.sort_by_key(|reason| reason.layer);
        Ruling {
            decision: Decision::Review,
            layer: Layer::Guard,
            approved: None,
            reasons: own.into_iter().chain(others).collect(),
            follow_up: None,
            own_guard: Some(code),
        }
    }
}

impl<'a> Ruling<'a> {
    /// Its reasons, when it is taken back.
    pub(super) fn into_reasons(self) -> Vec<Reason> {
        self.reasons
    }
}

/// Lists and rules are weighed together: an allow list must not wave through what a rule objects to, nor must a rule
/// approve whom a list blocks.
const fn weighed_with(layer: Layer) -> Layer {
    match layer {
        Layer::List | Layer::Rule => Layer::List,
        Layer::Guard | Layer::Proof | Layer::Eligibility | Layer::Model | Layer::Fallback => layer,
    }
}

/// A buyer is told one thing: reasons that did not decide may speak for something else, so that they take the text of
/// the one that did.
fn in_one_voice(mut reasons: Vec<Reason>) -> Vec<Reason> {
    if let Some((decisive, others)) = reasons.split_first_mut() {
        for other in others {
            other.customer_text.clone_from(&decisive.customer_text);
        }
    }
    reasons
}

fn asked_minor(row: &SignalRow) -> Option<i64> {
    known_int(row, "claim_amount_minor")
}

/// A whole number among the signals, when it is known.
pub(super) fn known_int(row: &SignalRow, signal: &str) -> Option<i64> {
    let position = Catalogue::get().position(signal)?;
    match row.get(position)? {
        Some(SignalValue::Int(minor)) => Some(*minor),
        Some(_) | None => None,
    }
}

fn reason(fired: &Fired<'_>, decisive: bool, values: &texts::Values<'_>) -> Reason {
    Reason {
        code: fired.reasoning.code.clone(),
        layer: fired.layer,
        rule_id: fired.id.to_owned(),
        direction: fired.then,
        decisive,
        agent_text: values.fill(&fired.reasoning.agent),
        customer_text: fired.reasoning.customer.clone(),
        clause: fired.reasoning.clause.clone(),
    }
}
