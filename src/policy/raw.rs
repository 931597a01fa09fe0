//! The policy file as it is written: every key is read on its own, so that one mistake hides no other.

use std::collections::BTreeMap;

use toml::Spanned;

use super::ListSubject;
use super::model::{RawCosts, RawModel};
use crate::document::{Fields, Problems, Sections, parse};
use crate::domain::{ClaimReason, Decision, EvidenceKind, FollowUpKind, Layer, SkuClass, SkuTerms};

/// The layers that have entries with conditions, and their sections.
const LAYERS: [(Layer, &str); 5] = [
    (Layer::Guard, "guard"),
    (Layer::Proof, "proof"),
    (Layer::Eligibility, "eligibility"),
    (Layer::Rule, "rule"),
    (Layer::Fallback, "fallback"),
];

/// Every section of a policy file.
const SECTIONS: [&str; 18] = [
    "version",
    "name",
    "terms",
    "review",
    "route",
    "auto_approve",
    "costs",
    "model",
    "define",
    "guard",
    "proof",
    "eligibility",
    "list",
    "rule",
    "fallback",
    "customer_text",
    "follow_up",
    "reason",
];

/// Text and where it stands.
pub(super) type Text = Spanned<String>;

/// Everything that could be read.
pub(super) struct RawPolicy {
    /// The text is no TOML: what is missing may have been lost.
    pub(super) broken: bool,
    pub(super) version: Option<Spanned<i64>>,
    pub(super) name: Option<Text>,
    pub(super) terms: Option<RawTerms>,
    pub(super) review_deadline_min: Option<Spanned<u32>>,
    pub(super) alternative_fee_share: Option<Spanned<f64>>,
    pub(super) auto_approve: Option<RawAutoApprove>,
    /// The outer `None`: there is no such section.
    pub(super) costs: Option<Option<RawCosts>>,
    /// The outer `None`: there is no such section.
    pub(super) model: Option<Option<RawModel>>,
    pub(super) defines: Vec<RawDefine>,
    pub(super) entries: Vec<RawEntry>,
    pub(super) lists: Vec<RawListEntry>,
    pub(super) texts: Vec<(Text, RawText)>,
    pub(super) follow_ups: Vec<(Text, Text)>,
    pub(super) reasons: Vec<(Text, RawReason)>,
}

/// The after-sales terms.
pub(super) struct RawTerms {
    pub(super) currency: Option<Text>,
    pub(super) value_of: BTreeMap<Text, Spanned<f64>>,
    pub(super) by_class: BTreeMap<SkuClass, Spanned<SkuTerms>>,
    pub(super) evidence_required: BTreeMap<ClaimReason, Vec<EvidenceKind>>,
}

pub(super) struct RawAutoApprove {
    pub(super) enabled: Option<Spanned<bool>>,
    pub(super) claims_per_hour: Option<u32>,
    pub(super) value_per_hour_minor: Option<Spanned<i64>>,
}

pub(super) struct RawDefine {
    pub(super) name: Option<Text>,
    pub(super) sql: Option<Text>,
}

pub(super) struct RawEntry {
    pub(super) layer: Layer,
    /// How messages name it.
    pub(super) place: String,
    pub(super) id: Option<Text>,
    pub(super) when: Option<Text>,
    pub(super) then: Option<Spanned<Decision>>,
    pub(super) reason: Option<Text>,
    pub(super) amount: Option<Text>,
    pub(super) follow_up: Option<Spanned<FollowUpKind>>,
    pub(super) clause: Option<String>,
}

pub(super) struct RawListEntry {
    /// How messages name it.
    pub(super) place: String,
    pub(super) id: Option<Text>,
    pub(super) subject: Option<ListSubject>,
    pub(super) value: Option<Text>,
    pub(super) then: Option<Decision>,
    pub(super) reason: Option<Text>,
    pub(super) owner: Option<Text>,
    pub(super) expires: Option<Text>,
}

/// A text in two languages.
pub(super) struct RawText {
    pub(super) zh: Option<Text>,
    pub(super) en: Option<Text>,
}

pub(super) struct RawReason {
    pub(super) customer: Option<Text>,
    pub(super) agent: RawText,
}

impl RawPolicy {
    pub(super) fn read(source: &str, problems: &mut Problems<'_>) -> Self {
        let mut sections = Sections::read(source, problems);
        let raw = Self {
            broken: sections.is_broken(),
            version: sections.required("version", problems),
            name: sections.required("name", problems),
            terms: sections.table("terms", problems).map(|fields| RawTerms::read(fields, problems)),
            review_deadline_min: one_key(&mut sections, "review", "deadline_min", problems),
            alternative_fee_share: one_key(
                &mut sections,
                "route",
                "alternative_fee_share",
                problems,
            ),
            auto_approve: sections
                .table("auto_approve", problems)
                .map(|fields| RawAutoApprove::read(fields, problems)),
            costs: RawCosts::read(&mut sections, problems),
            model: RawModel::read(&mut sections, problems),
            defines: sections
                .tables("define", problems)
                .into_iter()
                .map(|fields| RawDefine::read(fields, problems))
                .collect(),
            entries: entries(&mut sections, problems),
            lists: sections
                .tables("list", problems)
                .into_iter()
                .map(|fields| RawListEntry::read(fields, problems))
                .collect(),
            texts: texts(&mut sections, problems),
            follow_ups: follow_ups(&mut sections, problems),
            reasons: reasons(&mut sections, problems),
        };
        sections.finish(&SECTIONS, problems);
        raw
    }
}

/// The value of a section that has one key.
fn one_key<T: serde::de::DeserializeOwned>(
    sections: &mut Sections<'_>,
    name: &str,
    key: &'static str,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let mut fields = sections.table(name, problems)?;
    let value = fields.required(key, problems);
    fields.finish(problems);
    value
}

fn entries(sections: &mut Sections<'_>, problems: &mut Problems<'_>) -> Vec<RawEntry> {
    let mut entries = Vec::new();
    for (layer, name) in LAYERS {
        for fields in sections.tables(name, problems) {
            entries.push(RawEntry::read(layer, fields, problems));
        }
    }
    entries
}

fn texts(sections: &mut Sections<'_>, problems: &mut Problems<'_>) -> Vec<(Text, RawText)> {
    let broken = sections.is_broken();
    sections.must_have("customer_text", problems);
    let mut texts = Vec::new();
    for (name, value) in sections.named("customer_text", problems) {
        let place = format!("customer text `{}`", name.as_ref());
        let shape = format!("{} = {{ zh = \"...\", en = \"...\" }}", name.as_ref());
        let Some(mut fields) = Fields::of(value, &place, shape, broken, problems) else { continue };
        texts.push((name, RawText::read(&mut fields, problems)));
        fields.finish(problems);
    }
    texts
}

fn follow_ups(sections: &mut Sections<'_>, problems: &mut Problems<'_>) -> Vec<(Text, Text)> {
    let mut follow_ups = Vec::new();
    for (name, value) in sections.named("follow_up", problems) {
        let place = format!("follow-up `{}`", name.as_ref());
        follow_ups.extend(parse(value, &place, problems).map(|text| (name, text)));
    }
    follow_ups
}

fn reasons(sections: &mut Sections<'_>, problems: &mut Problems<'_>) -> Vec<(Text, RawReason)> {
    let broken = sections.is_broken();
    sections.must_have("reason", problems);
    let mut reasons = Vec::new();
    for (code, value) in sections.named("reason", problems) {
        let place = format!("reason `{}`", code.as_ref());
        let shape =
            format!("{} = {{ customer = \"...\", zh = \"...\", en = \"...\" }}", code.as_ref());
        let Some(mut fields) = Fields::of(value, &place, shape, broken, problems) else { continue };
        let customer = fields.required("customer", problems);
        let agent = RawText::read(&mut fields, problems);
        fields.finish(problems);
        reasons.push((code, RawReason { customer, agent }));
    }
    reasons
}

impl RawTerms {
    fn read(mut fields: Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let currency = fields.required("currency", problems);
        let value_of = fields.optional("value_of", problems).unwrap_or_default();
        let mut by_class = BTreeMap::new();
        if let Some(mut classes) = fields.required_table("sku_class", problems) {
            for class in SkuClass::ALL {
                let terms = classes.required(class.as_str(), problems);
                by_class.extend(terms.map(|terms| (*class, terms)));
            }
            classes.finish(problems);
        }
        let mut evidence_required = BTreeMap::new();
        if let Some(mut by_reason) = fields.optional_table("evidence_required", problems) {
            for reason in ClaimReason::ALL {
                let kinds = by_reason.optional(reason.as_str(), problems);
                evidence_required.extend(kinds.map(|kinds| (*reason, kinds)));
            }
            by_reason.finish(problems);
        }
        fields.finish(problems);
        Self { currency, value_of, by_class, evidence_required }
    }
}

impl RawAutoApprove {
    fn read(mut fields: Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let raw = Self {
            enabled: fields.required("enabled", problems),
            claims_per_hour: fields.required("claims_per_hour", problems),
            value_per_hour_minor: fields.required("value_per_hour_minor", problems),
        };
        fields.finish(problems);
        raw
    }
}

impl RawDefine {
    fn read(mut fields: Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let name: Option<Text> = fields.required("name", problems);
        if let Some(name) = &name {
            fields.rename(format!("define `{}`", name.as_ref()));
        }
        let sql = fields.required("sql", problems);
        fields.finish(problems);
        Self { name, sql }
    }
}

impl RawEntry {
    fn read(layer: Layer, mut fields: Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let id: Option<Text> = fields.required("id", problems);
        let place = place(layer.as_str(), id.as_ref());
        fields.rename(place.clone());
        let raw = Self {
            layer,
            place,
            id,
            when: fields.required("when", problems),
            then: fields.required("then", problems),
            reason: fields.required("reason", problems),
            amount: fields.optional("amount", problems),
            follow_up: fields.optional("follow_up", problems),
            clause: fields.optional("clause", problems),
        };
        fields.finish(problems);
        raw
    }
}

impl RawListEntry {
    fn read(mut fields: Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let id: Option<Text> = fields.required("id", problems);
        let place = place("list", id.as_ref());
        fields.rename(place.clone());
        let raw = Self {
            place,
            id,
            subject: fields.required("subject", problems),
            value: fields.required("value", problems),
            then: fields.required("then", problems),
            reason: fields.required("reason", problems),
            owner: fields.required("owner", problems),
            expires: fields.required("expires", problems),
        };
        fields.finish(problems);
        raw
    }
}

impl RawText {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Self {
        Self { zh: fields.required("zh", problems), en: fields.required("en", problems) }
    }
}

fn place(section: &str, id: Option<&Text>) -> String {
    id.map_or_else(|| format!("[[{section}]]"), |id| format!("{section} `{}`", id.as_ref()))
}
