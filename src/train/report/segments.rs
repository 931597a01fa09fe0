//! Segments and days: how well the model does on them, and what it saves there.

use std::collections::BTreeSet;

use plotters::prelude::SeriesLabelPosition;
use plotters::style::RGBColor;

use super::super::TrainError;
use super::super::cost::{CostFigures, SegmentCost};
use super::super::evaluation::Evaluation;
use super::super::segment::SegmentFigures;
use super::chart::{Axis, Chart, Look, Unit, line, plot};
use super::style::{FRAUD, MAIN, OTHER, THIRD};
use super::table::{escaped, figure, money, percent, table};

/// The figures of segments and days.
pub(super) fn segmented(of: &Evaluation) -> Result<String, TrainError> {
    let mut plots = plot(&shares(&of.days), "Share of fraud, as predicted and as it came.")?;
    let (mut saving, mut saving_by_day) = (String::new(), String::new());
    if let Some(costs) = &of.costs {
        saving = format!("<h2>Where it saves</h2>{}", costed(&of.segments, costs));
        saving_by_day = costed(&of.days, costs);
        let saved = |cost: &SegmentCost| Some(cost.saved_per_claim);
        let caption = "What rules and model save on a claim against approving everything.";
        plots.push_str(&plot(&savings(&of.days, MAIN, saved), caption)?);
        // Lines through the few days on which it is known by chance would mislead.
        if costs.lacks.is_none() {
            let saved = |cost: &SegmentCost| cost.saved_against_rules;
            let caption = "What they save on a claim against deciding by rules only.";
            plots.push_str(&plot(&savings(&of.days, THIRD, saved), caption)?);
        }
    }
    Ok(format!(
        "<h2>Where it does well</h2>{}{saving}<h2>As time goes by</h2><div class=\"plots\">{plots}</div>\
         <details><summary>Figures by day</summary>{}{saving_by_day}</details>\n",
        ranked(&of.segments),
        ranked(&of.days),
    ))
}

/// How well claims are ordered, and how true probabilities are.
fn ranked(of: &[SegmentFigures]) -> String {
    let rows = of.iter().map(|own| {
        vec![
            own.kind.to_owned(),
            own.value.clone(),
            own.claims.to_string(),
            own.frauds.to_string(),
            percent(own.predicted),
            percent(own.observed),
            figure(own.roc_auc, 3),
            figure(own.average_precision, 3),
        ]
    });
    let columns = ["<of", "<which", "claims", "frauds", "predicted", "observed", "AUC", "AP"];
    table(&columns, rows)
}

/// What claims cost; below the segments, all of them together.
fn costed(of: &[SegmentFigures], whole: &CostFigures) -> String {
    let row = |kind: &str, value: &str, cost: Option<&SegmentCost>| {
        let amount = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), money);
        vec![
            kind.to_owned(),
            value.to_owned(),
            cost.map_or(0, |cost| cost.claims).to_string(),
            amount(cost.map(|cost| cost.approve_all)),
            amount(cost.and_then(|cost| cost.rules_only)),
            amount(cost.map(|cost| cost.rules_and_model)),
            amount(cost.map(|cost| cost.saved_per_claim)),
            amount(cost.and_then(|cost| cost.saved_against_rules)),
        ]
    };
    let all = whole.whole();
    let rows = of.iter().map(|own| row(own.kind, &own.value, own.cost.as_ref()));
    let rows = rows.chain([row("all", "", all.as_ref())]);
    let columns = [
        "<of",
        "<which",
        "claims",
        "approve all",
        "rules only",
        "rules and model",
        "saved",
        "saved against rules",
    ];
    let lacks: BTreeSet<&str> = of.iter().filter_map(|own| own.cost_lacks).collect();
    let mut note = "Cost of a claim on average, in the policy's currency, and what rules and model save of it: of the \
                    claims that are left to them, as above."
        .to_owned();
    if !lacks.is_empty() {
        note.push_str(" A dash stands where it cannot be said.");
    }
    for lack in lacks {
        note = format!("{note} {lack}");
    }
    format!("<p class=\"note\">{}</p>{}", escaped(&note), table(&columns, rows))
}

/// The first day of a step. Steps are named by their days, such as `003-005`; one without claims is not there.
fn day(of: &SegmentFigures) -> f64 {
    of.value.split('-').next().and_then(|first| first.parse().ok()).unwrap_or_default()
}

fn days_axis(days: &[SegmentFigures]) -> Axis {
    Axis {
        name: "days since the test began",
        range: 0.0..days.last().map_or(0.0, day).max(1.0),
        unit: Unit::Plain,
    }
}

/// The days on which something is known.
fn over_time(
    days: &[SegmentFigures],
    value: impl Fn(&SegmentFigures) -> Option<f64>,
) -> Vec<[f64; 2]> {
    days.iter().filter_map(|own| Some([day(own), value(own)?])).collect()
}

fn shares(days: &[SegmentFigures]) -> Chart {
    let shares = days.iter().flat_map(|own| [own.predicted, own.observed]);
    let highest = shares.fold(0.05, f64::max);
    let predicted = over_time(days, |own| Some(own.predicted));
    let observed = over_time(days, |own| Some(own.observed));
    Chart {
        x: days_axis(days),
        y: Axis { name: "share", range: 0.0..1.3 * highest, unit: Unit::Share },
        lines: vec![
            line("predicted", MAIN, predicted, Look::Line),
            line("observed", FRAUD, observed, Look::Points),
        ],
        names_at: SeriesLabelPosition::UpperLeft,
    }
}

/// What is saved by day, in the policy's currency.
fn savings(
    days: &[SegmentFigures],
    color: RGBColor,
    saved: impl Fn(&SegmentCost) -> Option<f64>,
) -> Chart {
    let points = over_time(days, |own| Some(saved(own.cost.as_ref()?)? / 100.0));
    let ends = points.iter().map(|[_, saved]| *saved);
    let (low, high) =
        ends.fold((0.0, 0.0), |(low, high): (f64, f64), end| (low.min(end), high.max(end)));
    let span = (high - low).max(1e-6);
    let x = days_axis(days);
    let nothing = vec![[x.range.start, 0.0], [x.range.end, 0.0]];
    // Room below for what is lost, and above for the names of the lines.
    let below = if low < 0.0 { 0.05f64.mul_add(-span, low) } else { 0.0 };
    Chart {
        x,
        y: Axis {
            name: "saved on a claim",
            range: below..0.3f64.mul_add(span, high),
            unit: Unit::Plain,
        },
        lines: vec![
            line("nothing", OTHER, nothing, Look::Dashed),
            line("saved", color, points, Look::Points),
        ],
        names_at: SeriesLabelPosition::UpperLeft,
    }
}
