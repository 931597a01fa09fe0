//! `report.html`: one page that needs nothing else.

use plotters::prelude::SeriesLabelPosition;

use super::super::TrainError;
use super::super::cost::CostFigures;
use super::super::evaluation::{CalibrationFigures, Evaluation};
use super::bars::contributions;
use super::chart::{Axis, Chart, Look, Unit, line, plot};
use super::segments::segmented;
use super::style::{CSS, FOURTH, FRAUD, MAIN, OTHER, THIRD};
use super::table::{escaped, figure, money, percent, table};

/// The page of an evaluation.
///
/// # Errors
/// A plot cannot be drawn: a fault of ours.
pub fn html(of: &Evaluation) -> Result<String, TrainError> {
    let title = escaped(&format!("Model {} {}", of.name, of.version));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{CSS}</style></head><body>\n\
         <h1>{title}</h1>\n"
    );
    page.push_str(&head(of));
    page.push_str("<h2>How well it ranks</h2><div class=\"plots\">\n");
    page.push_str(&plot(&roc(of), "ROC: frauds found for honest claims that are flagged.")?);
    page.push_str(&plot(
        &precision_recall(of),
        "Precision and recall; dashed, the share of fraud.",
    )?);
    page.push_str("</div>\n");
    if let Some(calibration) = &of.calibration {
        page.push_str(&calibrated(calibration)?);
    }
    if let Some(costs) = &of.costs {
        page.push_str(&costed(costs)?);
    }
    page.push_str(&explained(of)?);
    page.push_str(&segmented(of)?);
    page.push_str(&signals(of));
    page.push_str(&parts(of));
    page.push_str("</body></html>\n");
    Ok(page)
}

fn head(of: &Evaluation) -> String {
    let day =
        |time: crate::scoring::TimeText| time.0.to_string().chars().take(10).collect::<String>();
    let range = format!("{} to {}", day(of.from), day(of.until));
    let ranking = &of.ranking;
    let capacity = format!("precision in the top {}", percent(ranking.capacity_share));
    let calibration = of.calibration.as_ref();
    let cards = [
        ("average precision", figure(ranking.average_precision, 3)),
        ("ROC AUC", figure(ranking.roc_auc, 3)),
        ("recall at 1 % false positives", figure(ranking.recall_at_fpr_1_percent, 3)),
        ("recall at 0.1 % false positives", figure(ranking.recall_at_fpr_01_percent, 3)),
        (capacity.as_str(), figure(ranking.precision_at_capacity, 3)),
        ("Brier's score", figure(calibration.and_then(|own| own.brier), 4)),
        ("calibration error", figure(calibration.and_then(|own| own.error), 4)),
    ];
    let cards = cards.map(|(name, value)| {
        format!("<div class=\"card\"><b>{value}</b><span>{}</span></div>", escaped(name))
    });
    let kind = if of.is_calibrated {
        ""
    } else {
        "<p>Unsupervised: its score is a rank of how odd a claim is, no probability, and decides nothing.</p>"
    };
    format!(
        "<p class=\"note\">Tested on {} refunds, {} of them fraud ({}), first claimed from {}. Nothing was fitted on them.</p>\n\
         {kind}<div class=\"cards\">{}</div>\n",
        of.claims,
        of.frauds,
        percent(of.base_rate),
        escaped(&range),
        cards.concat()
    )
}

fn roc(of: &Evaluation) -> Chart {
    let chance = vec![[0.0, 0.0], [1.0, 1.0]];
    Chart {
        x: Axis::share("honest claims flagged"),
        y: Axis::share("frauds found"),
        lines: vec![
            line("model", MAIN, of.curves.roc.clone(), Look::Line),
            line("chance", OTHER, chance, Look::Dashed),
        ],
        names_at: SeriesLabelPosition::LowerRight,
    }
}

fn precision_recall(of: &Evaluation) -> Chart {
    let chance = vec![[0.0, of.base_rate], [1.0, of.base_rate]];
    Chart {
        x: Axis::share("frauds found"),
        y: Axis::share("frauds among those flagged"),
        lines: vec![
            line("model", MAIN, of.curves.precision_recall.clone(), Look::Line),
            line("chance", OTHER, chance, Look::Dashed),
        ],
        names_at: SeriesLabelPosition::LowerLeft,
    }
}

fn calibrated(of: &CalibrationFigures) -> Result<String, TrainError> {
    let points = of.deciles.iter().map(|bin| [bin.predicted, bin.observed]).collect();
    let chart = Chart {
        x: Axis::share("probability that the model gives"),
        y: Axis::share("share of fraud"),
        lines: vec![
            line("model, by decile", MAIN, points, Look::Points),
            line("true", OTHER, vec![[0.0, 0.0], [1.0, 1.0]], Look::Dashed),
        ],
        names_at: SeriesLabelPosition::UpperLeft,
    };
    let rows = of.deciles.iter().enumerate().map(|(index, bin)| {
        vec![
            (index + 1).to_string(),
            format!("{:.4}", bin.low),
            format!("{:.4}", bin.high),
            bin.claims.to_string(),
            percent(bin.predicted),
            percent(bin.observed),
        ]
    });
    let columns = ["decile", "from", "to", "claims", "predicted", "observed"];
    Ok(format!(
        "<h2>How true its probabilities are</h2><div class=\"plots\">{}<div>{}</div></div>\n",
        plot(&chart, "Calibration: on the dashed line, probabilities are what they say.")?,
        table(&columns, rows)
    ))
}

fn costed(of: &CostFigures) -> Result<String, TrainError> {
    let costs: Vec<f64> = of.curve.iter().map(|[_, cost]| cost / 100.0).collect();
    let ways = of.ways.iter().map(|way| way.cost_per_claim / 100.0);
    let highest = costs.iter().copied().chain(ways).fold(0.0, f64::max).max(1e-6);
    let curve = of.curve.iter().map(|[share, cost]| [*share, cost / 100.0]).collect();
    let mut lines =
        vec![line("review the highest scores, approve the rest", MAIN, curve, Look::Line)];
    for (way, color) in of.ways.iter().zip([OTHER, FRAUD, THIRD, FOURTH]) {
        let cost = way.cost_per_claim / 100.0;
        lines.push(line(way.way, color, vec![[0.0, cost], [1.0, cost]], Look::Dashed));
    }
    let chart = Chart {
        x: Axis::share("claims reviewed"),
        y: Axis { name: "cost of a claim", range: 0.0..1.6 * highest, unit: Unit::Plain },
        lines,
        names_at: SeriesLabelPosition::UpperLeft,
    };
    let rows = of.ways.iter().map(|way| {
        vec![
            way.way.to_owned(),
            money(way.cost_per_claim),
            money(way.saved_per_claim),
            way.saved_against_rules.map_or_else(|| "–".to_owned(), money),
            percent(way.approved),
            percent(way.reviewed),
            percent(way.rejected),
            percent(way.frauds_paid),
            percent(way.honest_refused),
        ]
    });
    let columns = [
        "way",
        "cost of a claim",
        "saved",
        "saved against rules",
        "approved",
        "reviewed",
        "rejected",
        "frauds paid",
        "honest refused",
    ];
    let own = &of.settings;
    let mut note = format!(
        "{} claims that guards, proofs, terms and lists left to rules and model; no rule decided {} of them. In the policy's \
         currency: a review costs {} and passes {} of the frauds, an honest buyer who is refused costs {} and {} of the \
         amount, any refusal {}; {} of what a fraud is paid comes back.",
        of.claims,
        of.open_claims,
        money(own.review_minor),
        percent(own.review_miss_share),
        money(own.insult_minor),
        percent(own.insult_share),
        money(own.dispute_minor),
        percent(own.salvage_share),
    );
    if let Some(lacks) = of.lacks {
        note = format!("{note} {lacks}");
    }
    Ok(format!(
        "<h2>What it saves</h2><p class=\"note\">{}</p>{}<div class=\"plots\">{}</div>\n",
        escaped(&note),
        table(&columns, rows),
        plot(
            &chart,
            "Cost of a claim when ever more claims are reviewed, those of highest score first."
        )?
    ))
}

fn explained(of: &Evaluation) -> Result<String, TrainError> {
    let mut groups: std::collections::BTreeMap<&str, f64> = std::collections::BTreeMap::new();
    for own in &of.contributions {
        *groups.entry(&own.group).or_default() += own.mean_absolute;
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rows = groups.into_iter().map(|(group, sum)| vec![group.to_owned(), format!("{sum:.3}")]);
    Ok(format!(
        "<h2>What moves it</h2><figure>{}<figcaption>Mean contribution of the features of most effect.</figcaption></figure>\n{}",
        contributions(&of.contributions)?,
        table(&["group of signals", "mean effect, log-odds"], rows)
    ))
}

fn signals(of: &Evaluation) -> String {
    let rows = of.signals.iter().map(|own| {
        vec![
            own.signal.clone(),
            own.group.clone(),
            percent(own.known),
            figure(own.roc_auc, 3),
            if own.rises { "more" } else { "less" }.to_owned(),
            own.fraud_known.map_or_else(|| "–".to_owned(), percent),
            own.fraud_unknown.map_or_else(|| "–".to_owned(), percent),
        ]
    });
    let columns = [
        "<signal",
        "<group",
        "known",
        "AUC alone",
        "fraud is",
        "fraud where known",
        "where unknown",
    ];
    format!(
        "<h2>What each signal tells alone</h2><p class=\"note\">One that comes near 1 gives the answer away: is it known \
         before the claim is decided?</p><details><summary>{} signals</summary>{}</details>\n",
        of.signals.len(),
        table(&columns, rows)
    )
}

fn parts(of: &Evaluation) -> String {
    let Some(report) = &of.parts else { return String::new() };
    let parts = report.parts.iter().map(|own| {
        vec![
            own.part.name().to_owned(),
            format!("{:.3}", own.weight),
            figure(own.average_precision, 3),
            figure(own.roc_auc, 3),
        ]
    });
    let candidates = report.combinations.iter().chain(&report.calibrations).map(|own| {
        let taken = if own.taken { "taken" } else { "" };
        vec![own.name.clone(), format!("{:.5}", own.log_loss), taken.to_owned()]
    });
    format!(
        "<h2>How it was put together</h2><p class=\"note\">On the slice that combines and calibrates.</p>{}{}",
        table(&["part", "weight", "AP", "AUC"], parts),
        table(&["combination or calibration", "log loss over blocks of time", "<"], candidates)
    )
}
