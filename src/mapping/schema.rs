//! What columns.toml can map: the kinds of records and the fields of each.
//!
//! A field is called as in the proto files; one inside a message is called behind it (`client_ip`), as in `tables`.

use crate::domain::{
    ActivationResult, ActivityKind, ChargebackResult, ClaimChannel, ClaimReason, EvidenceKind,
    IncidentKind, OutcomeLabel, OutcomeSource, PaymentMethod, RefundRoute, SettlementStatus,
    SkuClass,
};
use crate::wire::WireEnum;

/// A kind of record: a kind of fact, or a claim.
#[derive(Debug, PartialEq)]
pub(super) struct RecordDef {
    /// As in the `oneof` of facts; `refund_claim` for claims.
    pub(super) name: &'static str,
    /// When it happened, its id, and when vouch is told.
    pub(super) frame: &'static Frame,
    /// Its own fields.
    own: &'static [FieldDef],
    /// It says where a person came from.
    has_client: bool,
}

/// The fields that every record of a sort has.
#[derive(Debug, PartialEq)]
pub(super) struct Frame {
    /// When it happened.
    pub(super) time: FieldDef,
    /// Its id.
    pub(super) id: FieldDef,
    /// When vouch was told.
    pub(super) observed_at: FieldDef,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldDef {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// Its values are not repeated in messages.
    pub(super) secret: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// An id or another short text.
    Id,
    /// Free text.
    Text,
    /// A value of an enum.
    Word(Words),
    /// A whole number.
    Whole,
    /// A real number.
    Real,
    /// Yes or no.
    Truth,
    /// A point in time.
    Time,
    /// An amount with its currency.
    Money,
    /// An IP address.
    Address,
    /// The fingerprint of a card key, or the key itself.
    Key,
    /// Several of them.
    Keys,
    /// Short texts.
    Ids,
    /// Values of an enum.
    WordList(Words),
    /// Bytes in hexadecimal, each of this length.
    Digests(usize),
}

/// The spellings of an enum, in the order of the proto file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) words: &'static [&'static str],
    number: fn(usize) -> i32,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Words {
    const fn of<T: WireEnum>(words: &'static [&'static str]) -> Self {
        Self { words, number: |index| T::VALUES.get(index).map_or(0, |value| value.number()) }
    }

    /// The number on the wire of a spelling.
    pub(super) fn number(self, word: &str) -> Option<i32> {
        self.words.iter().position(|known| *known == word).map(self.number)
    }
}

impl RecordDef {
    /// Its fields, those of the frame first.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static FieldDef> {
        let Frame { time, id, observed_at } = self.frame;
        let client = if self.has_client { CLIENT } else { &[] };
        [time, id, observed_at].into_iter().chain(self.own).chain(client)
    }

    /// Whether it is a claim.
    pub(super) fn is_claim(&self) -> bool {
        self.frame == &CLAIM
    }
}

const fn field(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef { name, kind, required: false, secret: false }
}

impl FieldDef {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

const fn id(name: &'static str) -> FieldDef {
    field(name, Kind::Id).required()
}

const fn word<T: WireEnum>(name: &'static str, words: &'static [&'static str]) -> FieldDef {
    field(name, Kind::Word(Words::of::<T>(words))).required()
}

static FACT: Frame = Frame {
    time: field("occurred_at", Kind::Time).required(),
    id: field("fact_id", Kind::Id),
    observed_at: field("observed_at", Kind::Time),
};

static CLAIM: Frame = Frame {
    time: field("requested_at", Kind::Time).required(),
    id: field("request_id", Kind::Id),
    observed_at: field("observed_at", Kind::Time),
};

const CLIENT: &[FieldDef] = &[
    field("client_ip", Kind::Address).secret(),
    field("client_device_id", Kind::Id),
    field("client_device_emulator", Kind::Truth),
    field("client_device_rooted", Kind::Truth),
    field("client_user_agent", Kind::Text),
    field("client_timezone", Kind::Id),
];

const AMOUNT: FieldDef = field("amount", Kind::Money).required();
const KEY: FieldDef = field("key_fingerprint", Kind::Key).secret();
const KEYS: FieldDef = field("key_fingerprints", Kind::Keys).secret();

const fn fact(name: &'static str, own: &'static [FieldDef], has_client: bool) -> RecordDef {
    RecordDef { name, frame: &FACT, own, has_client }
}

/// Every kind of record, facts in the order of the proto file.
pub(super) static RECORDS: [RecordDef; 14] = [
    fact(
        "order_placed",
        &[
            id("order_id"),
            id("account_id"),
            id("sku"),
            word::<SkuClass>("sku_class", SkuClass::WORDS),
            field("region_lock_countries", Kind::Ids),
            field("supplier_id", Kind::Id),
            field("quantity", Kind::Whole),
            AMOUNT,
        ],
        true,
    ),
    fact(
        "payment_captured",
        &[
            id("psp_transaction_id"),
            id("order_id"),
            field("payer_fingerprint", Kind::Id).secret(),
            word::<PaymentMethod>("method", PaymentMethod::WORDS),
            AMOUNT,
            field("fx_rate", Kind::Real),
            field("fx_rate_to_currency_code", Kind::Id),
            field("payment_country", Kind::Id),
        ],
        false,
    ),
    fact("payment_reversed", &[id("psp_transaction_id"), id("order_id"), AMOUNT], false),
    fact(
        "key_delivered",
        &[id("order_id"), KEY, field("batch_id", Kind::Id), field("supplier_id", Kind::Id)],
        false,
    ),
    fact("key_viewed", &[id("order_id"), KEY], true),
    fact(
        "key_activated",
        &[
            KEY.required(),
            word::<ActivationResult>("result", ActivationResult::WORDS),
            field("activator_id", Kind::Id),
        ],
        true,
    ),
    fact(
        "account_activity",
        &[
            id("account_id"),
            word::<ActivityKind>("kind", ActivityKind::WORDS),
            field("verified_level", Kind::Whole),
        ],
        true,
    ),
    fact(
        "refund_settled",
        &[
            id("refund_id"),
            id("order_id"),
            id("account_id"),
            AMOUNT,
            word::<RefundRoute>("route", RefundRoute::WORDS),
            word::<SettlementStatus>("status", SettlementStatus::WORDS),
        ],
        false,
    ),
    fact(
        "chargeback_opened",
        &[id("chargeback_id"), id("psp_transaction_id"), id("order_id"), id("account_id"), AMOUNT],
        false,
    ),
    fact(
        "chargeback_closed",
        &[
            id("chargeback_id"),
            id("psp_transaction_id"),
            id("order_id"),
            id("account_id"),
            AMOUNT,
            word::<ChargebackResult>("result", ChargebackResult::WORDS),
        ],
        false,
    ),
    fact(
        "keys_leaked",
        &[KEYS.required(), id("source"), field("first_seen_at", Kind::Time)],
        false,
    ),
    fact(
        "incident_declared",
        &[
            id("incident_id"),
            word::<IncidentKind>("kind", IncidentKind::WORDS),
            field("sku", Kind::Id),
            field("supplier_id", Kind::Id),
            field("batch_id", Kind::Id),
            field("from", Kind::Time).required(),
            field("until", Kind::Time),
        ],
        false,
    ),
    fact(
        "outcome_reported",
        &[
            id("refund_id"),
            id("order_id"),
            id("account_id"),
            word::<OutcomeLabel>("label", OutcomeLabel::WORDS),
            word::<OutcomeSource>("source", OutcomeSource::WORDS),
            field("effective_at", Kind::Time),
        ],
        false,
    ),
    RecordDef {
        name: "refund_claim",
        frame: &CLAIM,
        own: &[
            id("refund_id"),
            id("order_id"),
            id("account_id"),
            AMOUNT,
            word::<ClaimReason>("reason", ClaimReason::WORDS),
            field("reason_text", Kind::Text),
            word::<RefundRoute>("route", RefundRoute::WORDS),
            field("payout_fingerprint", Kind::Id).secret(),
            field("agreement_signed", Kind::Truth),
            word::<ClaimChannel>("channel", ClaimChannel::WORDS),
            field("evidence_kind", Kind::WordList(Words::of::<EvidenceKind>(EvidenceKind::WORDS))),
            field("evidence_sha256", Kind::Digests(32)),
            field("evidence_perceptual_hash", Kind::Digests(8)),
            KEYS,
            field("fx_rate_today", Kind::Real),
            field("fx_rate_today_to_currency_code", Kind::Id),
        ],
        has_client: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fact_can_be_mapped() {
        let names: Vec<&str> = RECORDS.iter().map(|record| record.name).collect();
        let proto = include_str!("../../proto/vouch/v1/fact.proto");
        let body = proto.split("oneof body {").nth(1).unwrap().split("\n  }").next().unwrap();
        let fields = body.lines().filter(|line| line.contains('='));
        let kinds: Vec<&str> = fields.map(|line| line.split_whitespace().nth(1).unwrap()).collect();
        assert_eq!(names, [kinds.as_slice(), &["refund_claim"]].concat());
    }

    #[test]
    fn words_have_the_numbers_of_the_proto_files() {
        let words = Words::of::<SkuClass>(SkuClass::WORDS);
        for (index, word) in SkuClass::WORDS.iter().enumerate() {
            assert_eq!(words.number(word), Some(SkuClass::VALUES[index].number()));
        }
        assert_eq!(words.number("ticket"), None);
    }
}
