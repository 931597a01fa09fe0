//! From a history to an artifact.

use std::collections::BTreeMap;

use linfa::ParamGuard;
use linfa::traits::Fit;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::TrainError;
use super::drift::score_matrix;
use super::evaluation::{Evaluation, evaluate_on};
use super::examples::{labels, signals};
use super::history::{History, Refund};
use super::number::long;
use super::report::{html, model_card};
use super::settings::Settings;
use super::split::{Example, Split, split, unlabelled};
use crate::domain::Timestamp;
use crate::models::metrics::Profile;
use crate::models::{Anomaly, Ensemble, Labels, Model, Slice, slice};
use crate::scoring::{
    Artifact, Body, FORMAT, FeatureDefs, FeatureSet, LabelNote, LoadedModel, Manifest, ModelKind,
    RefitNote, ScoreProfile, SignalNeed, SplitNote, TimeText,
};

/// Bins of the profile.
const PROFILE_BINS: usize = 10;
/// Claims of the profile at most, evenly spaced.
const PROFILE_CLAIMS_MAX: usize = 50_000;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Order {
    /// Name of the model.
    pub name: String,
    /// The features.
    pub features: FeatureDefs,
    /// The settings.
    pub settings: Settings,
    /// Where chance starts from.
    pub seed: u64,
    /// Whether labels are used.
    pub kind: ModelKind,
}

/// Where the training is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Claims of this slice are read and become features.
    Reads(&'static str, usize),
    /// The parts are fitted.
    Fits,
    /// The profile is taken.
    Profiles,
    /// The last slice is scored.
    Tests,
    /// The report is written.
    Reports,
}

/// What came of it.
#[derive(Debug)]
pub struct Trained {
    /// The files.
    pub artifact: Artifact,
    /// The figures on the last slice; none without labels to test on.
    pub evaluation: Option<Evaluation>,
}

/// The version that a model would have: the day until which it was trained, and a digest of all that it is made from.
///
/// # Errors
/// The history has too few labels.
pub fn version(history: &History, order: &Order) -> Result<String, TrainError> {
    Ok(version_of(history, order, trained_until(order, &plan(history, order)?)))
}

/// Trains a model. `tell` is called before each stage.
///
/// # Errors
/// The history has too few labels or lacks a signal, or the learners refuse.
pub fn train(
    history: &History,
    order: &Order,
    mut tell: impl FnMut(Stage),
) -> Result<Trained, TrainError> {
    let plan = plan(history, order)?;
    let (features, model) = match order.kind {
        ModelKind::Supervised => fit(history, order, &plan, &mut tell)?,
        ModelKind::Unsupervised => fit_unlabelled(history, order, &plan, &mut tell)?,
    };
    tell(Stage::Profiles);
    let mut parts = parts(&features, model)?;
    let mut manifest = manifest(history, order, &plan, &features);
    // The profile of the scores needs the model, and the report the whole: sealed three times, kept once.
    let loaded = sealed(&manifest, &parts)?;
    parts.insert("profile.bin".to_owned(), profile(history, &loaded, &plan)?);
    let loaded = sealed(&manifest, &parts)?;
    manifest.weights = weights(&loaded);
    tell(Stage::Tests);
    let mut evaluation = None;
    if !plan.test.is_empty() {
        let range = (plan.test_from, plan.test_until);
        let found = evaluate_on(&loaded, history, &order.settings, &plan.test, range)?;
        manifest.metrics = headline(&found);
        evaluation = Some(found);
    }
    tell(Stage::Reports);
    if let Some(found) = &evaluation {
        parts.insert("metrics.json".to_owned(), json("metrics.json", found)?);
        parts.insert("report.html".to_owned(), html(found)?.into_bytes());
    }
    let card = model_card(&manifest, evaluation.as_ref());
    parts.insert("MODEL_CARD.md".to_owned(), card.into_bytes());
    Ok(Trained { artifact: Artifact::seal(manifest, parts)?, evaluation })
}

/// Which claims are used for what.
fn plan<'a>(history: &'a History, order: &Order) -> Result<Split<'a>, TrainError> {
    match order.kind {
        ModelKind::Supervised => split(history, &order.settings),
        ModelKind::Unsupervised => Ok(unlabelled(history, &order.settings)),
    }
}

fn fit(
    history: &History,
    order: &Order,
    plan: &Split<'_>,
    tell: &mut impl FnMut(Stage),
) -> Result<(FeatureSet, Model), TrainError> {
    tell(Stage::Reads("training", plan.train.len()));
    let (features, train) = train_slice(history, order, plan)?;
    tell(Stage::Reads("calibration", plan.later.len()));
    let later = slice_of(history, &features, &plan.later)?;
    tell(Stage::Fits);
    let ensemble: Ensemble = order.settings.model.ensemble().fit(&train, &later, order.seed)?;
    Ok((features, Model::Supervised(Box::new(ensemble))))
}

/// What the learners see: the slice that parts are fitted on, the one that combines and calibrates them, and the one that
/// is only tested on. For those who would compare them with others.
///
/// # Errors
/// The history has too few labels or lacks a signal.
pub fn slices(history: &History, order: &Order) -> Result<[Slice; 3], TrainError> {
    let plan = split(history, &order.settings)?;
    let (features, train) = train_slice(history, order, &plan)?;
    let later = slice_of(history, &features, &plan.later)?;
    Ok([train, later, slice_of(history, &features, &plan.test)?])
}

/// The slice that parts are fitted on, and the features with what they learned from it.
fn train_slice(
    history: &History,
    order: &Order,
    plan: &Split<'_>,
) -> Result<(FeatureSet, Slice), TrainError> {
    let table = signals(history, &plan.train, &order.features)?;
    let labels = labels(&plan.train)?;
    let features = order.features.clone().fit(&table, &labels)?;
    let train = slice(features.of_table(&table)?.matrix, labels)?;
    Ok((features, train))
}

fn slice_of(
    history: &History,
    features: &FeatureSet,
    examples: &[Example<'_>],
) -> Result<Slice, TrainError> {
    let table = signals(history, examples, features.defs())?;
    Ok(slice(features.of_table(&table)?.matrix, labels(examples)?)?)
}

/// Encodings have nothing to learn without labels: every word has the same share.
fn fit_unlabelled(
    history: &History,
    order: &Order,
    plan: &Split<'_>,
    tell: &mut impl FnMut(Stage),
) -> Result<(FeatureSet, Model), TrainError> {
    let anomaly = &order.settings.model.anomaly;
    let all = history.between(history.first_claim_at(), plan.later_until);
    let some = spaced(all, anomaly.rows_max);
    tell(Stage::Reads("training", some.len()));
    let names: Vec<&str> = order.features.signals().map(|def| def.name).collect();
    let table = history.table(&some, &names)?;
    let none = Labels::new(vec![false; some.len()]);
    let features = order.features.clone().fit(&table, &none)?;
    let slice = slice(features.of_table(&table)?.matrix, none)?;
    tell(Stage::Fits);
    let fitted: Anomaly = anomaly.clone().params().check()?.fit(&slice)?;
    Ok((features, Model::Unsupervised(Box::new(fitted))))
}

/// At most so many, evenly spaced.
fn spaced(all: &[Refund], most: usize) -> Vec<&Refund> {
    all.iter().step_by(all.len().div_ceil(most.max(1)).max(1)).collect()
}

/// How features and scores of all claims, labelled or not, were distributed when the model was calibrated.
fn profile(
    history: &History,
    model: &LoadedModel,
    plan: &Split<'_>,
) -> Result<Vec<u8>, TrainError> {
    let claims = history.between(plan.later_from, plan.later_until);
    let names: Vec<&str> = model.features().defs().signals().map(|def| def.name).collect();
    let table = history.table(&spaced(claims, PROFILE_CLAIMS_MAX), &names)?;
    let matrix = model.features().of_table(&table)?.matrix;
    profile_of(model, &matrix)
}

fn profile_of(model: &LoadedModel, matrix: &crate::models::Matrix) -> Result<Vec<u8>, TrainError> {
    let scores = Profile::of(&score_matrix(model, matrix)?, PROFILE_BINS)?;
    let profile = ScoreProfile { features: Profile::of(matrix, PROFILE_BINS)?, scores };
    postcard("profile.bin", &profile)
}

fn parts(features: &FeatureSet, model: Model) -> Result<BTreeMap<String, Vec<u8>>, TrainError> {
    let empty = crate::models::Matrix::new(0, Vec::new())?;
    let nothing = Profile::of(&empty, PROFILE_BINS)?;
    let profile = ScoreProfile { features: nothing.clone(), scores: nothing };
    Ok(BTreeMap::from([
        ("features.toml".to_owned(), features.defs().source().as_bytes().to_vec()),
        ("encodings.json".to_owned(), json("encodings.json", features.tables())?),
        ("model.bin".to_owned(), postcard("model.bin", &Body { model })?),
        ("profile.bin".to_owned(), postcard("profile.bin", &profile)?),
    ]))
}

/// The model as it will be read.
fn sealed(
    manifest: &Manifest,
    parts: &BTreeMap<String, Vec<u8>>,
) -> Result<LoadedModel, TrainError> {
    Ok(LoadedModel::new(&Artifact::seal(manifest.clone(), parts.clone())?)?)
}

fn manifest(history: &History, order: &Order, plan: &Split<'_>, features: &FeatureSet) -> Manifest {
    let (settings, trained_until) = (&order.settings, trained_until(order, plan));
    let words = |labels: &std::collections::BTreeSet<crate::domain::OutcomeLabel>| {
        labels.iter().map(|label| label.as_str().to_owned()).collect()
    };
    Manifest {
        format: FORMAT,
        name: order.name.clone(),
        version: version_of(history, order, trained_until),
        kind: order.kind,
        vouch: env!("CARGO_PKG_VERSION").to_owned(),
        seed: order.seed,
        data: history.range(),
        trained_until: TimeText(trained_until),
        labels: LabelNote {
            positive: words(&settings.labels.positive),
            negative: words(&settings.labels.negative),
            maturity_d: settings.labels.maturity_d,
            audit_share: settings.labels.audit_share,
        },
        split: note(order, plan),
        signals: features.defs().signals().map(SignalNeed::of).collect(),
        features: features.defs().names(),
        weights: BTreeMap::new(),
        metrics: BTreeMap::new(),
        settings: serde_json::to_value(settings).unwrap_or_default(),
        parts: BTreeMap::new(),
    }
}

fn note(order: &Order, plan: &Split<'_>) -> SplitNote {
    let rows = |examples: &[Example<'_>]| {
        let frauds = examples.iter().filter(|example| example.label.fraud).count();
        [long(examples.len()), long(frauds)]
    };
    let both = [plan.train.as_slice(), &plan.later].concat();
    let refits =
        order.kind == ModelKind::Supervised && order.settings.model.ensemble().refits(both.len());
    let until = TimeText(plan.later_until);
    SplitNote {
        refit: refits.then(|| RefitNote { until, rows: rows(&both) }),
        later_from: TimeText(plan.later_from),
        later_until: TimeText(plan.later_until),
        test_from: TimeText(plan.test_from),
        test_until: TimeText(plan.test_until),
        train_rows: rows(&plan.train),
        later_rows: rows(&plan.later),
        test_rows: rows(&plan.test),
    }
}

/// When the last label took effect that is fitted on; without labels, when the last claim was made.
fn trained_until(order: &Order, plan: &Split<'_>) -> Timestamp {
    match order.kind {
        ModelKind::Unsupervised => plan.later_until,
        ModelKind::Supervised => {
            let fitted = plan.train.iter().chain(&plan.later);
            let last = fitted.map(|example| example.label.effective_at).max();
            last.unwrap_or(plan.later_until)
        }
    }
}

fn version_of(history: &History, order: &Order, trained_until: Timestamp) -> String {
    let mut hash = Sha256::new();
    let settings = serde_json::to_string(&order.settings).unwrap_or_default();
    let kind = format!("{:?}", order.kind);
    let seed = order.seed.to_string();
    let data = history.range().sha256;
    let format = FORMAT.to_string();
    let inputs = [
        env!("CARGO_PKG_VERSION"),
        &format,
        &order.name,
        &kind,
        &seed,
        &data,
        &settings,
        order.features.source(),
    ];
    for input in inputs {
        hash.update(input);
        // What one input ends with is not what the next begins with.
        hash.update([0]);
    }
    let digest = hex::encode(hash.finalize());
    let day: String = trained_until.to_string().chars().take(10).collect();
    format!("{day}-{}", digest.get(..8).unwrap_or_default())
}

/// What each part of the model counts.
fn weights(model: &LoadedModel) -> BTreeMap<String, f64> {
    match model.model() {
        Model::Supervised(ensemble) => {
            let weights = ensemble.weights().iter();
            weights.map(|(part, weight)| (part.name().to_owned(), *weight)).collect()
        }
        Model::Unsupervised(_) => BTreeMap::from([("anomaly".to_owned(), 1.0)]),
    }
}

/// The main figures, for the manifest.
fn headline(of: &Evaluation) -> BTreeMap<String, f64> {
    let calibration = of.calibration.as_ref();
    let figures = [
        ("average_precision", of.ranking.average_precision),
        ("roc_auc", of.ranking.roc_auc),
        ("recall_at_fpr_1_percent", of.ranking.recall_at_fpr_1_percent),
        ("recall_at_fpr_01_percent", of.ranking.recall_at_fpr_01_percent),
        ("base_rate", Some(of.base_rate)),
        ("brier", calibration.and_then(|figures| figures.brier)),
        ("calibration_error", calibration.and_then(|figures| figures.error)),
    ];
    figures.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn json(part: &'static str, value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, TrainError> {
    let encoded = serde_json::to_vec_pretty(value);
    encoded.map_err(|error| TrainError::Encode { part, reason: error.to_string() })
}

fn postcard(part: &'static str, value: &impl Serialize) -> Result<Vec<u8>, TrainError> {
    let encoded = postcard::to_allocvec(value);
    encoded.map_err(|error| TrainError::Encode { part, reason: error.to_string() })
}
