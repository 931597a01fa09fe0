//! The protocol of the Fraud Detection Handbook (Y.-A. Le Borgne et al., chapters 3 and 5): seven days to learn from, seven
//! days in which labels arrive, seven days of test, without the cards that are known as defrauded by then.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude::{
    DataFrame, DataType, LazyFrame, PlRefPath, ScanArgsParquet, SortMultipleOptions,
};
use vouch::models::{Column, Labels, Matrix, Slice, select, slice};
use vouch::train::Settings;

use super::own::{Results, Slices};
use super::{Fault, npy};

/// The first days of training, counted from 2018-04-01, which is what `TX_TIME_DAYS` counts from.
const FOLDS: [(&str, i64); 4] = [("07-25", 115), ("08-01", 122), ("08-08", 129), ("08-15", 136)];
/// Days of training, of delay, and of test.
const WEEK: i64 = 7;
const FEATURES: [&str; 15] = [
    "TX_AMOUNT",
    "TX_DURING_WEEKEND",
    "TX_DURING_NIGHT",
    "CUSTOMER_ID_NB_TX_1DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW",
    "CUSTOMER_ID_NB_TX_7DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW",
    "CUSTOMER_ID_NB_TX_30DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW",
    "TERMINAL_ID_NB_TX_1DAY_WINDOW",
    "TERMINAL_ID_RISK_1DAY_WINDOW",
    "TERMINAL_ID_NB_TX_7DAY_WINDOW",
    "TERMINAL_ID_RISK_7DAY_WINDOW",
    "TERMINAL_ID_NB_TX_30DAY_WINDOW",
    "TERMINAL_ID_RISK_30DAY_WINDOW",
];

/// Where the data is.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The transactions with the Handbook's features, as Parquet.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
}

/// Writes the folds and fits on each.
pub(crate) fn run(options: &Options, mut settings: Settings, folder: &Path) -> Result<(), Fault> {
    // They name features of claims.
    settings.model.directions.clear();
    let transactions = Transactions::read(&options.data)?;
    for (name, start) in FOLDS {
        let folder = folder.join(name);
        let (slices, tested) = transactions.fold(start, settings.split.later_share)?;
        slices.write(&folder)?;
        let picked = |of: &[i64]| -> Vec<f64> {
            tested.iter().filter_map(|row| of.get(*row)).map(|value| real(*value)).collect()
        };
        npy::write_numbers(&folder.join("test_card.npy"), picked(&transactions.card).into_iter())?;
        npy::write_numbers(&folder.join("test_day.npy"), picked(&transactions.day).into_iter())?;
        Results::new(&folder).add_all(&slices, &settings)?;
    }
    Ok(())
}

/// All transactions, in order of time.
struct Transactions {
    all: Slice,
    card: Vec<i64>,
    day: Vec<i64>,
}

impl Transactions {
    fn read(path: &Path) -> Result<Self, Fault> {
        let scan =
            LazyFrame::scan_parquet(PlRefPath::try_from_path(path)?, ScanArgsParquet::default())?;
        let by = ["TX_DATETIME", "TRANSACTION_ID"];
        let frame = scan.sort(by, SortMultipleOptions::default()).collect()?;
        let columns = FEATURES.iter().map(|name| {
            let values = numbers(&frame, name)?;
            Ok(Column::known(*name, values))
        });
        let matrix = Matrix::new(frame.height(), columns.collect::<Result<_, Fault>>()?)?;
        let fraud = numbers(&frame, "TX_FRAUD")?.iter().map(|fraud| *fraud > 0.5).collect();
        let all = slice(matrix, Labels::new(fraud))?;
        Ok(Self { all, card: whole(&frame, "CUSTOMER_ID")?, day: whole(&frame, "TX_TIME_DAYS")? })
    }

    /// The slices of the fold that starts on a day, and the rows that it is tested on.
    fn fold(&self, start: i64, later_share: f64) -> Result<(Slices, Vec<usize>), Fault> {
        let fitted = self.between(start, start + WEEK);
        let mut known: BTreeSet<i64> = self.defrauded(&fitted).collect();
        let mut tested = Vec::new();
        for day in 0..WEEK {
            // The label of a fraud takes a week to arrive.
            let arrived = start + WEEK + day - 1;
            known.extend(self.defrauded(&self.between(arrived, arrived + 1)));
            let today = start + 2 * WEEK + day;
            let rows = self.between(today, today + 1).into_iter();
            let is_new =
                |row: &usize| self.card.get(*row).is_some_and(|card| !known.contains(card));
            tested.extend(rows.filter(is_new));
        }
        let later = share(fitted.len(), later_share);
        let (train, later) = fitted.split_at(fitted.len() - later);
        let of = |rows: &[usize]| select(&self.all, rows);
        let slices = Slices { train: of(train)?, later: of(later)?, test: of(&tested)? };
        Ok((slices, tested))
    }

    /// The rows from one day to before another.
    fn between(&self, from: i64, until: i64) -> Vec<usize> {
        let days = self.day.iter().enumerate();
        days.filter(|(_, day)| (from..until).contains(*day)).map(|(row, _)| row).collect()
    }

    /// The cards of the frauds among rows.
    fn defrauded<'a>(&'a self, rows: &'a [usize]) -> impl Iterator<Item = i64> + 'a {
        let fraud = self.all.targets.fraud();
        let frauds = rows.iter().filter(|row| fraud.get(**row) == Some(&true));
        frauds.filter_map(|row| self.card.get(*row).copied())
    }
}

fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<f64>, Fault> {
    let column = frame.column(name)?.cast(&DataType::Float64)?;
    Ok(column.f64()?.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

fn whole(frame: &DataFrame, name: &str) -> Result<Vec<i64>, Fault> {
    let column = frame.column(name)?.cast(&DataType::Int64)?;
    Ok(column.i64()?.iter().map(Option::unwrap_or_default).collect())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of some thousand rows"
)]
fn share(rows: usize, share: f64) -> usize {
    (rows as f64 * share) as usize
}

#[expect(clippy::cast_precision_loss, reason = "days and numbers of cards")]
fn real(value: i64) -> f64 {
    value as f64
}
