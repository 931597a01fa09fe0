//! What staff read of a model.

use crate::domain::{GroupContribution, LocalizedText};

/// The reason of a decision that costs least by the model.
pub(in crate::policy) const EXPECTED_COST: &str = "model_expected_cost";
/// The reason of a review where the model would have decided, and may not.
pub(in crate::policy) const HELD_BACK: &str = "model_held_back";

/// A group of signals: the end of its reason's code, its name in the catalogue, and vouch's own words for it.
#[derive(Debug)]
pub(in crate::policy) struct Group {
    pub(in crate::policy) slug: &'static str,
    pub(in crate::policy) code: &'static str,
    name: &'static str,
    zh: &'static str,
    en: &'static str,
}

/// Every group of the catalogue, and last what belongs to none.
pub(in crate::policy) const GROUPS: [Group; 12] = [
    group("charge", "model_charge", "charge", "支付与扣款", "the payments of the order"),
    group("claim", "model_claim", "claim", "申请本身", "the claim itself"),
    group("evidence", "model_evidence", "evidence", "凭证", "the evidence"),
    group("key", "model_key", "key", "卡密的使用情况", "what became of the keys"),
    group("payout", "model_payout", "payout", "收款方式", "where the money is to go"),
    group("fx", "model_fx", "fx", "汇率与跨境", "currencies and borders"),
    group("ip_geo", "model_ip_geo", "ip / geo", "IP 地址与位置", "the address and the place"),
    group("device", "model_device", "device", "设备", "the device"),
    group("account", "model_account", "account", "账户历史", "the account's history"),
    group(
        "batch_supplier_sku",
        "model_batch_supplier_sku",
        "batch / supplier / sku",
        "批次、供应商与商品",
        "batch, supplier and goods",
    ),
    group("incident", "model_incident", "incident", "已公告的故障", "declared incidents"),
    group("other", "model_other", "other", "综合特征", "several things together"),
];

const fn group(
    slug: &'static str,
    code: &'static str,
    name: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Group {
    Group { slug, code, name, zh, en }
}

impl Group {
    /// The group of a name; what no catalogue knows belongs to the last.
    pub(in crate::policy) fn named(name: &str) -> Option<&'static Self> {
        GROUPS.iter().find(|group| group.name == name).or_else(|| GROUPS.last())
    }

    /// vouch's own words for it.
    pub(in crate::policy) fn words(&self) -> LocalizedText {
        LocalizedText { zh: self.zh.to_owned(), en: self.en.to_owned() }
    }
}

/// What a group adds, behind the words for it.
pub(super) fn contribution(words: &LocalizedText, group: &GroupContribution) -> LocalizedText {
    let features: Vec<String> = group
        .features
        .iter()
        .map(|part| format!("{} {:+.2}", part.feature, part.log_odds))
        .collect();
    let (zh, en, adds) = (&words.zh, &words.en, group.log_odds);
    LocalizedText {
        zh: format!("{zh}：对数几率 {adds:+.2}（{}）", features.join("，")),
        en: format!("{en}: {adds:+.2} log-odds ({})", features.join(", ")),
    }
}

/// A probability as a person reads it.
pub(super) fn percent(probability: f64) -> String {
    let percent = probability * 100.0;
    if percent > 0.0 && percent < 1.0 {
        format!("{percent:.2} %")
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::Catalogue;

    #[test]
    fn every_group_of_the_catalogue_has_words_of_its_own() {
        for def in Catalogue::get().defs() {
            let group = Group::named(def.group).unwrap();
            assert_eq!(group.name, def.group, "{}", def.name);
        }
        for group in &GROUPS {
            assert_eq!(group.code, format!("model_{}", group.slug));
        }
        assert_eq!(Group::named("anything").unwrap().code, "model_other");
    }
}
