use proptest::prelude::*;
use prost::Message;

use super::limits;
use crate::domain::{
    ActivationResult, ActivityKind, ChargebackResult, ClaimChannel, ClaimReason, Decision,
    EvidenceKind, FindingKind, FollowUpKind, IncidentKind, Layer, LayerOutcome, OutcomeLabel,
    OutcomeSource, PaymentMethod, RefundRoute, SettlementStatus, SkuClass,
};
use crate::wire::pb::v1;
use crate::wire::strategies::{claim, fact};
use crate::wire::{
    TimeLimits, WireEnum, canonical_claim, canonical_fact, decode_claim, decode_fact, digest,
    encode_claim, encode_fact,
};

/// Changes to a message as a bad network, a fuzzer or another version would make them.
#[derive(Debug, Clone)]
enum Damage {
    Set(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let index = any::<prop::sample::Index>;
    let one = prop_oneof![
        8 => (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        2 => index().prop_map(Damage::Remove),
        2 => (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        1 => index().prop_map(Damage::Cut),
    ];
    prop::collection::vec(one, 1..6)
}

fn damaged(mut bytes: Vec<u8>, damage: &[Damage]) -> Vec<u8> {
    for one in damage {
        if bytes.is_empty() {
            break;
        }
        match one {
            Damage::Set(at, byte) => *at.get_mut(&mut bytes) = *byte,
            Damage::Remove(at) => drop(bytes.remove(at.index(bytes.len()))),
            Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len()), *byte),
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
    bytes
}

proptest! {
    #[test]
    fn facts_come_back(fact in fact()) {
        let bytes = encode_fact(&fact).encode_to_vec();
        let message = v1::Fact::decode(bytes.as_slice()).unwrap();
        let read = decode_fact(message, "fact", &TimeLimits::STORED);
        prop_assert_eq!(read, Ok(fact));
    }

    #[test]
    fn claims_come_back(claim in claim()) {
        let bytes = encode_claim(&claim).encode_to_vec();
        let message = v1::RefundClaim::decode(bytes.as_slice()).unwrap();
        let read = decode_claim(message, "claim", &TimeLimits::STORED);
        prop_assert_eq!(read, Ok(claim));
    }

    /// What a damaged message is read as is a valid value: it can be encoded and read again.
    #[test]
    fn damaged_claims_are_read_or_refused(claim in claim(), damage in damage()) {
        let bytes = damaged(encode_claim(&claim).encode_to_vec(), &damage);
        if let Ok(message) = v1::RefundClaim::decode(bytes.as_slice()) {
            match decode_claim(message, "claim", &limits()) {
                Ok(read) => {
                    let again = decode_claim(encode_claim(&read), "claim", &TimeLimits::STORED);
                    prop_assert_eq!(again, Ok(read));
                }
                Err(violations) => prop_assert!(!violations.is_empty()),
            }
        }
    }

    #[test]
    fn damaged_facts_are_read_or_refused(fact in fact(), damage in damage()) {
        let bytes = damaged(encode_fact(&fact).encode_to_vec(), &damage);
        if let Ok(message) = v1::Fact::decode(bytes.as_slice()) {
            match decode_fact(message, "fact", &limits()) {
                Ok(read) => {
                    let again = decode_fact(encode_fact(&read), "fact", &TimeLimits::STORED);
                    prop_assert_eq!(again, Ok(read));
                }
                Err(violations) => prop_assert!(!violations.is_empty()),
            }
        }
    }

    #[test]
    fn noise_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = v1::Fact::decode(bytes.as_slice()) {
            let _ = decode_fact(message, "fact", &limits());
        }
        if let Ok(message) = v1::RefundClaim::decode(bytes.as_slice()) {
            let _ = decode_claim(message, "claim", &limits());
        }
    }

    #[test]
    fn digests_tell_contents_apart(a in fact(), b in fact()) {
        let digest_of = |fact| digest(&canonical_fact(fact));
        prop_assert_eq!(digest_of(&a) == digest_of(&b), a == b);
        prop_assert_eq!(digest_of(&a), digest_of(&a.clone()));
    }
}

#[test]
fn digests_do_not_see_how_it_was_spelled() {
    let spelled = |ip: &str, client: bool| {
        let client = client
            .then(|| v1::Client { ip: (!ip.is_empty()).then(|| ip.into()), ..Default::default() });
        let claim = v1::RefundClaim { client, ..super::claim() };
        digest(&canonical_claim(&decode_claim(claim, "claim", &limits()).unwrap()))
    };
    assert_eq!(spelled("", true), spelled("", false));
    assert_eq!(spelled("::ffff:1.2.3.4", true), spelled("1.2.3.4", true));
    assert_ne!(spelled("1.2.3.4", true), spelled("", true));
}

#[test]
fn enums_keep_their_numbers() {
    fn check<T: WireEnum + PartialEq + std::fmt::Debug>() {
        assert_eq!(T::from_number(0), None, "unspecified");
        let last = i32::try_from(T::VALUES.len()).unwrap();
        for (number, value) in (1..).zip(T::VALUES) {
            assert_eq!((value.number(), T::from_number(number)), (number, Some(*value)));
        }
        for unknown in [last + 1, -1, i32::MIN, i32::MAX] {
            assert_eq!(T::from_number(unknown), None);
        }
    }
    check::<ActivationResult>();
    check::<ActivityKind>();
    check::<ChargebackResult>();
    check::<ClaimChannel>();
    check::<ClaimReason>();
    check::<Decision>();
    check::<EvidenceKind>();
    check::<FindingKind>();
    check::<FollowUpKind>();
    check::<IncidentKind>();
    check::<Layer>();
    check::<LayerOutcome>();
    check::<OutcomeLabel>();
    check::<OutcomeSource>();
    check::<PaymentMethod>();
    check::<RefundRoute>();
    check::<SettlementStatus>();
    check::<SkuClass>();
}
