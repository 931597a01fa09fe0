//! Where the time of a claim goes: what the server measures of itself, in production too, at chosen sizes of batches.

use std::path::Path;
use std::sync::Arc;

use comfy_table::{CellAlignment, Table, presets};
use vouch::engine::{STAGE_SECONDS, Stage};

use super::answer::Checker;
use super::claims::Claims;
use super::closed::{self, Shape};
use super::counters::Counters;
use super::open;
use super::options::Options;
use super::output::{Fault, line};
use super::run::{VERDICTS, mean_batch};
use super::server::Server;
use super::target::Target;

/// The most that is worked on together, and a load that makes batches of that size: as many again wait meanwhile.
const SIZES: [(usize, Shape); 3] = [
    (1, Shape { connections: 1, streams: 1 }),
    (16, Shape { connections: 2, streams: 16 }),
    (256, Shape { connections: 32, streams: 16 }),
];

/// Starts the server once for each size, on the ledger that is there, and prints a table of them.
pub(crate) async fn print(
    options: &Options,
    history: &Path,
    folder: &Path,
    claims: &Arc<Claims>,
) -> Result<(), Fault> {
    let mut columns = Vec::new();
    for (batch_max, shape) in SIZES {
        let limits = format!("[engine]\nbatch_max = {batch_max}\nwaiting_max_ms = 600000\n");
        let server = Arc::new(Server::vouch(options, history, folder, &limits)?);
        let checker = Arc::new(Checker::new(true));
        let target = Target { server, claims: Arc::clone(claims), checker };
        open::settle(&target).await?;
        let before = Counters::of(&target.server)?;
        let sample = closed::unary(&target, shape, options.seconds).await?;
        let after = Counters::of(&target.server)?;
        let head = format!("batches of {:.0}", mean_batch(&before, &after));
        columns.push((head, sample.rate, column(&before, &after)));
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([&["us of a claim in".to_owned()], heads(&columns).as_slice()].concat());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (place, stage) in Stage::ALL.into_iter().enumerate() {
        let cells = columns.iter().map(|(_, _, us)| us.get(place).copied().unwrap_or_default());
        table.add_row(row(stage.name(), cells, 1));
    }
    table.add_row(row("answers/s", columns.iter().map(|(_, rate, _)| *rate), 0));
    line(format!("\n{}\n", table.trim_fmt()))
}

fn heads(columns: &[(String, f64, Vec<f64>)]) -> Vec<String> {
    columns.iter().map(|(head, _, _)| head.clone()).collect()
}

fn row(name: &str, cells: impl Iterator<Item = f64>, digits: usize) -> Vec<String> {
    let cells = cells.map(|cell| format!("{cell:.digits$}"));
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// Microseconds that each stage took for a claim between two moments.
fn column(before: &Counters, after: &Counters) -> Vec<f64> {
    Stage::ALL.map(|stage| us(before, after, stage)).to_vec()
}

/// Microseconds that a stage took for a claim between two moments.
pub(crate) fn us(before: &Counters, after: &Counters, stage: Stage) -> f64 {
    let claims = (after.total(VERDICTS) - before.total(VERDICTS)).max(1.0);
    let sums = format!("{STAGE_SECONDS}_sum");
    let label = format!("{{stage=\"{}\"}}", stage.name());
    let spent = |counters: &Counters| {
        counters.series(&sums).filter(|(labels, _)| *labels == label).map(|(_, s)| s).sum::<f64>()
    };
    (spent(after) - spent(before)) * 1e6 / claims
}
