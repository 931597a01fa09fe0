use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::super::samples::START;
use super::*;

/// A picture that an account sent so many minutes after the start.
#[derive(Debug, Clone)]
struct Sent {
    hash: u64,
    account: u8,
    at_min: i64,
}

fn account(n: u8) -> AccountId {
    AccountId::parse(&format!("a{n}")).unwrap()
}

fn at(minutes: i64) -> Timestamp {
    START.plus_ms(minutes * MINUTE_MS)
}

type Index = BTreeMap<PictureBucket, PicturesDoc>;

/// Every bucket, as entities would hold it.
fn index(sent: &[Sent]) -> Index {
    let mut index = Index::new();
    for Sent { hash, account: n, at_min } in sent {
        for bucket in PictureBucket::of(*hash) {
            let doc = index.entry(bucket).or_insert_with(|| PicturesDoc::empty(bucket));
            doc.add(*hash, &account(*n), at(*at_min));
        }
    }
    index
}

fn nearest(index: &Index, query: &Sent) -> Option<u32> {
    let question = PictureQuery::new(query.hash, &account(query.account), at(query.at_min));
    let buckets = PictureBucket::near(query.hash).filter_map(|bucket| index.get(&bucket));
    buckets.filter_map(|bucket| bucket.nearest(&question)).min()
}

/// The same, by looking at everything that was sent.
fn naive_nearest(sent: &[Sent], query: &Sent) -> Option<u32> {
    let by_others = sent.iter().filter(|s| s.account != query.account && s.at_min > query.at_min);
    let bits = by_others.map(|sent| (sent.hash ^ query.hash).count_ones());
    bits.filter(|bits| *bits <= NEAR_MAX_BITS).min()
}

/// Of a few pictures and what lies up to 9 bits beside them, so that they meet and miss.
fn hash() -> impl Strategy<Value = u64> {
    let pictures = [0x8606_0e1e_7efc_10fd_u64, 0x0000_ffff_0000_ffff, 0xaaaa_5555_3333_cccc];
    (prop::sample::select(pictures.to_vec()), btree_set(0_u32..64, 0..=9))
        .prop_map(|(picture, bits)| bits.into_iter().fold(picture, |hash, bit| hash ^ (1 << bit)))
}

fn sent() -> impl Strategy<Value = Sent> {
    let at_min = prop_oneof![0_i64..4, 0_i64..100 * 24 * 60];
    (hash(), 0_u8..4, at_min).prop_map(|(hash, account, at_min)| Sent { hash, account, at_min })
}

fn shuffled(sent: Vec<Sent>) -> impl Strategy<Value = (Vec<Sent>, Vec<Sent>)> {
    (Just(sent.clone()), Just(sent).prop_shuffle())
}

proptest! {
    #[test]
    fn the_index_answers_as_a_look_at_everything(all in vec(sent(), 0..80), query in sent()) {
        prop_assert_eq!(nearest(&index(&all), &query), naive_nearest(&all, &query));
    }

    #[test]
    fn a_near_hash_shares_a_bucket(hash in any::<u64>(), flips in btree_set(0_u32..64, 0..=6)) {
        let other = flips.iter().fold(hash, |hash, bit| hash ^ (1 << bit));
        let near: BTreeSet<_> = PictureBucket::near(hash).collect();
        prop_assume!(!near.is_empty() && PictureBucket::of(other).next().is_some());
        prop_assert_eq!(near.len(), 52);
        prop_assert!(PictureBucket::of(other).any(|bucket| near.contains(&bucket)));
    }

    #[test]
    fn a_hash_is_its_part_and_the_rest(hash in any::<u64>(), other in any::<u64>()) {
        for bucket in PictureBucket::of(hash) {
            let (_, rest) = bucket.split(hash);
            prop_assert!(rest < 1 << 48);
            prop_assert_eq!(bucket.bits_between(rest, hash), 0);
            prop_assert_eq!(bucket.bits_between(rest, other), (hash ^ other).count_ones());
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_show(
        (one, other) in vec((sent(), 0_i64..4), 1..60)
            .prop_map(|sent| {
                // Some are older than what is kept.
                let years = |(sent, years): (Sent, i64)| {
                    Sent { at_min: sent.at_min + years * 100 * 24 * 60, ..sent }
                };
                sent.into_iter().map(years).collect::<Vec<_>>()
            })
            .prop_flat_map(shuffled),
    ) {
        prop_assert_eq!(index(&one), index(&other));
    }

    #[test]
    fn buckets_survive_their_bytes(all in vec(sent(), 1..80)) {
        for (bucket, doc) in index(&all) {
            let bytes = postcard::to_stdvec(&doc).unwrap();
            prop_assert_eq!(&postcard::from_bytes::<PicturesDoc>(&bytes).unwrap(), &doc);
            prop_assert!(doc.entries.iter().map(|entry| entry.rest).is_sorted_by(|a, b| a < b));
            prop_assert!(all.iter().any(|s| PictureBucket::of(s.hash).any(|b| b == bucket)));
        }
    }

    #[test]
    fn bytes_that_are_no_entries_are_refused(mut bytes in vec(any::<u8>(), 0..90)) {
        let Ok(Entries { .. }) = postcard::from_bytes(&postcard::to_stdvec(&Raw(&bytes)).unwrap())
        else {
            return Ok(());
        };
        bytes.push(0);
        let longer = postcard::to_stdvec(&Raw(&bytes)).unwrap();
        prop_assert!(postcard::from_bytes::<Entries>(&longer).is_err(), "a byte too many");
    }
}

/// Bytes as a store would hold them.
struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

const PICTURE: u64 = 0x8606_0e1e_7efc_10fd;

#[test]
fn finds_the_nearest_picture_of_another_account() {
    let sent = |hash, account, at_min| Sent { hash, account, at_min };
    let all = [sent(PICTURE, 1, 10), sent(PICTURE ^ 0b111, 2, 20), sent(!PICTURE, 3, 30)];
    let index = index(&all);
    assert_eq!(nearest(&index, &sent(PICTURE, 3, 0)), Some(0));
    assert_eq!(nearest(&index, &sent(PICTURE, 1, 0)), Some(3), "not their own");
    assert_eq!(nearest(&index, &sent(PICTURE, 1, 20)), None, "sent too long ago");
    assert_eq!(nearest(&index, &sent(PICTURE, 1, 19)), Some(3));
    assert_eq!(nearest(&index, &sent(PICTURE ^ 0x7f, 9, 0)), Some(4));
    assert_eq!(
        nearest(&index, &sent(PICTURE ^ (0x7f << 20), 9, 0)),
        None,
        "seven bits are another picture"
    );
    assert_eq!(nearest(&index, &sent(!PICTURE, 3, 0)), None);
}

#[test]
fn a_plain_picture_is_near_nothing() {
    for hash in [0, u64::MAX, 1 << 63, 0x7f, !0x7f] {
        assert_eq!(PictureBucket::of(hash).count() + PictureBucket::near(hash).count(), 0);
    }
    assert_eq!(PictureBucket::of(0xff).count(), 4);
}

/// What everybody sends takes no more room than what two accounts sent, and is still known of everybody.
#[test]
fn a_picture_that_everybody_sends_takes_little_room() {
    let all: Vec<Sent> =
        (0..200).map(|n| Sent { hash: PICTURE, account: n, at_min: i64::from(n) }).collect();
    let index = index(&all);
    for doc in index.values() {
        assert_eq!((doc.len(), doc.is_saturated()), (1, false));
        let sender = doc.entries.iter().next().unwrap();
        assert_eq!(sender.last.account, digest(&account(199)));
        assert_eq!(sender.before.unwrap().account, digest(&account(198)));
        assert_eq!(postcard::to_stdvec(&doc.entries).unwrap().len(), 1 + 30, "behind its length");
    }
    for n in [0, 198, 199, 200] {
        assert_eq!(nearest(&index, &Sent { hash: PICTURE, account: n, at_min: 0 }), Some(0));
    }
    let alone = self::index(&[Sent { hash: PICTURE, account: 1, at_min: 0 }]);
    let entries = &alone.values().next().unwrap().entries;
    assert_eq!(postcard::to_stdvec(entries).unwrap().len(), 1 + 18);
}

#[test]
fn a_full_bucket_forgets_the_least_recent_and_says_so() {
    let bucket = PictureBucket::of(PICTURE).next().unwrap();
    let mut doc = PicturesDoc::empty(bucket);
    let hash = |n: usize| PICTURE ^ u64::try_from(n).unwrap();
    let minutes = |n: usize| at(i64::try_from(n).unwrap());
    for n in 0..BUCKET_MAX {
        doc.add(hash(n), &account(1), minutes(n));
    }
    doc.add(hash(0), &account(2), minutes(BUCKET_MAX));
    assert_eq!((doc.len(), doc.is_saturated()), (BUCKET_MAX, false));
    doc.add(hash(BUCKET_MAX), &account(1), minutes(BUCKET_MAX));
    assert_eq!((doc.len(), doc.is_saturated()), (BUCKET_MAX, true));
    let known = |n| {
        let rest = bucket.split(hash(n)).1;
        doc.entries.iter().any(|entry| entry.rest == rest)
    };
    assert!(!known(1), "the least recent went");
    assert!(known(0), "it was sent again later");
    assert!(known(2) && known(BUCKET_MAX));
}

#[test]
fn what_is_too_old_goes_with_the_next_picture() {
    let bucket = PictureBucket::of(PICTURE).next().unwrap();
    let day = 24 * 60;
    let mut doc = PicturesDoc::empty(bucket);
    doc.add(PICTURE, &account(1), at(0));
    doc.add(PICTURE ^ 1, &account(1), at(0));
    doc.add(PICTURE ^ 1, &account(2), at(day));
    doc.add(PICTURE ^ 2, &account(3), at(180 * day));
    assert_eq!(doc.len(), 3, "180 days are kept");
    doc.add(PICTURE ^ 2, &account(3), at(180 * day + 1));
    assert_eq!(doc.len(), 2);
    let left =
        doc.entries.iter().map(|entry| (entry.last.account, entry.before)).collect::<Vec<_>>();
    assert_eq!(left, [(digest(&account(2)), None), (digest(&account(3)), None)]);
    doc.add(PICTURE ^ 4, &account(4), at(0));
    assert_eq!(doc.len(), 2, "too late");
    assert!(!doc.is_saturated());
}
