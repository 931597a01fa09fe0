//! The report of a backtest.

use super::compare::{Comparison, Side};
use super::rules::RuleRow;
use super::summary_html::{grouped, major, percent};
use super::tally::{Label, Tally, share};
use crate::domain::Decision;
use crate::page::{Cell, Page, Table};

/// Claims that are shown; all of them are in `flips.csv`.
const FLIPS_MAX: usize = 50;

/// The report as a page. `names` are those of A and B; `currency` is that of the policy, and `digits` how many of its
/// minor units are decimals.
#[must_use]
pub fn comparison_html(
    comparison: &Comparison,
    about: &str,
    names: [&str; 2],
    currency: &str,
    digits: u32,
) -> String {
    let money = |minor: i64| format!("{} {currency}", major(minor, digits));
    let [a, b] = names;
    let mut page = Page::new("Backtest", about);
    page.text(&format!("A is {a}. B is {b}."));
    let flips = u64::try_from(comparison.flips.len()).unwrap_or(u64::MAX);
    let (lost_a, lost_b) = (comparison.a.bad_approved(), comparison.b.bad_approved());
    let (insulted_a, insulted_b) = (comparison.a.good_rejected(), comparison.b.good_rejected());
    page.cards(&[
        ("claims", grouped(comparison.all.claims)),
        ("decided otherwise", grouped(flips)),
        ("bad claims that A approves", errors(lost_a.bad, lost_a.bad_value_minor, &money)),
        ("bad claims that B approves", errors(lost_b.bad, lost_b.bad_value_minor, &money)),
        (
            "good claims that A rejects",
            errors(insulted_a.good, insulted_a.good_value_minor, &money),
        ),
        (
            "good claims that B rejects",
            errors(insulted_b.good, insulted_b.good_value_minor, &money),
        ),
    ]);
    if comparison.unmatched > 0 {
        page.text(&format!(
            "{} claims are in only one of the two: they are not of the same history.",
            grouped(comparison.unmatched)
        ));
    }
    decisions(&mut page, comparison, &money);
    page.section(
        "Entries of A",
        "Alone: no other entry fired but fallbacks. Together with: the entries that fired for the same claims most \
         often, and for which share of its claims. Precision: share of the bad among the labelled claims for which it \
         fired. Recall: share of all bad claims for which it fired. Unjudged: claims for which it lacked a signal; one that \
         is never fed lacked it for all of them.",
    );
    rules(&mut page, &comparison.a, comparison.all.claims);
    page.section("Entries of B", "As above.");
    rules(&mut page, &comparison.b, comparison.all.claims);
    flips_table(&mut page, comparison, &money);
    page.finish()
}

fn errors(count: u64, value_minor: i64, money: &impl Fn(i64) -> String) -> String {
    format!("{} ({})", grouped(count), money(value_minor))
}

fn decisions(page: &mut Page, comparison: &Comparison, money: &impl Fn(i64) -> String) {
    page.section("What changes", "Claims by what A decides and what B decides.");
    let mut table = Table::new(&[
        "A",
        "B",
        "claims",
        "money",
        "turned out good",
        "turned out bad",
        "money of the bad",
    ]);
    for a in Decision::ALL {
        for b in Decision::ALL {
            let tally = comparison.decisions.get(a.as_str()).and_then(|row| row.get(b.as_str()));
            let Some(Tally { claims, value_minor, good, bad, bad_value_minor, .. }) = tally else {
                continue;
            };
            table.row(vec![
                Cell::Text(a.as_str().to_owned()),
                Cell::Text(b.as_str().to_owned()),
                Cell::Number(grouped(*claims)),
                Cell::Number(money(*value_minor)),
                Cell::Number(grouped(*good)),
                Cell::Number(grouped(*bad)),
                Cell::Number(money(*bad_value_minor)),
            ]);
        }
    }
    page.table(&table);
}

fn rules(page: &mut Page, side: &Side, claims: u64) {
    let head = [
        "entry",
        "then",
        "fires",
        "decided",
        "alone",
        "precision",
        "recall",
        "unjudged",
        "together with",
    ];
    let mut table = Table::new(&head);
    for row in side.rules.iter().filter(|row| !row.never_fired()) {
        table.row(vec![
            Cell::Code(row.entry.clone()),
            Cell::Text(row.then.clone()),
            Cell::Number(grouped(row.fires.claims)),
            Cell::Number(grouped(row.decided)),
            Cell::Number(grouped(row.alone)),
            Cell::Number(percent(row.precision)),
            Cell::Number(percent(row.recall)),
            Cell::Number(grouped(row.unjudged)),
            Cell::Text(overlaps(row)),
        ]);
    }
    page.table(&table);
    let idle = side.rules.iter().filter(|row| row.never_fired());
    let (unfed, idle): (Vec<&RuleRow>, Vec<&RuleRow>) = idle.partition(|row| row.never_fed(claims));
    for (what, rows) in [("Never fed", unfed), ("Never fired", idle)] {
        if !rows.is_empty() {
            let entries: Vec<&str> = rows.iter().map(|row| row.entry.as_str()).collect();
            page.text(&format!("{what}: {}.", entries.join(", ")));
        }
    }
}

/// The entries that fire together with one, and for which share of its claims.
fn overlaps(row: &RuleRow) -> String {
    let told = row.overlaps.iter().map(|(entry, claims)| {
        let share = share(*claims, row.fires.claims).unwrap_or_default() * 100.0;
        format!("{entry}\u{a0}{share:.0}\u{a0}%")
    });
    told.collect::<Vec<_>>().join(", ")
}

fn flips_table(page: &mut Page, comparison: &Comparison, money: &impl Fn(i64) -> String) {
    page.section(
        "Claims that are decided otherwise",
        "The dearest first; all of them are in flips.csv.",
    );
    let mut table = Table::new(&["request", "buyer says", "money", "turned out", "A", "B"]);
    for flip in comparison.flips.iter().take(FLIPS_MAX) {
        let turned_out = match flip.label {
            Label::Good => "good",
            Label::Bad => "bad",
            Label::Unlabelled => "-",
        };
        let side =
            |(decision, reason): &(String, String)| Cell::Text(format!("{decision}: {reason}"));
        table.row(vec![
            Cell::Code(flip.request_id.clone()),
            Cell::Text(flip.claimed.clone()),
            Cell::Number(flip.value_minor.map_or_else(|| "-".to_owned(), money)),
            Cell::Text(turned_out.to_owned()),
            side(&flip.a),
            side(&flip.b),
        ]);
    }
    page.table(&table);
}
