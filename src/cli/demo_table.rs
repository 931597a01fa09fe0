//! The demo's table.

use comfy_table::{CellAlignment, Table, presets};

use crate::domain::{Currency, Money};
use crate::wire::pb::v1;

/// One claim of a sample case.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) group: &'static str,
    pub(super) case: String,
    pub(super) decision: &'static str,
    pub(super) paid: Option<v1::Money>,
    pub(super) reason: String,
    pub(super) text: String,
    pub(super) as_expected: bool,
}

/// The rows as a table, one line each, with a heading for each group.
pub(super) fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["case", "verdict", "to pay", "reason", "as staff read it"]);
    let mut group = "";
    for row in rows {
        if row.group != group {
            group = row.group;
            table.add_row([format!("\n{}", group.to_uppercase())]);
        }
        let mark = if row.as_expected { "" } else { " (unexpected)" };
        table.add_row([
            row.case.clone(),
            format!("{}{mark}", row.decision),
            row.paid.as_ref().map(amount).unwrap_or_default(),
            row.reason.clone(),
            row.text.clone(),
        ]);
    }
    if let Some(paid) = table.column_mut(2) {
        paid.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

fn amount(money: &v1::Money) -> String {
    match Currency::parse(&money.currency_code) {
        Ok(currency) => Money { amount_minor: money.amount_minor, currency }.to_string(),
        Err(_) => format!("{} {}", money.amount_minor, money.currency_code),
    }
}
