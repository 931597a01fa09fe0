//! Fitting vouch's learners and writing down what came of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use linfa::ParamGuard;
use linfa::traits::Fit;
use serde::Serialize;
use vouch::models::{Ensemble, Labels, Matrix, Slice, joined};
use vouch::train::Settings;

use super::{Fault, npy};

/// The seed of all learners.
const SEED: u64 = 1;

/// The slices of a comparison.
#[derive(Debug)]
pub(crate) struct Slices {
    /// What parts are fitted on.
    pub(crate) train: Slice,
    /// What combines and calibrates them; peers are fitted on both.
    pub(crate) later: Slice,
    pub(crate) test: Slice,
}

/// A fitted learner, as `peers.py` reads of it.
#[derive(Debug, Serialize)]
struct Told {
    name: String,
    /// Its file of scores.
    file: String,
    fit_s: f64,
    #[serde(flatten)]
    more: Option<LargeFigures>,
}

/// What is told of the large fit.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct LargeFigures {
    /// The most memory of the process until the model was fitted.
    pub(crate) peak_mib: f64,
    /// A row scored, microseconds.
    pub(crate) score_us: f64,
    /// A row scored with contributions.
    pub(crate) explain_us: f64,
}

/// The results of one comparison.
#[derive(Debug)]
pub(crate) struct Results {
    folder: PathBuf,
    told: Vec<Told>,
}

impl Slices {
    /// Writes what peers are fitted and tested on.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Fault> {
        fs::create_dir_all(folder)?;
        let at = |name: &str| folder.join(name).with_extension("npy");
        npy::write_matrices(&at("fit_x"), &[&self.train.records, &self.later.records])?;
        npy::write_matrices(&at("test_x"), &[&self.test.records])?;
        let classes = |labels: &Labels| -> Vec<f64> {
            labels.fraud().iter().map(|fraud| f64::from(u8::from(*fraud))).collect()
        };
        let fitted = [classes(&self.train.targets), classes(&self.later.targets)].concat();
        npy::write_numbers(&at("fit_y"), fitted.into_iter())?;
        npy::write_numbers(&at("test_y"), classes(&self.test.targets).into_iter())
    }

    /// Fits the ensemble, as `vouch train` does.
    pub(crate) fn ensemble(&self, settings: &Settings) -> Result<(Ensemble, f64), Fault> {
        let started = Instant::now();
        let ensemble = settings.model.ensemble().fit(&self.train, &self.later, SEED)?;
        Ok((ensemble, started.elapsed().as_secs_f64()))
    }
}

impl Results {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), told: Vec::new() }
    }

    /// Writes down the scores of a learner.
    pub(crate) fn add(
        &mut self,
        name: &str,
        fit_s: f64,
        log_odds: &[f64],
        more: Option<LargeFigures>,
    ) -> Result<(), Fault> {
        let file = name.replace(' ', "-");
        let scores = log_odds.iter().map(|own| 1.0 / (1.0 + (-own).exp()));
        npy::write_numbers(&self.folder.join(&file).with_extension("npy"), scores)?;
        self.told.push(Told { name: name.to_owned(), file, fit_s, more });
        Ok(fs::write(self.folder.join("vouch.json"), serde_json::to_vec_pretty(&self.told)?)?)
    }

    /// The ensemble, then each of its parts alone, fitted on all that peers are fitted on.
    pub(crate) fn add_all(&mut self, slices: &Slices, settings: &Settings) -> Result<(), Fault> {
        let (ensemble, fit_s) = slices.ensemble(settings)?;
        let test = &slices.test.records;
        self.add("vouch ensemble", fit_s, &ensemble.log_odds(test)?, None)?;
        let all = joined(&slices.train, &slices.later)?;
        let model = settings.model.clone();
        let linear = timed(|| Ok(model.linear.params().check()?.fit(&all)?))?;
        self.add("vouch logistic", linear.1, &linear.0.log_odds(test)?, None)?;
        let boosting = timed(|| Ok(model.boosting.params().check()?.fit(&all)?))?;
        self.add("vouch boosting", boosting.1, &boosting.0.log_odds(test)?, None)?;
        let forest = timed(|| Ok(model.forest.params().check()?.fit(&all)?))?;
        self.add("vouch forest", forest.1, &forest.0.log_odds(test)?, None)
    }
}

/// What a piece of work gives, and its seconds.
fn timed<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<(T, f64), Fault> {
    let started = Instant::now();
    Ok((work()?, started.elapsed().as_secs_f64()))
}

/// A matrix in batches of some rows.
pub(crate) fn batches(of: &Matrix, rows: usize) -> Result<Vec<Matrix>, Fault> {
    let firsts = (0..of.rows().saturating_sub(rows - 1)).step_by(rows);
    let batch = |first| Ok(of.select_rows(&(first..first + rows).collect::<Vec<_>>())?);
    firsts.map(batch).collect()
}
