//! `decisions.parquet`: a row for each claim, with its verdict and every signal.

use std::collections::HashMap;
use std::path::Path;

use polars::prelude::Column;
use prost::Message;

use super::HistoryError;
use crate::domain::{Layer, RefundClaim, Timestamp};
use crate::engine::{CodecError, RecordedClaim};
use crate::signals::{Catalogue, SignalType, SignalValue};
use crate::tables::column::{IntBuilder, RealBuilder, TextBuilder, TruthBuilder};
use crate::tables::record::private::Columns;
use crate::tables::{ParquetTable, columns};
use crate::wire::WireEnum;
use crate::wire::pb::v1;

columns! {
    /// What stands in front of the signals.
    VerdictColumns, None;
    ledger_position: int,
    observed_at: time,
    request_id: text,
    decision_id: text,
    refund_id: text,
    order_id: text,
    account_id: text,
    requested_at: time,
    sku: text,
    reason: text,
    amount_minor: int,
    currency_code: text,
    decision: text,
    decided_by: text,
    approved_minor: int,
    approved_currency_code: text,
    score: real,
    reason_codes: texts,
    rule_ids: texts,
    fired: texts,
    unjudged: texts,
    degraded: texts,
    follow_up: text,
    signals_used: int,
    signals_known: int,
    vouch_version: text,
    policy_sha256: text,
    model_sha256: text,
    signals_sha256: text,
}

/// The columns in front of the signals, whose columns have the names of the catalogue. Times are UTC, amounts minor units.
pub const DECISION_COLUMNS: &[(&str, &str)] = &[
    ("ledger_position", "where the claim stands in the ledger"),
    ("observed_at", "when vouch took the claim in"),
    ("request_id", "the question"),
    ("decision_id", "the answer"),
    ("refund_id", "the refund"),
    ("order_id", "the order"),
    ("account_id", "the account that asks"),
    ("requested_at", "when the buyer asked"),
    ("sku", "what was ordered, when the order is known"),
    ("reason", "why the buyer asks"),
    ("amount_minor", "what the buyer asks for"),
    ("currency_code", "in which currency"),
    ("decision", "approve, review or reject"),
    ("decided_by", "the layer that decided"),
    ("approved_minor", "what was approved"),
    ("approved_currency_code", "in which currency"),
    ("score", "probability of abuse, when a model judged"),
    ("reason_codes", "codes of the reasons, the deciding one first"),
    ("rule_ids", "the policy entries behind the reasons"),
    ("fired", "every policy entry that fired, as `layer:entry`"),
    ("unjudged", "every policy entry that lacked a signal, as `layer:entry`"),
    ("degraded", "codes of what was missing, off or stale"),
    ("follow_up", "what to ask of the buyer"),
    ("signals_used", "signals that the policy reads"),
    ("signals_known", "those of them that had a value"),
    ("vouch_version", "the binary that judged"),
    ("policy_sha256", "the policy that judged"),
    ("model_sha256", "the model that judged"),
    ("signals_sha256", "the catalogue of signals at that time"),
];

/// A column of one signal.
#[derive(Debug)]
enum SignalBuilder {
    Int(IntBuilder),
    Real(RealBuilder),
    Truth(TruthBuilder),
    Text(TextBuilder),
}

/// All columns.
#[derive(Debug)]
pub(super) struct DecisionColumns {
    verdict: VerdictColumns,
    signals: Vec<SignalBuilder>,
}

impl Default for DecisionColumns {
    fn default() -> Self {
        let builder = |def: &crate::signals::SignalDef| match def.kind {
            SignalType::Int => SignalBuilder::Int(IntBuilder::new(def.name)),
            SignalType::Real => SignalBuilder::Real(RealBuilder::new(def.name)),
            SignalType::Truth => SignalBuilder::Truth(TruthBuilder::new(def.name)),
            SignalType::Text => SignalBuilder::Text(TextBuilder::new(def.name)),
        };
        let signals = Catalogue::get().defs().iter().map(builder).collect();
        Self { verdict: VerdictColumns::default(), signals }
    }
}

impl SignalBuilder {
    fn set(&mut self, value: &SignalValue) {
        match (self, value) {
            (Self::Int(column), SignalValue::Int(value)) => column.set(*value),
            (Self::Real(column), SignalValue::Real(value)) => column.set(*value),
            (Self::Truth(column), SignalValue::Truth(value)) => column.set(*value),
            (Self::Text(column), SignalValue::Word(_) | SignalValue::Text(_)) => {
                column.set(value.as_text().unwrap_or_default());
            }
            // A signal that had another type in an older catalogue is unknown in this one.
            (Self::Int(_) | Self::Real(_) | Self::Truth(_) | Self::Text(_), _) => {}
        }
    }

    fn pad(&mut self, rows: usize) {
        match self {
            Self::Int(column) => column.pad(rows),
            Self::Real(column) => column.pad(rows),
            Self::Truth(column) => column.pad(rows),
            Self::Text(column) => column.pad(rows),
        }
    }

    fn finish(self) -> Column {
        match self {
            Self::Int(column) => column.finish(),
            Self::Real(column) => column.finish(),
            Self::Truth(column) => column.finish(),
            Self::Text(column) => column.finish(),
        }
    }
}

impl Columns for DecisionColumns {
    fn end_row(&mut self) {
        self.verdict.end_row();
        let rows = self.verdict.rows();
        self.signals.iter_mut().for_each(|signal| signal.pad(rows));
    }

    fn take(&mut self) -> Vec<Column> {
        let signals = std::mem::take(self);
        let mut columns = { signals.verdict }.take();
        columns.extend(signals.signals.into_iter().map(SignalBuilder::finish));
        columns
    }

    fn rows(&self) -> usize {
        self.verdict.rows()
    }
}

/// Writes `decisions.parquet`.
#[derive(Debug)]
pub(super) struct Decisions {
    table: ParquetTable<DecisionColumns>,
    /// Where the signals of a catalogue stand in this one, by its digest.
    catalogues: HashMap<[u8; 32], Vec<Option<usize>>>,
}

impl Decisions {
    pub(super) fn create(path: &Path) -> Result<Self, HistoryError> {
        let ours = (0..Catalogue::get().len()).map(Some).collect();
        let catalogues = HashMap::from([(Catalogue::get().sha256(), ours)]);
        Ok(Self { table: ParquetTable::create(path)?, catalogues })
    }

    /// Whether the names of a catalogue's signals are known.
    pub(super) fn knows(&self, sha256: &[u8; 32]) -> bool {
        self.catalogues.contains_key(sha256)
    }

    /// The names of the signals of a catalogue. Signals that this binary does not know are left out.
    pub(super) fn know(&mut self, sha256: [u8; 32], names: &[String]) {
        let places = names.iter().map(|name| Catalogue::get().position(name)).collect();
        self.catalogues.insert(sha256, places);
    }

    /// Adds a claim as it is recorded. INVARIANT: the names of its catalogue are known.
    pub(super) fn add(
        &mut self,
        position: u64,
        observed_at: Timestamp,
        recorded: &RecordedClaim,
    ) -> Result<(), HistoryError> {
        let verdict = v1::Verdict::decode(recorded.verdict.as_slice()).map_err(|error| {
            HistoryError::Record { position, reason: CodecError(Box::new(error)) }
        })?;
        let places = self.catalogues.get(&recorded.signals_sha256);
        let places = places.ok_or(HistoryError::Unnamed { position })?;
        Ok(self.table.row(|columns| {
            columns.verdict.put_claim(&recorded.decided.claim, position, observed_at);
            columns.verdict.sku.set_optional(recorded.context.sku.as_ref().map(|sku| sku.as_str()));
            columns.verdict.put_verdict(recorded, &verdict);
            for (place, value) in places.iter().zip(&recorded.signals) {
                let column = place.and_then(|place| columns.signals.get_mut(place));
                if let (Some(column), Some(value)) = (column, value) {
                    column.set(value);
                }
            }
        })?)
    }

    pub(super) fn finish(self) -> Result<(), HistoryError> {
        Ok(self.table.finish()?)
    }
}

impl VerdictColumns {
    fn put_claim(&mut self, claim: &RefundClaim, position: u64, observed_at: Timestamp) {
        self.ledger_position.set_optional(i64::try_from(position).ok());
        self.observed_at.set(observed_at);
        self.request_id.set(claim.request_id.as_str());
        self.refund_id.set(claim.refund_id.as_str());
        self.order_id.set(claim.order_id.as_str());
        self.account_id.set(claim.account_id.as_str());
        self.requested_at.set(claim.requested_at);
        self.reason.set(claim.reason.as_str());
        self.amount_minor.set(claim.amount.amount_minor);
        self.currency_code.set(claim.amount.currency.as_str());
    }

    fn put_verdict(&mut self, recorded: &RecordedClaim, verdict: &v1::Verdict) {
        self.decision_id.set(&verdict.decision_id);
        self.decision.set(recorded.decided.decision.as_str());
        self.decided_by.set(recorded.decided.decided_by.as_str());
        if let Some(approved) = &recorded.decided.approved {
            self.approved_minor.set(approved.amount_minor);
            self.approved_currency_code.set(approved.currency.as_str());
        }
        self.score.set_optional(verdict.score);
        let reasons = verdict.reasons.iter();
        self.reason_codes.set(&reasons.clone().map(|r| r.code.as_str()).collect::<Vec<_>>());
        self.rule_ids.set(&reasons.map(|reason| reason.rule_id.as_str()).collect::<Vec<_>>());
        let fired = by_layer(verdict, |finding| &finding.fired);
        self.fired.set(&fired.iter().map(String::as_str).collect::<Vec<_>>());
        let unjudged = by_layer(verdict, |finding| &finding.unjudged);
        self.unjudged.set(&unjudged.iter().map(String::as_str).collect::<Vec<_>>());
        let degraded = verdict.degraded.iter().map(|degraded| degraded.code.as_str());
        self.degraded.set(&degraded.collect::<Vec<_>>());
        let follow_up = verdict.follow_up.as_ref();
        let follow_up = follow_up.and_then(|up| crate::domain::FollowUpKind::from_number(up.kind));
        self.follow_up.set_optional(follow_up.map(|kind| kind.as_str()));
        if let Some(coverage) = &verdict.coverage {
            self.signals_used.set(i64::from(coverage.signals_used));
            self.signals_known.set(i64::from(coverage.signals_known));
        }
        if let Some(versions) = &verdict.versions {
            self.vouch_version.set(&versions.vouch);
            self.policy_sha256.set(&versions.policy_sha256);
            self.model_sha256.set_optional(versions.model_sha256.as_deref());
        }
        self.signals_sha256.set(&hex::encode(recorded.signals_sha256));
    }
}

/// Entries as `layer:entry`.
fn by_layer(
    verdict: &v1::Verdict,
    entries: impl Fn(&v1::LayerFinding) -> &Vec<String>,
) -> Vec<String> {
    let of = |finding: &v1::LayerFinding| {
        let layer = Layer::from_number(finding.layer).map_or("?", Layer::as_str);
        entries(finding).iter().map(|entry| format!("{layer}:{entry}")).collect::<Vec<_>>()
    };
    verdict.layers.iter().flat_map(of).collect()
}
