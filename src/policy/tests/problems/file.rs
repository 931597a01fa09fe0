//! The file as a whole: TOML, sections, terms and numbers.

use super::{lines, provokes};
use crate::document::Severity::{Error, Warning};
use crate::policy::tests::MINIMAL;

#[test]
fn numbers() {
    for (from, to, message) in [
        ("version = 1", "version = 2", "version 2 is not known; write 1"),
        (
            "version = 1",
            "version = \"1\"",
            "in `version`: invalid type: string \"1\", expected i64",
        ),
        ("name = \"minimal\"", "name = \"\"", "name is empty; say what the policy is called"),
        ("deadline_min = 120", "deadline_min = 0", "review.deadline_min is 0; give 1 to 10080"),
        (
            "deadline_min = 120",
            "deadline_min = -1",
            "review, deadline_min: invalid value: integer `-1`, expected u32",
        ),
        (
            "alternative_fee_share = 0.006",
            "alternative_fee_share = 0.6",
            "route.alternative_fee_share is 0.6; give a share of 0 to 0.1, such as 0.006 for 0.6 %",
        ),
        (
            "alternative_fee_share = 0.006",
            "alternative_fee_share = nan",
            "route.alternative_fee_share is NaN; give a share of 0 to 0.1, such as 0.006 for 0.6 %",
        ),
        (
            "value_per_hour_minor = 0",
            "value_per_hour_minor = -1",
            "auto_approve.value_per_hour_minor is -1; give 0 or more",
        ),
        (
            "enabled = true",
            "enabled = 1",
            "auto_approve, enabled: invalid type: integer `1`, expected a boolean",
        ),
    ] {
        provokes(from, to, Error, message);
    }
    let off = "auto_approve.enabled is false: every approval becomes a review";
    provokes("enabled = true", "enabled = false", Warning, off);
}

#[test]
fn terms() {
    for (from, to, message) in [
        (
            "currency = \"CNY\"",
            "currency = \"RMB\"",
            "terms.currency: `RMB` is no ISO 4217 currency; give an upper-case code such as `CNY`",
        ),
        (
            "value_of = { USD = 7.0 }",
            "value_of = { USDD = 7.0 }",
            "terms.value_of: `USDD` is no ISO 4217 currency; give an upper-case code such as `CNY`",
        ),
        (
            "value_of = { USD = 7.0 }",
            "value_of = { USD = 0.0 }",
            "terms.value_of.USD is 0; give a rate above 0 and at most 1000000000",
        ),
        (
            "value_of = { USD = 7.0 }",
            "value_of = { CNY = 1.0 }",
            "terms.value_of.CNY is what the others are stated in; remove it",
        ),
        (
            "sku_class.account = { window_h = 72",
            "sku_class.account = { window_h = 0",
            "terms.sku_class.account: window_h is 0; give 1 to 8760: no provider refunds after a year",
        ),
        (
            "sku_class.account = { window_h = 72",
            "sku_class.account = { window_d = 72",
            "terms.sku_class, account: unknown field `window_d`, expected `window_h` or `returnable_after_delivery`",
        ),
        (
            "evidence_required.key_invalid",
            "evidence_required.key_bad",
            "terms.evidence_required: there is no key `key_bad`",
        ),
        (
            "\"activation_error\", \"video\"",
            "\"activation_error\", \"vido\"",
            "terms.evidence_required, key_invalid: unknown variant `vido`, expected one of `activation_error`, `payment_record`, `chat_log`, `product_screenshot`, `video`, `other`",
        ),
    ] {
        provokes(from, to, Error, message);
    }
    let misspelt = MINIMAL.replace("sku_class.top_up", "sku_class.topup");
    let told = lines(&misspelt);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].ends_with("error: terms.sku_class: `top_up` is missing; add it"), "{told:#?}");
    let expected = "8: error: terms.sku_class: there is no key `topup`; did you mean `top_up`?";
    assert_eq!(told[1], expected);
}

#[test]
fn toml() {
    for (from, to, message) in [
        ("name = \"minimal\"", "name = \"minimal", "invalid basic string, expected `\"`"),
        (
            "name = \"minimal\"",
            "name = minimal",
            "string values must be quoted, expected literal string",
        ),
        ("deadline_min = 120", "deadline_min = 120\ndeadline_min = 60", "duplicate key"),
        (
            "[[rule]]\nid = \"emulator\"",
            "[[rule]\nid = \"emulator\"",
            "unclosed array table, expected `]`",
        ),
    ] {
        let source = MINIMAL.replacen(from, to, 1);
        let told = lines(&source);
        assert!(told.iter().any(|line| line.ends_with(&format!("error: {message}"))), "{told:#?}");
        assert!(told.len() <= 2, "{to}: {told:#?}");
    }
    let source = MINIMAL.replace("deadline_min = 120", "deadline_min = 120\ndeadline_min = 60");
    assert_eq!(lines(&source), ["16: error: duplicate key"]);
}

#[test]
fn sections() {
    provokes(
        "[[rule]]\nid = \"emulator\"",
        "[[rules]]\nid = \"emulator\"",
        Error,
        "there is no section `rules`; did you mean `rule`?",
    );
    let source = MINIMAL.replace("[review]\n", "[reviews]\n");
    let told = [
        "1: error: section `review` is missing; add it",
        "14: error: there is no section `reviews`; did you mean `review`?",
    ];
    assert_eq!(lines(&source), told);
    for (text, message) in [
        ("rule = 7\n", "`rule` is a integer; write `[[rule]]` entries"),
        ("rule = [7]\n", "[[rule]] is a integer; write `[[rule]]`"),
        ("reason = []\n", "`reason` is a array; write `[reason]`"),
        ("review = 7\n", "review is a integer; write `[review]`"),
    ] {
        let told = lines(text);
        assert!(told.contains(&format!("1: error: {message}")), "{told:#?}");
    }
}
