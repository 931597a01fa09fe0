//! Day by day.

use std::io;
use std::path::{Path, PathBuf};

use super::draw::{real, size, whole};
use super::geo_files;
use super::knobs::Knobs;
use super::summary::Summary;
use super::timeline::Record;
use super::truth::TruthColumns;
use super::world::World;
use crate::domain::{DAY_MS, Fact, RefundClaim, Timestamp};
use crate::tables::{Format, ParquetTable, PartialFile, TableError, TableWriter, publish};

/// The name of the file with the truth.
pub const TRUTH_FILE: &str = "truth.parquet";

/// Why a simulation cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A file of records.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A geo file.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// A geo file that cannot be made.
    #[error("the geo files cannot be made")]
    Geo(#[from] mmdb_writer::Error),
}

/// Simulates, and writes into a folder that exists: `facts` and `claims` in each of the formats, `truth.parquet` and three
/// geo files. Each file appears when it is whole, all of them at the end. `progress` is told of the orders so far.
///
/// # Errors
/// A file cannot be written; none of this run is left then, but what an earlier run left is.
pub fn simulate(
    knobs: &Knobs,
    folder: &Path,
    formats: &[Format],
    mut progress: impl FnMut(u64),
) -> Result<Summary, SimulateError> {
    let mut output = Output::create(folder, formats)?;
    let mut world = World::new(knobs);
    let days = i64::try_from(knobs.size.days).unwrap_or(i64::MAX);
    let weights: Vec<f64> = (0..days).map(|day| weight(knobs, day)).collect();
    let total: f64 = weights.iter().sum();
    let (mut passed, mut placed) = (0.0, 0);
    for (day, weight) in (0..days).zip(weights) {
        passed += weight;
        world.day = day;
        world.catalogue.open(day);
        world.trouble();
        let orders = size(usize::try_from(knobs.size.orders).unwrap_or(usize::MAX));
        let due = u64::try_from(whole(orders * passed / total)).unwrap_or_default();
        while placed < due {
            // Somebody always orders, but for one who finds nothing to take over.
            placed += world.next_orders();
        }
        let start = world.start + day * DAY_MS;
        for pending in world.timeline.close(start) {
            output.write(Timestamp::from_ms(pending.at), &pending.record, &mut world)?;
        }
        progress(placed.min(knobs.size.orders));
    }
    world.summary.accounts = u64::try_from(world.accounts.len()).unwrap_or(u64::MAX);
    let geo = geo_files::write(folder, knobs.size.start)?;
    publish(output.close()?.into_iter().chain(geo))?;
    Ok(world.summary)
}

/// How busy a day is: weekends, seasons, sales, and some growth.
fn weight(knobs: &Knobs, day: i64) -> f64 {
    let orders = &knobs.orders;
    let days_since_1970 = knobs.size.start.ms().div_euclid(DAY_MS) + day;
    // 1970-01-01 was a Thursday.
    let is_weekend = (days_since_1970 + 3).rem_euclid(7) >= 5;
    let week = if is_weekend { orders.weekend_factor } else { 1.0 };
    let year = std::f64::consts::TAU * real(days_since_1970 + 40) / 365.25;
    let season = 1.0 + orders.season_amplitude * year.cos();
    let sale = if day % 45 == 17 { orders.sale_factor } else { 1.0 };
    week * season * sale * (1.0 + 0.0008 * real(day))
}

/// The files that are being written.
struct Output {
    facts: Vec<TableWriter<Fact>>,
    claims: Vec<TableWriter<RefundClaim>>,
    truth: ParquetTable<TruthColumns>,
}

impl Output {
    fn create(folder: &Path, formats: &[Format]) -> Result<Self, SimulateError> {
        let path = |name: &str, format: &Format| folder.join(format!("{name}.{format}"));
        let facts = formats.iter().map(|format| TableWriter::create(&path("facts", format)));
        let claims = formats.iter().map(|format| TableWriter::create(&path("claims", format)));
        Ok(Self {
            facts: facts.collect::<Result<_, _>>()?,
            claims: claims.collect::<Result<_, _>>()?,
            truth: ParquetTable::create(&folder.join(TRUTH_FILE))?,
        })
    }

    fn write(
        &mut self,
        at: Timestamp,
        record: &Record,
        world: &mut World<'_>,
    ) -> Result<(), TableError> {
        match record {
            Record::Fact(fact) => {
                world.summary.count_fact(&fact.body);
                self.facts.iter_mut().try_for_each(|file| file.write(at, fact))
            }
            Record::Claim(claim) => {
                world.summary.claims += 1;
                self.claims.iter_mut().try_for_each(|file| file.write(at, claim))
            }
            Record::Truth(truth) => {
                world.summary.count_truth(truth, world.end);
                self.truth.row(|columns| columns.put(truth))
            }
        }
    }

    fn close(self) -> Result<Vec<PartialFile>, TableError> {
        let facts = self.facts.into_iter().map(TableWriter::close);
        let claims = self.claims.into_iter().map(TableWriter::close);
        facts.chain(claims).chain([self.truth.close()]).collect()
    }
}
