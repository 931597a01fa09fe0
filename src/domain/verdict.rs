//! The answer to a claim: a decision, its reasons, and what could not be judged.

use serde::{Deserialize, Serialize};

use super::fact::closed_enums;
use super::{
    DecisionId, EvidenceKind, FxRate, ModelAssessment, Money, PspTransactionId, RefundId,
    RefundRoute, RequestId, Timestamp,
};

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Derived from tenant and request id.
    pub decision_id: DecisionId,
    /// The question.
    pub request_id: RequestId,
    /// The refund.
    pub refund_id: RefundId,
    /// What to do.
    pub decision: Decision,
    /// Who decided.
    pub decided_by: Layer,
    /// What the order gives back, in the currency of the payment, [`RouteAdvice::fee`] included. INVARIANT: `Some`
    /// exactly when the decision is approve.
    pub approved: Option<Money>,
    /// Why; the deciding one first. INVARIANT: never empty, and the first is decisive.
    pub reasons: Vec<Reason>,
    /// What each layer found, in the order of [`Layer::ALL`].
    pub layers: Vec<LayerFinding>,
    /// What to ask of the buyer.
    pub follow_up: Option<FollowUp>,
    /// How to pay.
    pub route: RouteAdvice,
    /// By when a person must have looked. INVARIANT: `Some` exactly when the decision is review.
    pub review_deadline: Option<Timestamp>,
    /// Probability of abuse, when a model could judge.
    pub score: Option<f64>,
    /// What the model says, whichever layer decided.
    pub model: Option<ModelAssessment>,
    /// What was missing, off or stale.
    pub degraded: Vec<Degradation>,
    /// How much was known.
    pub coverage: Coverage,
    /// What judged.
    pub versions: Versions,
    /// When the claim was taken in.
    pub observed_at: Timestamp,
    /// The claim's place in the ledger.
    pub ledger_position: u64,
}

closed_enums! {
    /// What to do with a claim, in order of severity.
    Decision {
        /// Pay now.
        Approve = "approve",
        /// A person decides.
        Review = "review",
        /// Do not pay.
        Reject = "reject",
    }
    /// A layer of the verdict, in the order in which they are asked.
    Layer {
        /// Money that cannot be paid, whoever asks.
        Guard = "guard",
        /// Proven fault of the platform.
        Proof = "proof",
        /// The after-sales terms.
        Eligibility = "eligibility",
        /// Allow and block lists; weighed together with the rules.
        List = "list",
        /// The analysts' rules.
        Rule = "rule",
        /// The model's expected cost.
        Model = "model",
        /// When nothing above decided.
        Fallback = "fallback",
    }
    /// What a layer came to.
    LayerOutcome {
        /// It had nothing to say.
        Passed = "passed",
        /// It decided.
        Decided = "decided",
        /// Another layer decided.
        Overruled = "overruled",
        /// It is not there.
        Absent = "absent",
    }
    /// A step that the buyer can take.
    FollowUpKind {
        /// Supply evidence.
        SupplyEvidence = "supply_evidence",
        /// Prove to be the owner.
        StepUpVerification = "step_up_verification",
        /// Sign the route-change agreement.
        SignRouteAgreement = "sign_route_agreement",
    }
}

/// One reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code in snake case.
    pub code: String,
    /// Who gave it.
    pub layer: Layer,
    /// The policy entry.
    pub rule_id: String,
    /// What it speaks for.
    pub direction: Decision,
    /// It decided the verdict.
    pub decisive: bool,
    /// For staff.
    pub agent_text: LocalizedText,
    /// For the buyer; of a reason that did not decide, the text of the one that did.
    pub customer_text: LocalizedText,
    /// The clause it rests on.
    pub clause: Option<String>,
}

/// One text in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalizedText {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What one layer found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFinding {
    /// The layer.
    pub layer: Layer,
    /// What it came to.
    pub outcome: LayerOutcome,
    /// Entries that fired, in file order; behind them the guard of vouch's own that did.
    pub fired: Vec<String>,
    /// Entries that lacked a signal, in file order.
    pub unjudged: Vec<String>,
}

/// What to ask of the buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// What kind of step.
    pub kind: FollowUpKind,
    /// What evidence is missing.
    pub evidence: Vec<EvidenceKind>,
    /// How to say it.
    pub customer_text: LocalizedText,
}

/// How to pay.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteAdvice {
    /// Which way.
    pub route: RefundRoute,
    /// The transactions to refund, oldest surplus first.
    pub psp_transaction_ids: Vec<PspTransactionId>,
    /// The part of [`Verdict::approved`] that may be kept for another route: the buyer gets what remains. Advice; what
    /// is approved is never lowered by it.
    pub fee: Option<Money>,
    /// The payment's rate, when currencies differ.
    pub fx_rate_at_payment: Option<FxRate>,
}

/// Something that was missing, off or stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degradation {
    /// Stable code in snake case.
    pub code: String,
    /// What it means.
    pub detail: String,
}

/// How much was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Signals that the policy reads.
    pub signals_used: u32,
    /// Those that had none, in catalogue order.
    pub unknown_signals: Vec<String>,
}

/// What judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The binary.
    pub vouch: String,
    /// The policy file, hex SHA-256.
    pub policy_sha256: String,
    /// The settings that can change a verdict, hex SHA-256.
    pub config_sha256: String,
    /// The signal catalogue, hex SHA-256.
    pub signals_sha256: String,
    /// The model artifact that was loaded, hex SHA-256.
    pub model_sha256: Option<String>,
    /// Geo files, as `kind:epoch`; lists as `vpn_list:sha256:` and the first 16 hex digits.
    pub geo_builds: Vec<String>,
}
