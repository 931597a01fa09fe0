//! What an operator watches of the engine.

use super::core::Setup;

/// Requests refused because too many waited, or would have for too long.
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

/// Claims that a model failed on, by `model`.
pub const MODEL_FAILURES_TOTAL: &str = "vouch_model_failures_total";

/// The population stability index of a model's scores of the last whole days against those of its training, by `model`
/// and `model_version`: of the tenant that claimed last. From a quarter on they have moved.
pub const MODEL_DRIFT_PSI: &str = "vouch_model_drift_psi";

/// 1 for what is at work now and 0 for what was before, by `policy`, `config` (SHA-256), `model` and `model_version`.
pub const SETUP_INFO: &str = "vouch_setup_info";

/// Says that a setup is at work, or no more.
pub(super) fn live(setup: &Setup, is_live: bool) {
    let model = setup.models.champion.as_deref();
    let (name, version) = model.map_or(("none", "none"), |model| (model.name(), model.version()));
    let (policy, config) = (&setup.versions.policy_sha256, &setup.versions.config_sha256);
    let labels = [
        ("policy", policy.clone()),
        ("config", config.clone()),
        ("model", name.to_owned()),
        ("model_version", version.to_owned()),
    ];
    metrics::gauge!(SETUP_INFO, &labels).set(if is_live { 1.0 } else { 0.0 });
}

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

pub(super) fn model_failed(model: &str) {
    metrics::counter!(MODEL_FAILURES_TOTAL, "model" => model.to_owned()).increment(1);
}

pub(super) fn model_drift(model: &str, version: &str, psi: f64) {
    let labels = [("model", model.to_owned()), ("model_version", version.to_owned())];
    metrics::gauge!(MODEL_DRIFT_PSI, &labels).set(psi);
}

pub(super) fn finding(kind: &'static str) {
    metrics::counter!(FINDINGS_TOTAL, "kind" => kind).increment(1);
}

pub(super) fn facts(recorded: u64) {
    metrics::counter!(FACTS_TOTAL).increment(recorded);
}
