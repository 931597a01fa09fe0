//! What is remembered of buckets of pictures.

use super::*;

/// What a bucket of pictures holds is remembered until more comes there.
#[test]
fn pictures_that_were_looked_for_in_vain_are_found_once_they_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let limits = StoreLimits { cache_bytes: 0, checkpoint_every: 10 };
    let mut store = FjallStore::open(&database(folder.path()), limits, 0).unwrap();
    let events = events(&records(100));
    let pictures = shown(&events);
    assert!(pictures.len() > 1);
    for _ in 0..2 {
        for (tenant, hash) in &pictures {
            assert!(store.near_pictures(tenant, *hash, START).unwrap().is_empty());
            assert!(store.pictures.candidates(tenant, *hash).is_empty(), "it is known by now");
        }
    }
    let end = events.last().unwrap().stamp.position();
    store.commit(&events).unwrap();
    assert_reflects(&mut store, &events);
    store.flush(end).unwrap();
    store.settled(end).unwrap();
    assert_eq!(store.cached_bytes(), 0, "all of it is on disk alone");
    assert_reflects(&mut store, &events);
}

/// Of a bucket with many pictures nothing is remembered, and it is looked at.
#[test]
fn a_full_bucket_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FjallStore::open(&database(folder.path()), ROOMY, 0).unwrap();
    let claim = records(100).into_iter().find_map(|record| match record {
        Intake::Claim(decided) if !decided.claim.evidence.is_empty() => Some(decided),
        Intake::Fact(_) | Intake::Claim(_) => None,
    });
    let claim = claim.unwrap();
    let picture = |n: u64| {
        let mut decided = (*claim).clone();
        let mut claim = (*decided.claim).clone();
        claim.evidence.truncate(1);
        claim.evidence[0].perceptual_hash = Some(0x8606_0e1e_7efc_10fd ^ (n << 8) ^ (n << 40));
        decided.claim = Arc::new(claim);
        Intake::Claim(Arc::new(decided))
    };
    let events = events(&(0..100).map(picture).collect::<Vec<_>>());
    for event in &events {
        store.commit(std::slice::from_ref(event)).unwrap();
    }
    assert_reflects(&mut store, &events);
    let (tenant, hash) = shown(&events).pop_last().unwrap();
    let first = PictureBucket::near(hash).next().unwrap();
    assert!(store.pictures.candidates(&tenant, hash ^ 0xff).contains(&first));
}
