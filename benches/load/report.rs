//! Tables for people.

use comfy_table::{CellAlignment, Table, presets};

use super::sample::{Sample, median};

/// A table of measurements.
#[derive(Debug)]
pub(crate) struct Report(Table);

const HEADER: [&str; 11] = [
    "load",
    "server",
    "answers/s",
    "of echo",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "CPU us",
    "client CPU us",
    "written B",
    "refused %",
];

impl Report {
    pub(crate) fn new() -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(HEADER);
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self(table)
    }

    /// A line for each server: the median of its measurements. The ratio is the median of the pairs' ratios.
    pub(crate) fn pairs(&mut self, load: &str, echo: &[Sample], vouch: &[Sample]) {
        let ratios = echo.iter().zip(vouch).map(|(echo, vouch)| vouch.rate / echo.rate).collect();
        self.row(load, "echo", Sample::median(echo), String::new());
        self.row(load, "vouch", Sample::median(vouch), format!("{:.2}", median(ratios)));
    }

    /// A line by itself.
    pub(crate) fn alone(&mut self, load: &str, sample: Sample) {
        self.row(load, "vouch", sample, String::new());
    }

    fn row(&mut self, load: &str, server: &str, sample: Sample, ratio: String) {
        self.0.add_row([
            load.to_owned(),
            server.to_owned(),
            format!("{:.0}", sample.rate),
            ratio,
            format!("{:.2}", sample.p50_ms),
            format!("{:.2}", sample.p99_ms),
            format!("{:.2}", sample.p999_ms),
            format!("{:.0}", sample.cpu_us),
            format!("{:.0}", sample.client_cpu_us),
            format!("{:.0}", sample.written_bytes),
            format!("{:.1}", sample.refused * 100.0),
        ]);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.trim_fmt())
    }
}
