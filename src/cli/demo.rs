//! `vouch serve --demo`: the sample cases, through real gRPC.

use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;
use tonic::transport::Channel;

use super::demo_table::{Row, table};
use super::output::{self, Failure};
use crate::cases::{GROUPS, read};
use crate::config::Config;
use crate::domain::Decision;
use crate::geo::GeoFiles;
use crate::wire::pb::cases::v1::{Case, Step};
use crate::wire::pb::v1::fact_service_client::FactServiceClient;
use crate::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use crate::wire::pb::v1::{self, RecordFactsRequest, ScoreRefundRequest, Verdict};
use crate::wire::{RECORD_FACTS_MAX, WireEnum, to_json_pretty};

/// The sample geo files, built in: the demo runs from any folder.
const GEO: [(&str, &[u8]); 3] = [
    ("city.mmdb", include_bytes!("../../datasets/geo/GeoIP2-City-Test.mmdb")),
    ("asn.mmdb", include_bytes!("../../datasets/geo/GeoLite2-ASN-Test.mmdb")),
    ("anonymous-ip.mmdb", include_bytes!("../../datasets/geo/GeoIP2-Anonymous-IP-Test.mmdb")),
];

/// Orders of everyday business beside the sample cases: some three claims for a hundred orders, as the trade knows it.
const EVERYDAY_ORDERS: u32 = 12_000;
/// When the sample cases happen: 2026-11-20T02:00:00Z.
const CASES_AT_S: i64 = 1_795_140_000;

/// Reasons of the shipped policy when nothing decides but the fallback.
const FALLBACK_REASONS: [&str; 2] = ["small_amount", "needs_review"];

/// The case whose verdict is shown in full.
const SHOWN_IN_FULL: &str = "takeover-to-other-account";

/// A temporary folder with the sample geo files and an empty ledger; gone when this is dropped.
#[derive(Debug)]
pub(super) struct DemoFolder(TempDir);

impl DemoFolder {
    pub(super) fn new() -> Result<Self, std::io::Error> {
        let folder = TempDir::with_prefix("vouch-demo-")?;
        for (name, bytes) in GEO {
            std::fs::write(folder.path().join(name), bytes)?;
        }
        Ok(Self(folder))
    }

    /// Makes the settings use the folder; the sample geo files never go stale.
    pub(super) fn apply(&self, config: &mut Config) {
        let [city, asn, anonymous_ip] = GEO.map(|(name, _)| Some(self.path(name)));
        config.geo = GeoFiles { city, asn, anonymous_ip, ..GeoFiles::default() };
        config.geo_max_age_d = f64::MAX;
        config.data = self.path("data");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A client that feeds the sample cases.
#[derive(Debug)]
pub(super) struct Demo {
    address: SocketAddr,
}

impl Demo {
    pub(super) const fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Feeds every case, prints the table, and says what to try next.
    pub(super) async fn run(self) -> Result<(), Failure> {
        let channel = Channel::from_shared(format!("http://{}", self.address))?.connect().await?;
        everyday(channel.clone()).await?;
        let mut rows = Vec::new();
        let mut full = None;
        for (group, text) in GROUPS {
            for case in read(text).map_err(|error| format!("sample cases `{group}`: {error}"))? {
                let verdicts = feed(channel.clone(), &case).await?;
                if case.name == SHOWN_IN_FULL {
                    full = verdicts.last().cloned();
                }
                rows.extend(rows_of(group, &case, &verdicts));
            }
        }
        output::line(table(&rows))?;
        if let Some(verdict) = full {
            let json = to_json_pretty("vouch.v1.Verdict", &verdict)?;
            output::line(format!("\nThe verdict of `{SHOWN_IN_FULL}` in full:\n{json}"))?;
        }
        let unexpected = rows.iter().filter(|row| !row.as_expected).count();
        output::line(format!(
            "\n{} claims of the sample cases, {unexpected} with another verdict than the trade expects.",
            rows.len(),
        ))?;
        output::line(format!("vouch serves on {}; stop it with Ctrl-C.", self.address))
    }
}

/// Tells the everyday business of a shop: orders that nobody claims. Without them every order would be a claim, and the
/// rates that accounts are held against would be those of a platform on fire.
async fn everyday(channel: Channel) -> Result<(), Failure> {
    let mut facts = FactServiceClient::new(channel);
    let orders: Vec<v1::Fact> = (0..EVERYDAY_ORDERS).map(everyday_order).collect();
    for told in orders.chunks(RECORD_FACTS_MAX) {
        let request = RecordFactsRequest { facts: told.to_vec() };
        let told = facts.record_facts(request).await;
        told.map_err(|status| format!("everyday orders: {status}"))?;
    }
    Ok(())
}

/// One of the orders of the 60 days before the sample cases, in turn of 4,000 accounts and 50 SKUs.
fn everyday_order(number: u32) -> v1::Fact {
    let minutes = 60 * 24 * 60 / i64::from(EVERYDAY_ORDERS) * i64::from(number);
    let seconds = CASES_AT_S - 60 * (minutes + 1);
    let placed = v1::OrderPlaced {
        order_id: format!("order-everyday-{number}"),
        account_id: format!("account-everyday-{}", number % 4_000),
        sku: format!("sku-everyday-{}", number % 50),
        sku_class: v1::SkuClass::Key.into(),
        quantity: 1,
        amount: Some(v1::Money { amount_minor: 9_800, currency_code: "CNY".to_owned() }),
        ..v1::OrderPlaced::default()
    };
    v1::Fact {
        fact_id: format!("fact-everyday-{number}"),
        occurred_at: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        body: Some(v1::fact::Body::OrderPlaced(placed)),
    }
}

async fn feed(channel: Channel, case: &Case) -> Result<Vec<Verdict>, Failure> {
    let failed = |status: tonic::Status| format!("sample case `{}`: {status}", case.name);
    if !case.facts.is_empty() {
        let request = RecordFactsRequest { facts: case.facts.clone() };
        FactServiceClient::new(channel.clone()).record_facts(request).await.map_err(failed)?;
    }
    let mut risk = RefundRiskServiceClient::new(channel);
    let mut verdicts = Vec::with_capacity(case.steps.len());
    for step in &case.steps {
        let request = ScoreRefundRequest { claim: step.claim.clone() };
        let answer = risk.score_refund(request).await.map_err(failed)?;
        verdicts.push(answer.into_inner().verdict.unwrap_or_default());
    }
    Ok(verdicts)
}

fn rows_of(group: &'static str, case: &Case, verdicts: &[Verdict]) -> Vec<Row> {
    let steps = case.steps.iter().zip(verdicts).enumerate();
    let mut rows: Vec<Row> = Vec::new();
    // The cases say what rules decide; what they leave open is the model's, and what follows from it.
    let mut is_left_to_a_model = false;
    for (index, (step, verdict)) in steps {
        is_left_to_a_model |= is_open(step) && verdict.decided_by() == v1::Layer::Model;
        let mut row = row(group, case, index, step, verdict);
        row.as_expected |= is_left_to_a_model;
        rows.push(row);
    }
    rows
}

/// Whether rules leave a claim open.
fn is_open(step: &Step) -> bool {
    let expected = step.expect.as_ref();
    expected.is_some_and(|expected| FALLBACK_REASONS.contains(&expected.reason.as_str()))
}

fn row(group: &'static str, case: &Case, index: usize, step: &Step, verdict: &Verdict) -> Row {
    let reason = verdict.reasons.first().cloned().unwrap_or_default();
    let expected = step.expect.clone().unwrap_or_default();
    let decision = Decision::from_number(verdict.decision);
    Row {
        group,
        case: if index == 0 { case.name.clone() } else { format!("  claim {}", index + 1) },
        decision: decision.map_or("?", Decision::as_str),
        paid: verdict.approved_amount.clone(),
        reason: reason.code.clone(),
        text: reason.agent_text.unwrap_or_default().en,
        as_expected: verdict.decision == expected.decision && reason.code == expected.reason,
    }
}
