//! Data for tests: small, seeded, with a known cause of fraud.

use rand::RngExt;

use super::labels::{Labels, Slice, slice};
use super::matrix::{Column, Matrix};
use super::random::stream;
use super::real::sigmoid;

/// Rows of five columns: fraud follows `amount` and `risk`, `sometimes` is unknown in a third of the rows and more often so
/// in fraud, `noise` and `level` (constant) say nothing.
pub(super) fn claims(rows: usize, seed: u64) -> Slice {
    let mut rng = stream(seed, 0);
    let mut columns: [Vec<Option<f64>>; 5] = Default::default();
    let mut fraud = Vec::with_capacity(rows);
    for _ in 0..rows {
        let mut normal = || (0..6).map(|_| rng.random::<f64>() - 0.5).sum::<f64>() * 2.0_f64.sqrt();
        let (amount, risk, noise, sometimes) = (normal(), normal(), normal(), normal());
        let log_odds = -3.0 + 1.5 * amount + 2.0 * f64::from(u8::from(risk > 1.0 && amount > 0.0));
        let is_fraud = rng.random::<f64>() < sigmoid(log_odds);
        let hidden = rng.random::<f64>() < if is_fraud { 0.6 } else { 0.3 };
        let values =
            [Some(amount), Some(risk), (!hidden).then_some(sometimes), Some(noise), Some(3.0)];
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        fraud.push(is_fraud);
    }
    let names = ["amount", "risk", "sometimes", "noise", "level"];
    let columns = names.into_iter().zip(columns);
    let columns = columns.map(|(name, values)| Column::optional(name, values)).collect();
    slice(Matrix::new(rows, columns).unwrap(), Labels::new(fraud)).unwrap()
}
