//! What an operator watches of the engine.

/// Requests refused because the queue was full.
pub const SHED_TOTAL: &str = "vouch_engine_shed_total";
/// Requests per micro-batch.
pub const BATCH_REQUESTS: &str = "vouch_engine_batch_requests";
/// Requests that waited when a micro-batch was taken.
pub const QUEUE_DEPTH: &str = "vouch_engine_queue_depth";
/// Verdicts given, by `decision` and `layer`.
pub const VERDICTS_TOTAL: &str = "vouch_verdicts_total";
/// Facts recorded, duplicates not counted.
pub const FACTS_TOTAL: &str = "vouch_facts_total";

/// Findings told, by `kind`.
pub const FINDINGS_TOTAL: &str = "vouch_findings_total";

pub(super) fn shed() {
    metrics::counter!(SHED_TOTAL).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "batches and queues are small")]
pub(super) fn batch(requests: usize, waiting: usize) {
    metrics::histogram!(BATCH_REQUESTS).record(requests as f64);
    metrics::gauge!(QUEUE_DEPTH).set(waiting as f64);
}

pub(super) fn verdict(decision: &'static str, layer: &'static str) {
    metrics::counter!(VERDICTS_TOTAL, "decision" => decision, "layer" => layer).increment(1);
}

pub(super) fn finding(kind: &'static str) {
    metrics::counter!(FINDINGS_TOTAL, "kind" => kind).increment(1);
}

pub(super) fn facts(recorded: u64) {
    metrics::counter!(FACTS_TOTAL).increment(recorded);
}
