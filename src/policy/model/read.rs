//! Reading what bounds a model: the sections `costs` and `model`.

use std::collections::BTreeMap;

use toml::Spanned;

use super::texts::{EXPECTED_COST, GROUPS, HELD_BACK};
use super::{Costs, CustomerTexts, ModelTerms};
use crate::document::{Fields, Problems, Sections};
use crate::domain::{AMOUNT_MAX_MINOR, Decision, LocalizedText};
use crate::features::{Expression, ValueType};
use crate::geo::Available;
use crate::policy::analysis::{starved, unreachable};
use crate::policy::names::{Names, expression};
use crate::policy::raw::{RawText, Text};
use crate::policy::reasons::{localized, no_text, signals_exist};

/// An insult that costs more than this many times the amount is a slip.
const INSULT_SHARE_MAX: f64 = 10.0;
/// Reviewers that miss more than this are none.
const MISS_SHARE_MAX: f64 = 0.99;

/// The costs as they are written.
pub(in crate::policy) struct RawCosts {
    review_minor: Option<Spanned<i64>>,
    review_miss_share: Option<Spanned<f64>>,
    insult_minor: Option<Spanned<i64>>,
    insult_share: Option<Spanned<f64>>,
    dispute_minor: Option<Spanned<i64>>,
    salvage_share: Option<Spanned<f64>>,
}

/// What bounds a model, as it is written.
pub(in crate::policy) struct RawModel {
    pub(in crate::policy) approve_when: Option<Text>,
    pub(in crate::policy) reject_when: Option<Text>,
    coverage_min: Option<Spanned<f64>>,
    approve_max_minor: Option<Spanned<i64>>,
    degraded_approve_max_minor: Option<Spanned<i64>>,
    tolerates: Vec<String>,
    /// What the buyer is told of each decision.
    pub(in crate::policy) customer: Vec<(Decision, Text)>,
    groups: Vec<(&'static str, RawText)>,
}

/// Whether an id is how verdicts name something of this layer.
pub(in crate::policy) fn is_own_id(id: &str) -> bool {
    id == EXPECTED_COST || id == HELD_BACK || GROUPS.iter().any(|group| group.code == id)
}

impl RawCosts {
    /// `None` when there is no such section; the inner one when it is no table.
    pub(in crate::policy) fn read(
        sections: &mut Sections<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Option<Self>> {
        let mut fields = match sections.optional_table("costs", problems)? {
            Some(fields) => fields,
            None => return Some(None),
        };
        let raw = Self {
            review_minor: fields.required("review_minor", problems),
            review_miss_share: fields.required("review_miss_share", problems),
            insult_minor: fields.required("insult_minor", problems),
            insult_share: fields.required("insult_share", problems),
            dispute_minor: fields.required("dispute_minor", problems),
            salvage_share: fields.optional("salvage_share", problems),
        };
        fields.finish(problems);
        Some(Some(raw))
    }

    fn check(&self, problems: &mut Problems<'_>) -> Option<Costs> {
        let amount = AMOUNT_MAX_MINOR;
        let review = whole("costs.review_minor", self.review_minor.as_ref(), (1, amount), problems);
        let miss = self.review_miss_share.as_ref();
        let miss = share("costs.review_miss_share", miss, MISS_SHARE_MAX, problems);
        let insult = whole("costs.insult_minor", self.insult_minor.as_ref(), (0, amount), problems);
        let insult_share = self.insult_share.as_ref();
        let insult_share = share("costs.insult_share", insult_share, INSULT_SHARE_MAX, problems);
        let dispute = self.dispute_minor.as_ref();
        let dispute = whole("costs.dispute_minor", dispute, (0, amount), problems);
        let salvage = match self.salvage_share.as_ref() {
            None => Some(0.0),
            given @ Some(_) => share("costs.salvage_share", given, MISS_SHARE_MAX, problems),
        };
        let costs = Costs {
            review_minor: review?,
            review_miss_share: miss?,
            insult_minor: insult?,
            insult_share: insult_share?,
            dispute_minor: dispute?,
            salvage_share: salvage?,
        };
        if costs.insult_minor == 0 && costs.insult_share <= 0.0 {
            let at = self.insult_minor.as_ref().map_or(0, |insult| insult.span().start);
            let text = "costs: rejecting an honest buyer costs nothing, so that everybody would be rejected; give insult_minor or insult_share";
            problems.error(at, text);
        }
        Some(costs)
    }
}

impl RawModel {
    /// `None` when there is no such section; the inner one when it is no table.
    pub(in crate::policy) fn read(
        sections: &mut Sections<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Option<Self>> {
        let mut fields = match sections.optional_table("model", problems)? {
            Some(fields) => fields,
            None => return Some(None),
        };
        let raw = Self {
            approve_when: fields.required("approve_when", problems),
            reject_when: fields.required("reject_when", problems),
            coverage_min: fields.required("coverage_min", problems),
            approve_max_minor: fields.optional("approve_max_minor", problems),
            degraded_approve_max_minor: fields.required("degraded_approve_max_minor", problems),
            tolerates: fields.optional("tolerates", problems).unwrap_or_default(),
            customer: customer(&mut fields, problems),
            groups: groups(&mut fields, problems),
        };
        fields.finish(problems);
        Some(Some(raw))
    }
}

fn customer(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Vec<(Decision, Text)> {
    let Some(mut texts) = fields.required_table("customer", problems) else { return Vec::new() };
    let mut told = Vec::new();
    for decision in Decision::ALL {
        let text: Option<Text> = texts.required(decision.as_str(), problems);
        told.extend(text.map(|text| (*decision, text)));
    }
    texts.finish(problems);
    told
}

fn groups(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Vec<(&'static str, RawText)> {
    let Some(mut reasons) = fields.optional_table("reason", problems) else { return Vec::new() };
    let mut given = Vec::new();
    for group in &GROUPS {
        if let Some(mut words) = reasons.optional_table(group.slug, problems) {
            given.push((group.slug, RawText::read(&mut words, problems)));
            words.finish(problems);
        }
    }
    reasons.finish(problems);
    given
}

/// The conditions under which a model decides, among what the policy evaluates.
#[derive(Debug, Clone, Copy)]
pub(in crate::policy) struct ModelConditions {
    approve_when: usize,
    reject_when: usize,
}

impl ModelConditions {
    /// Adds them to the outputs.
    pub(in crate::policy) fn read(
        raw: &RawModel,
        names: &Names,
        geo: Available,
        outputs: &mut Vec<Expression>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let approve = condition("approve_when", raw.approve_when.as_ref(), names, geo, problems);
        let reject = condition("reject_when", raw.reject_when.as_ref(), names, geo, problems);
        let (approve, reject) = (approve?, reject?);
        let approve_when = outputs.len();
        outputs.extend([approve, reject]);
        Some(Self { approve_when, reject_when: approve_when + 1 })
    }
}

fn condition(
    key: &str,
    sql: Option<&Text>,
    names: &Names,
    geo: Available,
    problems: &mut Problems<'_>,
) -> Option<Expression> {
    let sql = sql?;
    let place = format!("model, {key}");
    let parsed = expression(sql, &names.all, ValueType::Bool, &place, problems)?;
    let written_out = names.write_out(sql.as_ref()).unwrap_or_default();
    // `FALSE` is how a model is forbidden to approve, or to reject.
    let forbids = sql.as_ref().trim().eq_ignore_ascii_case("false");
    if let Some(why) = unreachable(&written_out, &names.signals).filter(|_| !forbids) {
        let text = format!("{place} can never hold: {why}; write `FALSE` if that is meant");
        problems.error(sql.span().start, text);
        return Some(parsed);
    }
    let starved = starved(&written_out, &names.signals, geo);
    if !starved.is_empty() && !forbids {
        let signals = starved.join("`, `");
        let text = format!(
            "{place} can never hold here: nothing feeds `{signals}`; configure the geo file that does"
        );
        problems.warning(sql.span().start, text);
    }
    Some(parsed)
}

/// Everything that bounds a model: both sections, or neither.
pub(in crate::policy) fn model(
    costs: Option<&Option<RawCosts>>,
    raw: Option<&Option<RawModel>>,
    conditions: Option<ModelConditions>,
    texts: &BTreeMap<String, LocalizedText>,
    problems: &mut Problems<'_>,
) -> Option<ModelTerms> {
    match (costs.is_some(), raw.is_some()) {
        (true, false) => problems.error(0, "there are [costs] and no [model]; add what bounds it"),
        (false, true) => problems.error(0, "there is a [model] and no [costs]; add them"),
        (true, true) | (false, false) => {}
    }
    let costs = costs?.as_ref()?.check(problems);
    let raw = raw?.as_ref()?;
    let coverage_min = share("model.coverage_min", raw.coverage_min.as_ref(), 1.0, problems);
    let bounds = (0, AMOUNT_MAX_MINOR);
    let most = match raw.approve_max_minor.as_ref() {
        None => Some(None),
        given @ Some(_) => whole("model.approve_max_minor", given, bounds, problems).map(Some),
    };
    let degraded = raw.degraded_approve_max_minor.as_ref();
    let degraded = whole("model.degraded_approve_max_minor", degraded, bounds, problems);
    let mut told = |decision| {
        let (_, name) = raw.customer.iter().find(|(of, _)| *of == decision)?;
        let text = texts.get(name.as_ref());
        if text.is_none() {
            no_text("model.customer", name, texts, problems);
        }
        text.cloned()
    };
    let customer = [Decision::Approve, Decision::Review, Decision::Reject].map(&mut told);
    let groups = words(raw, problems);
    let [approve, review, reject] = customer;
    let conditions = conditions?;
    Some(ModelTerms {
        costs: costs?,
        coverage_min: coverage_min?,
        approve_max_minor: most?,
        degraded_approve_max_minor: degraded?,
        tolerates: raw.tolerates.clone(),
        approve_when: conditions.approve_when,
        reject_when: conditions.reject_when,
        customer: CustomerTexts { approve: approve?, review: review?, reject: reject? },
        groups,
    })
}

/// What staff read of each group: vouch's own words, or the file's.
fn words(raw: &RawModel, problems: &mut Problems<'_>) -> BTreeMap<&'static str, LocalizedText> {
    let mut words = BTreeMap::new();
    for group in &GROUPS {
        let given = raw.groups.iter().find(|(slug, _)| *slug == group.slug);
        let text = match given {
            None => group.words(),
            Some((slug, text)) => {
                let place = format!("model.reason.{slug}");
                signals_exist(text, &place, problems);
                localized(text, &place, problems)
            }
        };
        words.insert(group.code, text);
    }
    words
}

fn whole(
    name: &str,
    given: Option<&Spanned<i64>>,
    (least, most): (i64, i64),
    problems: &mut Problems<'_>,
) -> Option<i64> {
    let given = given?;
    let value = *given.as_ref();
    if (least..=most).contains(&value) {
        return Some(value);
    }
    problems.error(given.span().start, format!("{name} is {value}; give {least} to {most}"));
    None
}

fn share(
    name: &str,
    given: Option<&Spanned<f64>>,
    most: f64,
    problems: &mut Problems<'_>,
) -> Option<f64> {
    let given = given?;
    let value = *given.as_ref();
    if (0.0..=most).contains(&value) {
        return Some(value);
    }
    let text = format!("{name} is {value}; give a share of 0 to {most}, such as 0.1 for 10 %");
    problems.error(given.span().start, text);
    None
}
