use proptest::prelude::*;

use crate::wire::pb::cases::v1::Case;
use crate::wire::pb::v1;
use crate::wire::strategies::claim;
use crate::wire::{JsonError, encode_claim, from_json, to_json};

const CLAIM: &str = "vouch.v1.RefundClaim";

fn error(json: &str) -> String {
    from_json::<v1::RefundClaim>(CLAIM, json).unwrap_err().to_string()
}

proptest! {
    #[test]
    fn claims_come_back(claim in claim()) {
        let message = encode_claim(&claim);
        let json = to_json(CLAIM, &message).unwrap();
        prop_assert_eq!(from_json::<v1::RefundClaim>(CLAIM, &json).unwrap(), message);
    }

    #[test]
    fn noise_is_refused(json in "[\\[\\]{}:,\"a1 \\\\\n]{0,60}") {
        let _ = from_json::<v1::RefundClaim>(CLAIM, &json);
    }
}

#[test]
fn writes_names_as_in_the_proto_files_and_reads_both_spellings() {
    let message = v1::RefundClaim { fx_rate_today: None, ..super::claim() };
    let json = to_json(CLAIM, &message).unwrap();
    assert_eq!(
        json,
        r#"{"request_id":"q1","refund_id":"r1","order_id":"o1","account_id":"a1","requested_at":"2026-01-01T00:00:00Z","#
            .to_owned()
            + r#""amount":{"amount_minor":"10000","currency_code":"CNY"},"reason":"CLAIM_REASON_KEY_INVALID","#
            + r#""destination":{"route":"REFUND_ROUTE_ORIGINAL"},"channel":"CLAIM_CHANNEL_APP"}"#
    );
    let camel = r#"{"requestId": "q1", "amount": {"amountMinor": 5, "currency_code": "CNY"}}"#;
    let read: v1::RefundClaim = from_json(CLAIM, camel).unwrap();
    assert_eq!((read.request_id.as_str(), read.amount), ("q1", super::money(5, "CNY")));
}

#[test]
fn says_where_the_text_does_not_fit() {
    assert_eq!(
        error("{\n  \"request_id\": \"q1\",\n  \"amuont\": {}\n}"),
        "line 3, column 10, `amuont`: unrecognized field name 'amuont'"
    );
    assert_eq!(
        error(r#"{"amount": {"amount_minor": "many"}}"#),
        "line 1, column 34, `amount.amount_minor`: invalid digit found in string"
    );
    assert_eq!(
        error(r#"{"facts": [{"fact_id": "[{\"}"}, {"key_viewed": {"order_id": 7}}]}"#),
        "line 1, column 62, `facts[1].key_viewed.order_id`: invalid type: integer `7`, expected a string"
    );
    assert_eq!(
        error(r#"{"amount": [1]}"#),
        "line 1, column 11, `amount`: invalid type: sequence, expected a map"
    );
    assert_eq!(
        error(r#"{"reason": "CLAIM_REASON_BORED"}"#),
        "line 1, column 31, `reason`: unrecognized enum value 'CLAIM_REASON_BORED'"
    );
    assert_eq!(
        error(r#"{"facts": [{"key_viewed": {}, "keys_leaked": {}}]}"#),
        "line 1, column 48, `facts[0].keys_leaked`: multiple fields provided for oneof 'body'"
    );
    assert_eq!(error(""), "line 1, column 0: EOF while parsing a value");
    assert_eq!(error("{} {}"), "line 1, column 4: trailing characters");
}

#[test]
fn repeats_little_of_what_was_sent() {
    let long = "x".repeat(10_000);
    assert!(error(&format!(r#"{{"{long}": 1}}"#)).len() < 400);
    assert!(error(&format!(r#"{{"reason": "{long}"}}"#)).len() < 400);
}

#[test]
fn knows_the_messages_of_the_proto_files_only() {
    let unknown = from_json::<v1::Fact>("vouch.v1.Facts", "{}").unwrap_err();
    assert!(matches!(unknown, JsonError::UnknownMessage { .. }), "{unknown}");
    assert!(from_json::<Case>("vouch.cases.v1.Case", r#"{"name": "charged-twice"}"#).is_ok());
    let mut late = super::claim();
    late.requested_at = super::at(i64::MAX);
    assert!(matches!(to_json(CLAIM, &late), Err(JsonError::NoJsonForm(_))));
}
