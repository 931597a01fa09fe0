//! `vouch explain`.

use comfy_table::{Table, presets};

use super::output::{self, Failure};
use crate::domain::{Currency, Decision, Layer, LayerOutcome, Money};
use crate::signals::{Catalogue, SignalDef};
use crate::wire::pb::v1::get_decision_request::Key;
use crate::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use crate::wire::pb::v1::signal_reading::Value;
use crate::wire::pb::v1::{
    self, GetDecisionRequest, GetDecisionResponse, RecordedFact, SignalReading,
};
use crate::wire::{WireEnum, to_json};

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    #[command(flatten)]
    which: Which,
    /// The server that gave the decision.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    server: String,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The decision, by the id in the verdict.
    #[arg(long, value_name = "ID")]
    decision: Option<String>,
    /// The decision, by the request that asked.
    #[arg(long, value_name = "ID")]
    request: Option<String>,
}

impl Explain {
    /// Prints what was claimed, what was decided and why, every signal with its value at that time, and the facts behind
    /// them as the ledger has them.
    pub(super) fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let decision = self.which.decision.map(Key::DecisionId);
        let key = decision.or_else(|| self.which.request.map(Key::RequestId));
        let found = runtime.block_on(async {
            let mut client = RefundRiskServiceClient::connect(format!("http://{}", self.server))
                .await
                .map_err(|error| format!("no vouch answers on {}: {error}", self.server))?;
            let request = GetDecisionRequest { key, with_facts: true };
            let answer = client.get_decision(request).await;
            let answer = answer.map_err(|status| status.message().to_owned())?;
            Ok::<_, Failure>(answer.into_inner())
        })?;
        print(found)
    }
}

fn print(found: GetDecisionResponse) -> Result<(), Failure> {
    let claim = found.claim.unwrap_or_default();
    let verdict = found.verdict.unwrap_or_default();
    output::line(format!(
        "claim     {} for refund {}, order {}, account {}",
        claim.request_id, claim.refund_id, claim.order_id, claim.account_id
    ))?;
    output::line(format!(
        "decision  {} by {}, {}",
        Decision::from_number(verdict.decision).map_or("?", Decision::as_str),
        Layer::from_number(verdict.decided_by).map_or("?", Layer::as_str),
        verdict.decision_id
    ))?;
    for reason in &verdict.reasons {
        let mark = if reason.decisive { "*" } else { " " };
        let text = reason.agent_text.clone().unwrap_or_default();
        output::line(format!("  {mark} {} ({}): {}", reason.code, reason.rule_id, text.en))?;
    }
    for missing in &verdict.degraded {
        output::line(format!("  degraded: {}: {}", missing.code, missing.detail))?;
    }
    if let Some(model) = &verdict.model {
        output::line(by_model(model))?;
    }
    for other in &found.challengers {
        output::line(challenger(other))?;
    }
    output::line(layers(&verdict))?;
    output::line(signals(&found.signals))?;
    output::line(facts(&found.facts)?)
}

/// What the model says: its score, what each decision would cost, and what each group of signals adds.
fn by_model(model: &v1::ModelAssessment) -> String {
    let what = if model.calibrated { "probability of abuse" } else { "rank, no probability" };
    let mut text = format!(
        "model     {} {}: {what} {:.4}; log-odds {:+.3} = bias {:+.3} and",
        model.name, model.version, model.score, model.log_odds, model.bias
    );
    for group in &model.contributions {
        let features = group.features.iter();
        let features: Vec<String> =
            features.map(|part| format!("{} {:+.3}", part.feature, part.log_odds)).collect();
        text.push_str(&format!(
            "\n  {:+.3} {}: {}",
            group.log_odds,
            group.group,
            features.join(", ")
        ));
    }
    if let Some(costs) = &model.expected_costs {
        let [approve, review, reject] = [&costs.approve, &costs.review, &costs.reject].map(money);
        text.push_str(&format!(
            "\n  expected costs: approve {approve}, review {review}, reject {reject}"
        ));
    }
    text
}

/// What another model would have made of it.
fn challenger(other: &v1::ChallengerVerdict) -> String {
    format!(
        "beside    {} {}: score {}, would {} by {}",
        other.name,
        other.version,
        other.score.map_or_else(|| "none: it failed".to_owned(), |score| format!("{score:.4}")),
        Decision::from_number(other.decision).map_or("?", Decision::as_str),
        Layer::from_number(other.decided_by).map_or("?", Layer::as_str),
    )
}

fn money(money: &Option<v1::Money>) -> String {
    let parsed = money.as_ref().and_then(|money| {
        let currency = Currency::parse(&money.currency_code).ok()?;
        Some(Money { amount_minor: money.amount_minor, currency })
    });
    parsed.map_or_else(|| "?".to_owned(), |money| money.to_string())
}

fn layers(verdict: &v1::Verdict) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["\nlayer", "\noutcome", "\nfired", "\ncould not be judged"]);
    for finding in &verdict.layers {
        table.add_row([
            Layer::from_number(finding.layer).map_or("?", Layer::as_str),
            LayerOutcome::from_number(finding.outcome).map_or("?", LayerOutcome::as_str),
            &finding.fired.join(", "),
            &finding.unjudged.join(", "),
        ]);
    }
    table.trim_fmt()
}

fn signals(readings: &[SignalReading]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["\ngroup", "\nsignal", "\nvalue", "\nunit"]);
    for reading in readings {
        // A signal of an older catalogue may be gone from this one.
        let def = |def: &&SignalDef| def.name == reading.name;
        let def = Catalogue::get().defs().iter().find(def);
        table.add_row([
            def.map_or("?", |def| def.group),
            &reading.name,
            &reading.value.as_ref().map_or_else(|| "unknown".to_owned(), shown),
            def.map_or("?", |def| def.unit),
        ]);
    }
    table.trim_fmt()
}

/// Each fact with its place in the ledger; what it says as JSON.
fn facts(recorded: &[RecordedFact]) -> Result<String, Failure> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["\nledger", "\nhappened", "\nfact", "\nsays"]);
    for recorded in recorded {
        let Some(fact) = &recorded.fact else { continue };
        let json = to_json("vouch.v1.Fact", fact)?;
        let mut said: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&json)?;
        let happened = said.remove("occurred_at").unwrap_or_default();
        let _id = said.remove("fact_id");
        for (kind, body) in said {
            table.add_row([
                recorded.ledger_position.to_string(),
                happened.as_str().unwrap_or_default().to_owned(),
                kind,
                body.to_string(),
            ]);
        }
    }
    Ok(table.trim_fmt())
}

fn shown(value: &Value) -> String {
    match value {
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => format!("{value:.3}"),
        Value::Truth(value) => value.to_string(),
        Value::Text(value) => value.clone(),
    }
}
