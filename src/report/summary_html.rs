//! The report of a replay.

use std::collections::BTreeMap;

use super::calendar::{self, Grain};
use super::read::ReportError;
use super::summary::{SCORE_BINS, Summary};
use super::tally::{Tally, share};
use crate::domain::Decision;
use crate::page::{Bars, Cell, Page, Series, Table};

/// Rows of a table of entries or reasons.
const ROWS_MAX: usize = 25;

/// The colour of a decision.
pub(super) const fn colour(decision: Decision) -> (u8, u8, u8) {
    match decision {
        Decision::Approve => (63, 142, 100),
        Decision::Review => (222, 168, 62),
        Decision::Reject => (190, 74, 66),
    }
}

/// The report as a page. `currency` is that of the policy, and `digits` how many of its minor units are decimals.
///
/// # Errors
/// A chart cannot be drawn.
pub fn summary_html(
    summary: &Summary,
    title: &str,
    about: &str,
    currency: &str,
    digits: u32,
) -> Result<String, ReportError> {
    let money = |minor: i64| format!("{} {currency}", major(minor, digits));
    let mut page = Page::new(title, about);
    page.cards(&cards(summary, &money));
    by_day(&mut page, summary)?;
    by_layer(&mut page, summary, &money);
    keyed(
        &mut page,
        "Reasons",
        "The deciding reason of each claim. Bad share: of the claims whose outcome was reported, those that should not \
         have been paid.",
        "reason",
        &summary.reasons,
        &money,
    );
    keyed(
        &mut page,
        "What buyers say",
        "By the reason that the buyer gives.",
        "claim",
        &summary.claimed,
        &money,
    );
    scores(&mut page, summary)?;
    keyed(
        &mut page,
        "Policy entries that fired",
        "Every entry whose condition held, whether or not it decided.",
        "entry",
        &summary.fired,
        &money,
    );
    coverage(&mut page, summary);
    Ok(page.finish())
}

fn cards(summary: &Summary, money: &impl Fn(i64) -> String) -> Vec<(&'static str, String)> {
    let of =
        |decision: Decision| summary.decisions.get(decision.as_str()).copied().unwrap_or_default();
    let known = share(summary.signals_known, summary.signals_used);
    vec![
        ("claims", grouped(summary.all.claims)),
        ("approved", percent(share(of(Decision::Approve).claims, summary.all.claims))),
        ("to review", percent(share(of(Decision::Review).claims, summary.all.claims))),
        ("rejected", percent(share(of(Decision::Reject).claims, summary.all.claims))),
        ("money approved", money(of(Decision::Approve).value_minor)),
        ("money held", money(of(Decision::Review).value_minor)),
        ("money refused", money(of(Decision::Reject).value_minor)),
        ("of the signals known", percent(known)),
    ]
}

fn by_day(page: &mut Page, summary: &Summary) -> Result<(), ReportError> {
    page.section("Decisions by day", "Claims by the day on which they were observed, UTC.");
    let drawn = calendar::bars(&summary.days);
    if drawn.bars.is_empty() {
        return Ok(());
    }
    let grain = drawn.grain.as_str();
    if drawn.grain != Grain::Day {
        page.text(&format!("There are too many days for a bar each: drawn by {grain}."));
    }
    if drawn.empty > 0 {
        let empty = grouped(drawn.empty.unsigned_abs());
        page.text(&format!(
            "{empty} {grain}s without a claim are left out: one empty bar stands for each such gap. A date that lies far \
             off may be wrong."
        ));
    }
    let (earlier, claims) = drawn.earlier;
    if earlier > 0 {
        page.text(&format!(
            "{earlier} earlier {grain}s are left out, with {} claims.",
            grouped(claims)
        ));
    }
    let series = Decision::ALL.iter().map(|decision| Series {
        name: decision.as_str().to_owned(),
        colour: colour(*decision),
        values: drawn
            .bars
            .iter()
            .map(|(_, claims)| claims.get(decision.as_str()).map_or(0.0, |count| real(*count)))
            .collect(),
    });
    let bars = Bars {
        series: series.collect(),
        labels: drawn.bars.iter().map(|(label, _)| label.clone()).collect(),
        unit: "claims".to_owned(),
    };
    page.figure(&bars.svg().map_err(|error| ReportError::Plot(error.to_string()))?);
    Ok(())
}

fn scores(page: &mut Page, summary: &Summary) -> Result<(), ReportError> {
    page.section("Scores", "Claims by the model's probability of abuse, in steps of 0.05.");
    if summary.scores.is_empty() {
        page.text("No model judged: rules alone decided.");
        return Ok(());
    }
    let series = Decision::ALL.iter().filter_map(|decision| {
        let bins = summary.scores.get(decision.as_str())?;
        Some(Series {
            name: decision.as_str().to_owned(),
            colour: colour(*decision),
            values: bins.iter().map(|count| real(*count)).collect(),
        })
    });
    let label = |bin: usize| format!("{:.2}", real(u64::try_from(bin).unwrap_or(0)) / 20.0);
    let bars = Bars {
        labels: (0..SCORE_BINS).map(label).collect(),
        series: series.collect(),
        unit: "claims".to_owned(),
    };
    page.figure(&bars.svg().map_err(|error| ReportError::Plot(error.to_string()))?);
    Ok(())
}

fn by_layer(page: &mut Page, summary: &Summary, money: &impl Fn(i64) -> String) {
    page.section(
        "Decisions by layer",
        "Which layer of the verdict decided, and for how much money.",
    );
    let mut table =
        Table::new(&["layer", "decision", "claims", "share", "money", "labelled", "bad share"]);
    for (layer, decisions) in &summary.layers {
        for (decision, tally) in decisions {
            table.row(vec![
                Cell::Code(layer.clone()),
                Cell::Text(decision.clone()),
                Cell::Number(grouped(tally.claims)),
                Cell::Number(percent(share(tally.claims, summary.all.claims))),
                Cell::Number(money(tally.value_minor)),
                Cell::Number(grouped(tally.good + tally.bad)),
                Cell::Number(percent(tally.bad_share())),
            ]);
        }
    }
    page.table(&table);
    if summary.without_value > 0 {
        page.text(&format!(
            "The worth of {} claims is not known in the policy's currency; they count as nothing where money is summed.",
            grouped(summary.without_value)
        ));
    }
}

/// A table by key, the most frequent first.
fn keyed(
    page: &mut Page,
    heading: &str,
    note: &str,
    key: &str,
    map: &BTreeMap<String, BTreeMap<String, Tally>>,
    money: &impl Fn(i64) -> String,
) {
    page.section(heading, note);
    let mut totals: Vec<(&String, &BTreeMap<String, Tally>, Tally)> = map
        .iter()
        .map(|(key, decisions)| {
            let mut all = Tally::default();
            decisions.values().for_each(|tally| all += *tally);
            (key, decisions, all)
        })
        .collect();
    totals.sort_by_key(|(_, _, all)| std::cmp::Reverse(all.claims));
    let head = [key, "claims", "approve", "review", "reject", "money", "labelled", "bad share"];
    let mut table = Table::new(&head);
    for (key, decisions, all) in totals.iter().take(ROWS_MAX) {
        let count = |decision: Decision| {
            let tally = decisions.get(decision.as_str());
            Cell::Number(tally.map_or_else(|| "0".to_owned(), |tally| grouped(tally.claims)))
        };
        table.row(vec![
            Cell::Code((*key).clone()),
            Cell::Number(grouped(all.claims)),
            count(Decision::Approve),
            count(Decision::Review),
            count(Decision::Reject),
            Cell::Number(money(all.value_minor)),
            Cell::Number(grouped(all.good + all.bad)),
            Cell::Number(percent(all.bad_share())),
        ]);
    }
    page.table(&table);
    if totals.len() > ROWS_MAX {
        page.text(&format!("{} more are rarer.", totals.len() - ROWS_MAX));
    }
}

fn coverage(page: &mut Page, summary: &Summary) {
    page.section(
        "Coverage of the inputs",
        "What was missing while claims were judged, entries that lacked a signal, and signals that were often unknown: a \
         feed that is off shows here first.",
    );
    let claims = summary.all.claims;
    let mut counts = |head: &str, counts: Vec<(String, u64)>| {
        let mut counts = counts;
        counts.retain(|(_, count)| *count > 0);
        counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        let mut table = Table::new(&[head, "claims", "share"]);
        for (key, count) in counts.iter().take(ROWS_MAX) {
            table.row(vec![
                Cell::Code(key.clone()),
                Cell::Number(grouped(*count)),
                Cell::Number(percent(share(*count, claims))),
            ]);
        }
        page.table(&table);
        if counts.len() > ROWS_MAX {
            page.text(&format!("{} more are rarer.", counts.len() - ROWS_MAX));
        }
    };
    let cloned = |map: &BTreeMap<String, u64>| map.iter().map(|(k, n)| (k.clone(), *n)).collect();
    counts("degraded", cloned(&summary.degraded));
    counts("entry lacked a signal", cloned(&summary.unjudged));
    let unknown = summary.coverage.iter();
    let unknown = unknown.map(|(name, known)| ((*name).to_owned(), claims.saturating_sub(*known)));
    counts("signal unknown", unknown.collect());
}

/// Minor units as major ones, digits in threes.
pub(super) fn major(minor: i64, digits: u32) -> String {
    let unit = 10_u64.saturating_pow(digits);
    let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    let sign = if minor < 0 { "-" } else { "" };
    // Cents are noise in sums.
    let whole = if digits > 0 && rest * 2 >= unit { whole + 1 } else { whole };
    format!("{sign}{}", grouped(whole))
}

/// Digits in threes.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}
