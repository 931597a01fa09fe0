//! The after-sales terms, and the numbers of the policy.

use std::collections::BTreeMap;

use super::raw::{RawPolicy, RawTerms, Text};
use crate::document::Problems;
use crate::domain::{Currency, FxRate, SkuClass, SkuTerms, Terms};
use toml::Spanned;

/// Longest after-sales window, hours: no provider refunds after a year.
const WINDOW_MAX_H: u32 = 24 * 365;
/// Longest time for a review, minutes: a week.
const DEADLINE_MAX_MIN: u32 = 7 * 24 * 60;
/// Largest share of a refund that may be kept for another route.
const FEE_SHARE_MAX: f64 = 0.1;

/// Numbers that stand outside of the terms.
pub(super) struct Numbers {
    pub(super) review_deadline_min: u32,
    pub(super) alternative_fee_share: f64,
    pub(super) auto_approve: bool,
    pub(super) approvals_per_hour: u32,
    pub(super) approved_value_per_hour_minor: i64,
}

/// What the policy calls itself.
pub(super) fn name(name: Option<&Text>, problems: &mut Problems<'_>) -> Option<String> {
    let name = name?;
    if name.as_ref().trim().is_empty() {
        problems.error(name.span().start, "name is empty; say what the policy is called");
    }
    Some(name.as_ref().clone())
}

pub(super) fn numbers(raw: &RawPolicy, problems: &mut Problems<'_>) -> Option<Numbers> {
    if let Some(deadline) = &raw.review_deadline_min
        && !(1..=DEADLINE_MAX_MIN).contains(deadline.as_ref())
    {
        let given = deadline.as_ref();
        let text = format!("review.deadline_min is {given}; give 1 to {DEADLINE_MAX_MIN}");
        problems.error(deadline.span().start, text);
    }
    if let Some(fee) = &raw.alternative_fee_share
        && !(0.0..=FEE_SHARE_MAX).contains(fee.as_ref())
    {
        let given = fee.as_ref();
        let text = format!(
            "route.alternative_fee_share is {given}; give a share of 0 to {FEE_SHARE_MAX}, such as 0.006 for 0.6 %"
        );
        problems.error(fee.span().start, text);
    }
    let auto = raw.auto_approve.as_ref()?;
    if let Some(value) = auto.value_per_hour_minor.as_ref().filter(|value| *value.as_ref() < 0) {
        let text =
            format!("auto_approve.value_per_hour_minor is {}; give 0 or more", value.as_ref());
        problems.error(value.span().start, text);
    }
    let enabled = auto.enabled.as_ref()?;
    if !enabled.as_ref() {
        let text = "auto_approve.enabled is false: every approval becomes a review";
        problems.warning(enabled.span().start, text);
    }
    Some(Numbers {
        review_deadline_min: *raw.review_deadline_min.as_ref()?.as_ref(),
        alternative_fee_share: *raw.alternative_fee_share.as_ref()?.as_ref(),
        auto_approve: *enabled.as_ref(),
        approvals_per_hour: auto.claims_per_hour?,
        approved_value_per_hour_minor: *auto.value_per_hour_minor.as_ref()?.as_ref(),
    })
}

pub(super) fn terms(raw: RawTerms, problems: &mut Problems<'_>) -> Option<Terms> {
    let currency = raw.currency.as_ref().and_then(|code| {
        Currency::parse(code.as_ref())
            .map_err(|error| problems.error(code.span().start, format!("terms.currency: {error}")))
            .ok()
    });
    let value_of = value_of(&raw.value_of, currency, problems);
    let by_class = windows(&raw.by_class, problems);
    let evidence_required = raw.evidence_required;
    Some(Terms { currency: currency?, value_of, by_class, evidence_required })
}

fn value_of(
    raw: &BTreeMap<Text, Spanned<f64>>,
    currency: Option<Currency>,
    problems: &mut Problems<'_>,
) -> BTreeMap<Currency, f64> {
    let mut values = BTreeMap::new();
    for (code, value) in raw {
        let of = match Currency::parse(code.as_ref()) {
            Ok(of) => of,
            Err(error) => {
                problems.error(code.span().start, format!("terms.value_of: {error}"));
                continue;
            }
        };
        if currency == Some(of) {
            let text = format!("terms.value_of.{of} is what the others are stated in; remove it");
            problems.error(code.span().start, text);
        }
        match FxRate::new(of, currency.unwrap_or(of), *value.as_ref()) {
            Ok(rate) => drop(values.insert(of, rate.rate())),
            Err(error) => {
                problems.error(value.span().start, format!("terms.value_of.{of} {error}"));
            }
        }
    }
    values
}

fn windows(
    by_class: &BTreeMap<SkuClass, Spanned<SkuTerms>>,
    problems: &mut Problems<'_>,
) -> BTreeMap<SkuClass, SkuTerms> {
    for (class, terms) in by_class {
        let (class, window_h) = (class.as_str(), terms.as_ref().window_h);
        if !(1..=WINDOW_MAX_H).contains(&window_h) {
            let text = format!(
                "terms.sku_class.{class}: window_h is {window_h}; give 1 to {WINDOW_MAX_H}: no provider refunds after a year"
            );
            problems.error(terms.span().start, text);
        }
    }
    by_class.iter().map(|(class, terms)| (*class, *terms.as_ref())).collect()
}
