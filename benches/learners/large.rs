//! A million rows of made-up claims: what fitting takes in time and memory, and scoring a row.

use std::fs;
use std::path::Path;
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vouch::models::{Column, Ensemble, Labels, Matrix, Slice, slice};
use vouch::train::Settings;

use super::Fault;
use super::own::{LargeFigures, Results, Slices, batches};

/// Rows that are only tested on.
const TEST_ROWS: usize = 50_000;
/// Rows scored together.
const BATCH: usize = 256;

/// How much there is.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Rows to fit on.
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// Features.
    #[arg(long, default_value_t = 80)]
    features: usize,
}

/// Makes rows up, fits, and scores.
pub(crate) fn run(options: &Options, mut settings: Settings, folder: &Path) -> Result<(), Fault> {
    // They name features of claims.
    settings.model.directions.clear();
    let later = share(options.rows, settings.split.later_share);
    let slices = Slices {
        train: made_up(options.rows - later, options.features, 1)?,
        later: made_up(later, options.features, 2)?,
        test: made_up(TEST_ROWS, options.features, 3)?,
    };
    slices.write(folder)?;
    let (ensemble, fit_s) = slices.ensemble(&settings)?;
    let peak_mib = peak_mib()?;
    let rows = batches(&slices.test.records, BATCH)?;
    let more = LargeFigures {
        peak_mib,
        score_us: row_us(&ensemble, &rows, false)?,
        explain_us: row_us(&ensemble, &rows, true)?,
    };
    let log_odds = ensemble.log_odds(&slices.test.records)?;
    Results::new(folder).add("vouch ensemble", fit_s, &log_odds, Some(more))
}

/// Columns of four kinds in turn: smooth, counts of which most are 0, flags, and smooth ones that are often unknown. Fraud,
/// about one row in forty, follows some of each, and some pairs.
fn made_up(rows: usize, features: usize, seed: u64) -> Result<Slice, Fault> {
    let mut log_odds = vec![-8.0_f64; rows];
    let mut columns = Vec::with_capacity(features);
    let mut before: Vec<f64> = vec![0.0; rows];
    for index in 0..features {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index as u64);
        let mut values = vec![0.0; rows];
        let mut unknown = vec![false; rows];
        for (value, unknown) in values.iter_mut().zip(&mut unknown) {
            (*value, *unknown) = drawn(index % 4, &mut rng);
        }
        if index < 24 {
            let effects = values.iter().zip(&unknown).zip(&before);
            for (own, ((value, unknown), before)) in log_odds.iter_mut().zip(effects) {
                let known = if *unknown { 0.4 } else { 0.35 * value };
                *own += known + if *before > 1.0 && *value > 0.5 { 0.5 } else { 0.0 };
            }
        }
        before.clone_from(&values);
        columns.push(Column::masked(format!("feature_{index:03}"), values, unknown));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(features as u64);
    let fraud = log_odds.iter().map(|own| rng.random::<f64>() < 1.0 / (1.0 + (-own).exp()));
    let labels = Labels::new(fraud.collect());
    Ok(slice(Matrix::new(rows, columns)?, labels)?)
}

/// A value of a kind of column, and whether it is unknown.
fn drawn(kind: usize, rng: &mut ChaCha8Rng) -> (f64, bool) {
    // About normal: the sum of six even numbers.
    let smooth = |rng: &mut ChaCha8Rng| {
        (0..6).map(|_| rng.random::<f64>() - 0.5).sum::<f64>() * 2.0_f64.sqrt()
    };
    match kind {
        0 => (smooth(rng), false),
        1 => ((-2.0 * rng.random::<f64>().max(1e-9).ln() - 1.5).max(0.0).floor(), false),
        2 => (f64::from(u8::from(rng.random::<f64>() < 0.1)), false),
        _ => (smooth(rng), rng.random::<f64>() < 0.4),
    }
}

/// The median time of a batch, by row.
fn row_us(ensemble: &Ensemble, batches: &[Matrix], explain: bool) -> Result<f64, Fault> {
    let mut times = Vec::new();
    for batch in batches {
        let started = Instant::now();
        std::hint::black_box(ensemble.score(batch, explain)?);
        times.push(started.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(median * 1e6 / real(BATCH))
}

/// The most memory that this process held so far.
fn peak_mib() -> Result<f64, Fault> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line.and_then(|line| line.split_whitespace().next()).unwrap_or("").parse()?;
    Ok(kib / 1024.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a number of rows"
)]
fn share(rows: usize, share: f64) -> usize {
    (real(rows) * share) as usize
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
fn real(count: usize) -> f64 {
    count as f64
}
