//! The policy file as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::domain::{
    ClaimReason, Decision, EvidenceKind, FollowUpKind, LocalizedText, SkuClass, SkuTerms,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTerms {
    pub(super) currency: Spanned<String>,
    #[serde(default)]
    pub(super) value_of: BTreeMap<Spanned<String>, Spanned<f64>>,
    pub(super) sku_class: Spanned<BTreeMap<SkuClass, SkuTerms>>,
    #[serde(default)]
    pub(super) evidence_required: BTreeMap<ClaimReason, Vec<EvidenceKind>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReview {
    pub(super) deadline_min: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoute {
    pub(super) alternative_fee_share: f64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAutoApprove {
    pub(super) enabled: bool,
    pub(super) claims_per_hour: u32,
    pub(super) value_per_hour_minor: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDefine {
    pub(super) name: Spanned<String>,
    pub(super) sql: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntry {
    pub(super) id: Spanned<String>,
    pub(super) when: Spanned<String>,
    pub(super) then: Spanned<Decision>,
    pub(super) reason: Spanned<String>,
    pub(super) amount: Option<Spanned<String>>,
    pub(super) follow_up: Option<FollowUpKind>,
    pub(super) clause: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawListEntry {
    pub(super) id: Spanned<String>,
    pub(super) subject: super::ListSubject,
    pub(super) value: Spanned<String>,
    pub(super) then: Decision,
    pub(super) reason: Spanned<String>,
    pub(super) owner: Spanned<String>,
    pub(super) expires: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReason {
    pub(super) customer: Spanned<String>,
    pub(super) zh: Spanned<String>,
    pub(super) en: Spanned<String>,
}

/// The texts of the file, which have no other shape than that of the domain.
pub(super) type RawTexts = Vec<(String, usize, LocalizedText)>;
