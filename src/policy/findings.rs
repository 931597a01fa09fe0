//! What is said of a decision besides its reasons: what each layer found, what to ask of the buyer, what was known.

use super::decide::{Case, Fired, Ruling};
use super::model::{Choice, View};
use super::policy::Policy;
use crate::domain::{
    Coverage, FollowUp, FollowUpKind, Layer, LayerFinding, LayerOutcome, LocalizedText, RefundClaim,
};
use crate::signals::{Catalogue, SignalRow};

/// What each layer found, in the order in which they are asked.
pub(super) fn findings(
    policy: &Policy,
    case: &Case<'_>,
    fired: &[Fired<'_>],
    view: &View<'_>,
    ruling: &Ruling<'_>,
) -> Vec<LayerFinding> {
    let finding = |layer: &Layer| match layer {
        Layer::Model => by_model(view, ruling),
        Layer::Guard
        | Layer::Proof
        | Layer::Eligibility
        | Layer::List
        | Layer::Rule
        | Layer::Fallback => finding(policy, case, fired, ruling, *layer),
    };
    Layer::ALL.iter().map(finding).collect()
}

fn finding(
    policy: &Policy,
    case: &Case<'_>,
    fired: &[Fired<'_>],
    ruling: &Ruling<'_>,
    layer: Layer,
) -> LayerFinding {
    let own = ruling.own_guard.filter(|_| layer == Layer::Guard);
    let fired = fired.iter().filter(|fired| fired.layer == layer).map(|fired| fired.id);
    let fired: Vec<String> = fired.chain(own).map(str::to_owned).collect();
    let in_layer = policy.entries.iter().enumerate().filter(|(_, entry)| entry.layer == layer);
    let unjudged = in_layer
        .filter(|(i, _)| case.judged.holds(*i).is_none())
        .map(|(_, entry)| entry.id.clone())
        .collect();
    let outcome = if layer == ruling.layer {
        LayerOutcome::Decided
    } else if fired.is_empty() {
        LayerOutcome::Passed
    } else {
        LayerOutcome::Overruled
    };
    LayerFinding { layer, outcome, fired, unjudged }
}

/// What the model came to.
fn by_model(view: &View<'_>, ruling: &Ruling<'_>) -> LayerFinding {
    let outcome = match &view.choice {
        Choice::Absent => LayerOutcome::Absent,
        Choice::Unjudged => LayerOutcome::Passed,
        Choice::Made(_) if ruling.layer == Layer::Model => LayerOutcome::Decided,
        Choice::Made(_) => LayerOutcome::Overruled,
    };
    LayerFinding {
        layer: Layer::Model,
        outcome,
        fired: view.fired().into_iter().map(str::to_owned).collect(),
        unjudged: view.unjudged().map(str::to_owned).into_iter().collect(),
    }
}

/// What to ask of the buyer, and how.
pub(super) fn follow_up(policy: &Policy, kind: FollowUpKind, claim: &RefundClaim) -> FollowUp {
    let needed = policy.terms.evidence_required.get(&claim.reason).cloned();
    let evidence = match kind {
        FollowUpKind::SupplyEvidence => needed.unwrap_or_default(),
        FollowUpKind::StepUpVerification | FollowUpKind::SignRouteAgreement => Vec::new(),
    };
    let nothing = || LocalizedText { zh: String::new(), en: String::new() };
    let customer_text = policy.follow_ups.get(&kind).cloned().unwrap_or_else(nothing);
    FollowUp { kind, evidence, customer_text }
}

/// How many of the signals that the policy reads were known.
pub(super) fn coverage(policy: &Policy, row: &SignalRow) -> Coverage {
    let read = policy.signals_read();
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
