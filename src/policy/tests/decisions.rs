//! Conditions that share a name mean the same as written out.

use super::{Scene, int, plain, policy_with, truth};
use crate::domain::Layer;

#[test]
fn shared_conditions_may_use_those_before_them() {
    let policy = policy_with(
        "[[define]]\nname = \"odd\"\nsql = \"large OR device_rooted\"\n\
         [[define]]\nname = \"odder\"\nsql = \"odd AND device_is_new\"\n\
         [[rule]]\nid = \"by-name\"\nwhen = \"odder\"\nthen = \"review\"\nreason = \"hold\"\n\
         [[rule]]\nid = \"in-full\"\nwhen = \"(claim_amount_minor >= 10000 OR device_rooted) AND device_is_new\"\nthen = \"review\"\nreason = \"hold\"\n\
         [[rule]]\nid = \"denied\"\nwhen = \"NOT odder\"\nthen = \"review\"\nreason = \"hold\"\n",
    );
    let fired = |signals: &[(&str, crate::signals::SignalValue)]| {
        let verdict = Scene::default().decide(&policy, &plain(signals));
        let rules = verdict.layers.into_iter().find(|f| f.layer == Layer::Rule).unwrap();
        let of_these = |id: &String| ["by-name", "in-full", "denied"].contains(&id.as_str());
        let (fired, unjudged): (Vec<_>, Vec<_>) = (
            rules.fired.into_iter().filter(of_these).collect(),
            rules.unjudged.into_iter().filter(of_these).collect(),
        );
        (fired.join(" "), unjudged.join(" "))
    };
    let told = |fired: &str, unjudged: &str| (fired.to_owned(), unjudged.to_owned());
    let (new, large, rooted) = (
        ("device_is_new", truth(true)),
        ("claim_amount_minor", int(10_000)),
        ("device_rooted", truth(true)),
    );
    assert_eq!(fired(&[new.clone(), large.clone()]), told("by-name in-full", ""));
    assert_eq!(fired(&[new.clone(), rooted]), told("by-name in-full", ""));
    assert_eq!(fired(&[large]), told("denied", ""));
    // Not large, and nobody knows whether rooted.
    assert_eq!(fired(&[new]), told("", "by-name in-full denied"));
}

#[test]
fn what_is_said_in_quotes_is_not_a_name() {
    let policy = policy_with(
        "[[define]]\nname = \"key\"\nsql = \"device_rooted\"\n\
         [[rule]]\nid = \"quoted\"\nwhen = \"sku_class = 'key' AND NOT key\"\nthen = \"review\"\nreason = \"hold\"\n",
    );
    let signals =
        [("sku_class", crate::signals::SignalValue::Word("key")), ("device_rooted", truth(false))];
    let verdict = Scene::default().decide(&policy, &plain(&signals));
    assert_eq!(verdict.reasons[0].rule_id, "quoted");
}
