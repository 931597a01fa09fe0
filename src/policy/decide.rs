//! The verdict: layers in order, the first that decides wins.

use super::entry::{Entry, Reasoning};
use super::judge::Judged;
use super::load::{AUTO_APPROVE_OFF, BUDGET_SPENT, NOT_COMPARABLE, Policy};
use super::{money, texts};
use crate::domain::{
    Coverage, Decision, DecisionId, Degradation, FollowUp, FollowUpKind, Layer, LayerFinding,
    LayerOutcome, LocalizedText, MINUTE_MS, Money, Reason, RefundClaim, Timestamp, Verdict,
    Versions,
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
    /// Its place among the judged.
    pub judged_row: usize,
    /// What was approved in this hour already.
    pub approvals: &'a ApprovalsDoc,
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
struct Fired<'a> {
    layer: Layer,
    id: &'a str,
    then: Decision,
    reasoning: &'a Reasoning,
    follow_up: Option<FollowUpKind>,
    /// Approves no more than this.
    amount: Option<Option<i64>>,
}

/// What is decided, before it is written down.
struct Ruling {
    decision: Decision,
    layer: Layer,
    approved: Option<Money>,
    reasons: Vec<Reason>,
    follow_up: Option<FollowUpKind>,
}

impl Policy {
    /// Decides a claim. Pure: the same case gives the same verdict.
    #[must_use]
    pub fn decide(&self, case: Case<'_>) -> Verdict {
        let fired = self.fired(&case);
        let ruling = self.limited(self.rule(&case, &fired), &case);
        let layers = self.findings(&case, &fired, ruling.layer);
        let claim = case.claim;
        let deadline_ms = i64::from(self.review_deadline_min) * MINUTE_MS;
        Verdict {
            decision_id: case.decision_id,
            request_id: claim.request_id.clone(),
            refund_id: claim.refund_id.clone(),
            decision: ruling.decision,
            decided_by: ruling.layer,
            approved: ruling.approved,
            reasons: ruling.reasons,
            layers,
            follow_up: ruling.follow_up.map(|kind| self.follow_up(kind, claim)),
            route: money::route(self, claim, case.order, ruling.approved),
            review_deadline: (ruling.decision == Decision::Review)
                .then(|| case.observed_at.plus_ms(deadline_ms)),
            score: None,
            degraded: case.degraded,
            coverage: self.coverage(case.row),
            versions: case.versions.clone(),
            observed_at: case.observed_at,
            ledger_position: case.ledger_position,
        }
    }

    /// Everything that fired, by layer and in file order.
    fn fired<'a>(&'a self, case: &Case<'_>) -> Vec<Fired<'a>> {
        let entries = self.entries.iter().enumerate();
        let holds = |(i, _): &(usize, &Entry)| case.judged.holds(*i, case.judged_row) == Some(true);
        let by_condition = entries.filter(holds).map(|(_, entry)| Fired {
            layer: entry.layer,
            id: &entry.id,
            then: entry.then,
            reasoning: &entry.reasoning,
            follow_up: entry.follow_up,
            amount: entry.amount.map(|amount| case.judged.amount(amount, case.judged_row)),
        });
        let listed = self.lists.iter().filter(|entry| entry.hits(case.claim)).map(|entry| Fired {
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
    /// first that fired decides.
    fn rule(&self, case: &Case<'_>, fired: &[Fired<'_>]) -> Ruling {
        let layer = fired.first().map_or(Layer::Fallback, |first| first.layer);
        let in_layer = fired.iter().enumerate().filter(|(_, other)| other.layer == layer);
        let decisive = match layer {
            Layer::Fallback => in_layer.map(|(i, _)| i).next(),
            Layer::Guard
            | Layer::Proof
            | Layer::Eligibility
            | Layer::List
            | Layer::Rule
            | Layer::Model => in_layer
                .max_by_key(|(i, other)| (other.then, std::cmp::Reverse(*i)))
                .map(|(i, _)| i),
        };
        let decisive = decisive.and_then(|i| Some((i, fired.get(i)?)));
        let Some((index, first)) = decisive else {
            // INVARIANT: the last fallback always fires. Should that ever break, a person decides.
            return self.overruled(case, NOT_COMPARABLE, Vec::new());
        };
        let mut reasons = vec![reason(first, true, case.row)];
        let others = fired.iter().enumerate().filter(|(i, _)| *i != index);
        // What only speaks for the fallback is no reason beside a real one.
        let others = others.filter(|(_, other)| other.layer != Layer::Fallback);
        reasons.extend(others.map(|(_, other)| reason(other, false, case.row)));
        let approved = match first.then {
            Decision::Approve => {
                let asked = asked_minor(case.row);
                let proven = first.amount.map(|amount| amount.unwrap_or(0));
                let payable = money::payable(case.claim, case.order, asked, proven);
                if payable.is_none() {
                    return self.overruled(case, NOT_COMPARABLE, reasons);
                }
                payable
            }
            Decision::Review | Decision::Reject => None,
        };
        Ruling { decision: first.then, layer, approved, reasons, follow_up: first.follow_up }
    }

    /// Approvals stop at the kill switch and at the budget of the hour.
    fn limited(&self, ruling: Ruling, case: &Case<'_>) -> Ruling {
        let Some(approved) = ruling.approved else { return ruling };
        if !self.auto_approve {
            return self.overruled(case, AUTO_APPROVE_OFF, ruling.reasons);
        }
        if self.is_over_budget(case, approved) {
            return self.overruled(case, BUDGET_SPENT, ruling.reasons);
        }
        ruling
    }

    fn is_over_budget(&self, case: &Case<'_>, approved: Money) -> bool {
        let claims = case.approvals.claims(case.observed_at);
        let spent = case.approvals.amounts(case.observed_at).iter();
        // A currency without a stated value counts at its face: the budget is a brake, not a book.
        let value = |money: Money| self.terms.value_minor(money).unwrap_or(money.amount_minor);
        let spent: i64 = spent
            .map(|(currency, sum)| value(Money { amount_minor: *sum, currency: *currency }))
            .fold(0, i64::saturating_add);
        let value_bound = self.approved_value_per_hour_minor;
        (self.approvals_per_hour > 0 && claims >= self.approvals_per_hour)
            || (value_bound > 0 && spent.saturating_add(value(approved)) > value_bound)
    }

    /// A guard of vouch's own turns the ruling into a review.
    fn overruled(&self, case: &Case<'_>, code: &str, reasons: Vec<Reason>) -> Ruling {
        let own = self.reasons.get(code).map(|reasoning| Fired {
            layer: Layer::Guard,
            id: code,
            then: Decision::Review,
            reasoning,
            follow_up: None,
            amount: None,
        });
        let own = own.map(|fired| reason(&fired, true, case.row));
        let others = reasons.into_iter().map(|reason| Reason { decisive: false, ..reason });
        Ruling {
            decision: Decision::Review,
            layer: Layer::Guard,
            approved: None,
            reasons: own.into_iter().chain(others).collect(),
            follow_up: None,
        }
    }

    fn findings(&self, case: &Case<'_>, fired: &[Fired<'_>], decided: Layer) -> Vec<LayerFinding> {
        Layer::ALL.iter().map(|layer| self.finding(case, fired, *layer, decided)).collect()
    }

    fn finding(
        &self,
        case: &Case<'_>,
        fired: &[Fired<'_>],
        layer: Layer,
        decided: Layer,
    ) -> LayerFinding {
        let fired: Vec<String> =
            fired.iter().filter(|f| f.layer == layer).map(|f| f.id.to_owned()).collect();
        let in_layer = self.entries.iter().enumerate().filter(|(_, entry)| entry.layer == layer);
        let unjudged = in_layer
            .filter(|(i, _)| case.judged.holds(*i, case.judged_row).is_none())
            .map(|(_, entry)| entry.id.clone())
            .collect();
        let outcome = if layer == decided {
            LayerOutcome::Decided
        } else if layer == Layer::Model {
            LayerOutcome::Absent
        } else if fired.is_empty() {
            LayerOutcome::Passed
        } else {
            LayerOutcome::Overruled
        };
        LayerFinding { layer, outcome, fired, unjudged }
    }

    fn follow_up(&self, kind: FollowUpKind, claim: &RefundClaim) -> FollowUp {
        let needed = self.terms.evidence_required.get(&claim.reason).cloned();
        let evidence = match kind {
            FollowUpKind::SupplyEvidence => needed.unwrap_or_default(),
            FollowUpKind::StepUpVerification | FollowUpKind::SignRouteAgreement => Vec::new(),
        };
        let nothing = || LocalizedText { zh: String::new(), en: String::new() };
        let customer_text = self.follow_ups.get(&kind).cloned().unwrap_or_else(nothing);
        FollowUp { kind, evidence, customer_text }
    }

    fn coverage(&self, row: &SignalRow) -> Coverage {
        let read = self.signals_read();
        let unknown = read.iter().filter(|signal| row.get(**signal).is_none_or(Option::is_none));
        let defs = Catalogue::get().defs();
        Coverage {
            signals_used: u32::try_from(read.len()).unwrap_or(u32::MAX),
            unknown_signals: unknown
                .filter_map(|signal| defs.get(*signal))
                .map(|def| def.name.to_owned())
                .collect(),
        }
    }
}

fn asked_minor(row: &SignalRow) -> Option<i64> {
    let position = Catalogue::get().position("claim_amount_minor")?;
    match row.get(position)? {
        Some(SignalValue::Int(minor)) => Some(*minor),
        Some(_) | None => None,
    }
}

fn reason(fired: &Fired<'_>, decisive: bool, row: &SignalRow) -> Reason {
    Reason {
        code: fired.reasoning.code.clone(),
        layer: fired.layer,
        rule_id: fired.id.to_owned(),
        direction: fired.then,
        decisive,
        agent_text: texts::fill(&fired.reasoning.agent, row),
        customer_text: fired.reasoning.customer.clone(),
        clause: fired.reasoning.clause.clone(),
    }
}
