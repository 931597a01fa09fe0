//! What `vouch check` says of models, and of the cut-offs that follow from costs.

use std::iter;

use super::{Report, Settings};
use crate::cli::clock::SystemClock;
use crate::cli::models;
use crate::cli::open::{read_model, shipped_model};
use crate::cli::output::{self, Failure};
use crate::clock::Clock;
use crate::document::Severity;
use crate::domain::{AMOUNT_MAX_MINOR, Money, Timestamp};
use crate::engine::Scorer;
use crate::policy::{Policy, Thresholds};

/// Amounts whose cut-offs are shown, major units.
const SHOWN_MAJOR: [i64; 3] = [10, 100, 1_000];

/// Loads the models that the settings name, and says what they are.
pub(super) fn check_models(settings: &Settings, report: &mut Report) -> Result<(), Failure> {
    let Some(config) = &settings.model else { return Ok(()) };
    let loaded = match models::load(config, shipped_model, read_model) {
        Ok(loaded) => loaded,
        Err(problems) => {
            for problem in problems {
                let place = settings.place("model", problem.key);
                report.tell(&place, Severity::Error, &problem.text)?;
            }
            return Ok(());
        }
    };
    let Some(champion) = &loaded.champion else {
        return output::line("model: none, rules alone decide");
    };
    output::line(format!("model: {}", described(&**champion)))?;
    for challenger in &loaded.challengers {
        output::line(format!("challenger: {}", described(&**challenger)))?;
    }
    let now = SystemClock::new().now();
    let models = iter::once(champion).chain(&loaded.challengers);
    models.filter_map(|model| ahead(&**model, now)).try_for_each(output::line)?;
    if !champion.is_calibrated() {
        let text = "the model's score is no probability: it decides nothing";
        report.tell(&settings.place("model", "folder"), Severity::Warning, text)?;
    } else if let Some(age_d) = loaded.stale_d(&**champion, now) {
        let text = format!(
            "the model knows no label of the last {age_d:.0} days: it is stale and decides nothing; train it again"
        );
        report.tell(&settings.place("model", "max_age_d"), Severity::Warning, &text)?;
    }
    Ok(())
}

fn described(model: &dyn Scorer) -> String {
    let digest = hex::encode(model.sha256());
    let digest = digest.get(..16).unwrap_or(&digest);
    let (name, version, until) = (model.name(), model.version(), model.trained_until());
    let score = if model.is_calibrated() { "probabilities" } else { "ranks" };
    format!("{name} {version}, sha256 {digest}, labels until {until}, gives {score}")
}

/// Said of a model that learned from what has not happened yet, as the one that ships did, from a simulation. It is no
/// fault where old claims are replayed, but today such a model is never stale. One that decides nothing has no age.
fn ahead(model: &dyn Scorer, now: Timestamp) -> Option<String> {
    let (name, version, until) = (model.name(), model.version(), model.trained_until());
    (model.is_calibrated() && until > now).then(|| {
        format!(
            "note: {name} {version} knows labels until {until}, which is after now: its age counts from then, and it is not stale before"
        )
    })
}

/// The cut-offs that follow from the costs of a policy, one line for each amount.
pub(super) fn cut_offs(policy: &Policy) -> Vec<String> {
    let Some(terms) = &policy.model else {
        return vec!["costs: none stated, so that no model decides".to_owned()];
    };
    let currency = policy.terms.currency;
    let unit = 10_i64.checked_pow(u32::from(currency.exponent())).unwrap_or(1);
    let amounts = SHOWN_MAJOR.iter().map(|major| major.saturating_mul(unit));
    amounts
        .filter(|amount_minor| *amount_minor <= AMOUNT_MAX_MINOR)
        .map(|amount_minor| {
            let amount = Money { amount_minor, currency };
            format!("costs: {amount}: {}", cut_off(terms.costs.thresholds(amount_minor)))
        })
        .collect()
}

/// Cut-offs as a person reads them.
fn cut_off(Thresholds { approve_below, reject_above }: Thresholds) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let approve = if approve_below > 1.0 {
        "approve whatever the probability of abuse".to_owned()
    } else {
        format!("approve below {}", percent(approve_below))
    };
    if approve_below > 1.0 {
        approve
    } else if reject_above >= 1.0 {
        format!("{approve}, review above")
    } else if reject_above > approve_below {
        format!("{approve}, review to {}, reject above", percent(reject_above))
    } else {
        format!("{approve}, reject above")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Available;
    use crate::policy::{SHIPPED, load};
    use crate::scoring::LoadedModel;

    #[test]
    fn labels_of_the_future_are_told() {
        let model = LoadedModel::shipped().unwrap();
        let until = model.trained_until();
        let told = ahead(&model, until.plus_ms(-1)).unwrap();
        let expected = format!("knows labels until {until}, which is after now");
        assert!(told.starts_with("note: default ") && told.contains(&expected), "{told}");
        assert_eq!(ahead(&model, until), None);
    }

    #[test]
    fn the_shipped_costs_give_sensible_cut_offs() {
        let (policy, _) = load(SHIPPED, Available::ALL).unwrap();
        let expected = [
            "costs: 10.00 CNY: approve below 66.7 %, review to 93.9 %, reject above",
            "costs: 100.00 CNY: approve below 6.7 %, review to 89.2 %, reject above",
            "costs: 1000.00 CNY: approve below 0.7 %, review to 84.4 %, reject above",
        ];
        assert_eq!(cut_offs(&policy), expected);
    }

    #[test]
    fn every_shape_of_cut_offs_has_words() {
        for (approve_below, reject_above, expected) in [
            (0.1, 0.9, "approve below 10.0 %, review to 90.0 %, reject above"),
            (0.5, 0.5, "approve below 50.0 %, reject above"),
            (0.1, 1.2, "approve below 10.0 %, review above"),
            (1.1, 1.2, "approve whatever the probability of abuse"),
        ] {
            assert_eq!(cut_off(Thresholds { approve_below, reject_above }), expected);
        }
    }
}
