//! What every ledger must do.

use super::{Found, Ledger, Record, RecordKind};
use crate::domain::{Sha256, TenantId, Timestamp};

/// No positions.
pub(crate) const NONE: [u64; 0] = [];

/// Holds a kind of ledger to all of it; `new` makes an empty one.
pub(crate) fn ledger_conforms<L: Ledger>(new: impl Fn() -> L) {
    starts_empty(&new());
    keeps_order(&mut new());
    finds_by_id_and_alias(&mut new());
    refuses_long_names(&mut new());
    takes_batches_together(&mut new());
    scans_from_anywhere(&mut new());
    lists_one_kind(&mut new());
}

/// A record with a body that tells it apart.
pub(crate) fn record(tenant: &str, kind: RecordKind, id: &str) -> Record {
    let digest = u8::try_from(id.len()).unwrap();
    Record {
        tenant: TenantId::parse(tenant).unwrap(),
        kind,
        id: id.into(),
        alias: None,
        digest: Sha256([digest; 32]),
        observed_at: Timestamp::from_ms(1_700_000_000_000),
        body: format!("{tenant}/{kind:?}/{id}").into_bytes(),
    }
}

/// So many facts with ids of their own, counted from `first`.
pub(crate) fn facts(first: usize, count: usize) -> Vec<Record> {
    (first..first + count).map(|n| record("shop", RecordKind::Fact, &format!("f{n}"))).collect()
}

fn with_alias(record: Record, alias: &str) -> Record {
    Record { alias: Some(alias.into()), ..record }
}

fn starts_empty(ledger: &impl Ledger) {
    assert_eq!(ledger.end(), 0);
    assert_eq!(ledger.read(0).unwrap(), None);
    assert_eq!(ledger.read(1).unwrap(), None);
    assert_eq!(ledger.scan(0).count(), 0);
    let tenant = TenantId::parse("shop").unwrap();
    assert_eq!(ledger.find(&tenant, RecordKind::Fact, "f0").unwrap(), None);
    assert_eq!(ledger.find_alias(&tenant, "d").unwrap(), None);
    assert_eq!(ledger.list(&tenant, RecordKind::Finding, 0, 9).unwrap(), NONE);
}

fn keeps_order(ledger: &mut impl Ledger) {
    let records = facts(0, 5);
    assert_eq!(ledger.append(&records[..2]).unwrap(), 2);
    assert_eq!(ledger.append(&[]).unwrap(), 2, "nothing to append is fine");
    assert_eq!(ledger.append(&records[2..]).unwrap(), 5);
    assert_eq!(ledger.end(), 5);
    for (position, record) in (1..).zip(&records) {
        assert_eq!(ledger.read(position).unwrap().as_ref(), Some(record));
    }
    assert_eq!(ledger.read(0).unwrap(), None);
    assert_eq!(ledger.read(6).unwrap(), None);
    assert_eq!(ledger.read(u64::MAX).unwrap(), None);
}

fn finds_by_id_and_alias(ledger: &mut impl Ledger) {
    let claim = with_alias(record("shop", RecordKind::Claim, "same"), "decision");
    let others = [
        record("shop", RecordKind::Fact, "same"),
        claim.clone(),
        with_alias(record("other", RecordKind::Claim, "same"), "decision"),
        // Nothing but where the tenant ends tells these two apart.
        record("sh", RecordKind::Fact, "op"),
    ];
    ledger.append(&others).unwrap();
    let found = |tenant, kind| {
        let tenant = TenantId::parse(tenant).unwrap();
        ledger.find(&tenant, kind, "same").unwrap().map(|found| found.position)
    };
    assert_eq!(found("shop", RecordKind::Fact), Some(1));
    assert_eq!(found("shop", RecordKind::Claim), Some(2));
    assert_eq!(found("other", RecordKind::Claim), Some(3));
    assert_eq!(found("other", RecordKind::Fact), None);
    assert_eq!(found("shop", RecordKind::Schema), None);
    let digest = ledger.find(&claim.tenant, RecordKind::Claim, "same").unwrap();
    assert_eq!(digest, Some(Found { position: 2, digest: claim.digest }));
    assert_eq!(ledger.find_alias(&claim.tenant, "decision").unwrap(), Some(2));
    assert_eq!(ledger.find_alias(&claim.tenant, "same").unwrap(), None, "an id is no alias");
    assert_eq!(ledger.find_alias(&others[2].tenant, "decision").unwrap(), Some(3));
    assert_eq!(ledger.find_alias(&others[3].tenant, "decision").unwrap(), None);
}

fn refuses_long_names(ledger: &mut impl Ledger) {
    let first = record("shop", RecordKind::Claim, "q1");
    ledger.append(std::slice::from_ref(&first)).unwrap();
    let fresh = || record("shop", RecordKind::Claim, "q2");
    let name = "x".repeat(70_000);
    let refused = [Record { id: name.clone(), ..first.clone() }, with_alias(first.clone(), &name)];
    for too_long in refused {
        assert!(ledger.append_all(&[&[fresh()], &[too_long]]).is_err());
        assert_eq!(ledger.end(), 1);
        assert_eq!(ledger.scan(1).count(), 1);
        assert_eq!(ledger.find(&first.tenant, RecordKind::Claim, "q2").unwrap(), None);
    }
    assert_eq!(ledger.append(&[fresh()]).unwrap(), 2, "a refused batch leaves the ledger usable");
}

fn takes_batches_together(ledger: &mut impl Ledger) {
    let records = facts(0, 5);
    let (first, second) = records.split_at(3);
    assert_eq!(ledger.append_all(&[]).unwrap(), 0);
    assert_eq!(ledger.append_all(&[first, &[], second]).unwrap(), 5);
    let scanned: Vec<_> = ledger.scan(1).map(Result::unwrap).collect();
    assert_eq!(scanned, (1..).zip(records).collect::<Vec<_>>());
}

fn scans_from_anywhere(ledger: &mut impl Ledger) {
    let records = facts(0, 300);
    for chunk in records.chunks(7) {
        ledger.append(chunk).unwrap();
    }
    for from in [0, 1, 2, 150, 300, 301, u64::MAX] {
        let scanned: Vec<_> = ledger.scan(from).map(Result::unwrap).collect();
        let expected: Vec<_> =
            (1..).zip(records.iter().cloned()).filter(|(at, _)| *at >= from).collect();
        assert_eq!(scanned, expected, "from {from}");
    }
}

fn lists_one_kind(ledger: &mut impl Ledger) {
    let list = |ledger: &dyn Ledger, tenant: &str, after, limit| {
        let tenant = TenantId::parse(tenant).unwrap();
        ledger.list(&tenant, RecordKind::Finding, after, limit).unwrap()
    };
    // Positions beyond one byte, so that their order is not that of a careless encoding.
    let mut expected = Vec::new();
    for n in 0..600_u64 {
        let id = format!("n{n}");
        let (tenant, kind) = match n % 3 {
            0 => ("shop", RecordKind::Finding),
            1 => ("shop", RecordKind::Fact),
            _ => ("sho", RecordKind::Finding),
        };
        assert_eq!(ledger.append(&[record(tenant, kind, &id)]).unwrap(), n + 1);
        expected.extend((n % 3 == 0).then_some(n + 1));
    }
    assert_eq!(list(ledger, "shop", 0, usize::MAX), expected);
    assert_eq!(list(ledger, "shop", 0, 2), [1, 4]);
    assert_eq!(list(ledger, "shop", 1, 2), [4, 7], "behind, not from");
    assert_eq!(list(ledger, "shop", 254, 2), [256, 259]);
    assert_eq!(list(ledger, "shop", 595, 9), [598]);
    assert_eq!(list(ledger, "shop", 598, 9), NONE);
    assert_eq!(list(ledger, "shop", u64::MAX, 9), NONE);
    assert_eq!(list(ledger, "shop", 0, 0), NONE);
    assert_eq!(list(ledger, "sho", 0, 2), [3, 6]);
    assert_eq!(list(ledger, "sh", 0, 9), NONE);
    let shop = TenantId::parse("shop").unwrap();
    assert_eq!(ledger.list(&shop, RecordKind::Fact, 0, 9).unwrap(), NONE, "facts are not listed");
}
