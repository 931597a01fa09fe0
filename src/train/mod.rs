//! From history to a model: `vouch train`, `vouch evaluate` and `vouch drift`, offline.
//!
//! ```text
//! decisions.parquet + outcomes.parquet (of a replay or an export; several folders)
//!    -> history     one claim for each refund, and what was reported of it
//!    -> labels      outcomes that have matured; the latest stands; never what vouch answered
//!    -> split       by the time of claims: fit | calibrate | gap | test
//!    -> pipeline    features, parts, combination, calibration -> artifact
//!    -> evaluation  figures on the last slice, which nothing was fitted on -> metrics.json, report.html, MODEL_CARD.md
//! ```
//!
//! * **A row is a refund, at its first claim.** That is where a model decides. A request that is repeated has the label of
//!   the first one, and its signals already know the answer to it; it is left out, so that each refund weighs once.
//! * **As of a day.** The model is fitted with the labels that had matured when the test begins, as if it had been trained
//!   that day; claims of the gap before are not used, as mostly the fast kind of their labels is there. The test uses all
//!   labels that are known at the end of the history, and likewise leaves its last claims out.
//! * **Same history, settings, features and seed: same bytes.** Nothing here reads a clock; a version is made of the day
//!   of the last label and a digest of all inputs.

mod cost;
mod curve;
mod drift;
mod error;
mod evaluation;
mod examples;
mod history;
mod label;
mod number;
mod pipeline;
mod report;
mod segment;
mod settings;
mod signal;
mod split;

#[cfg(test)]
mod tests;

pub use drift::{Drift, DriftLine, MOVED_FROM, Movement, STABLE_BELOW, drift};
pub use error::TrainError;
pub use evaluation::{Evaluation, evaluate};
pub use history::History;
pub use label::Label;
pub use pipeline::{Order, Stage, Trained, slices, train, version};
pub use report::{html, model_card};
pub use settings::{CostSettings, Settings};
pub use signal::{SignalStrength, signal_strengths};

/// The settings of `vouch train` with their defaults.
pub const SHIPPED_SETTINGS: &str = include_str!("../../config/train.toml");
