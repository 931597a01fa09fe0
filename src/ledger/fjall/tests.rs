use std::cell::RefCell;
use std::path::Path;

use super::super::conformance::{NONE, facts, ledger_conforms, record};
use super::*;

fn open(path: &Path) -> (Database, FjallLedger) {
    let database = Database::builder(path).worker_threads(1).open().unwrap();
    let mut ledger = FjallLedger::open(&database).unwrap();
    // While it lasts, every look for an id goes to the disk.
    Arc::get_mut(&mut ledger.known_ids).unwrap().finish_walk();
    (database, ledger)
}

/// The data directory as it would be found had the process been killed now.
fn as_if_killed(path: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(path, copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn conforms() {
    let folders = RefCell::new(Vec::new());
    ledger_conforms(|| {
        let folder = tempfile::tempdir().unwrap();
        let (_, ledger) = open(folder.path());
        folders.borrow_mut().push(folder);
        ledger
    });
}

/// Positions that are listed for the tenant of the sample records.
fn listed(ledger: &FjallLedger) -> Vec<u64> {
    let tenant = TenantId::parse("shop").unwrap();
    ledger.list(&tenant, RecordKind::Finding, 0, usize::MAX).unwrap()
}

/// A fact, and a finding behind it.
fn found(n: usize) -> Vec<Record> {
    [facts(n, 1), vec![record("shop", RecordKind::Finding, &format!("found{n}"))]].concat()
}

#[test]
fn reopens_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let records = facts(0, 20);
    for (round, chunk) in (1..).zip(records.chunks(5)) {
        let (_, mut ledger) = open(folder.path());
        assert_eq!(ledger.end(), (round - 1) * 5);
        assert_eq!(ledger.append(chunk).unwrap(), round * 5);
        let Record { tenant, kind, id, .. } = &chunk[0];
        assert!(ledger.find(tenant, *kind, id).unwrap().is_some(), "known after a restart too");
    }
    let (_, ledger) = open(folder.path());
    let scanned: Vec<_> = ledger.scan(1).map(|r| r.unwrap().1).collect();
    assert_eq!(scanned, records);
}

#[test]
fn nothing_appended_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (_database, mut ledger) = open(folder.path());
    ledger.append(&facts(0, 3)).unwrap();
    ledger.append(&found(3)).unwrap();
    ledger.append(&facts(4, 70)).unwrap();
    let killed = as_if_killed(folder.path());
    let (_, recovered) = open(killed.path());
    assert_eq!(recovered.end(), 75);
    let scanned: Vec<_> = recovered.scan(1).map(|r| r.unwrap().1).collect();
    assert_eq!(scanned, [facts(0, 3), found(3), facts(4, 70)].concat());
    assert_eq!(listed(&recovered), [5]);
}

#[test]
fn an_append_that_was_cut_short_is_not_there_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (_database, mut ledger) = open(folder.path());
    ledger.append(&facts(0, 3)).unwrap();
    let before = std::fs::read(folder.path().join("0.jnl")).unwrap();
    ledger.append(&found(3)).unwrap();
    let after = std::fs::read(folder.path().join("0.jnl")).unwrap();
    let end = after.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let begin = before.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    for cut in [begin + 1, begin + 20, (begin + end) / 2, end - 1] {
        let killed = as_if_killed(folder.path());
        let journal = std::fs::OpenOptions::new().write(true).open(killed.path().join("0.jnl"));
        journal.unwrap().set_len(u64::try_from(cut).unwrap()).unwrap();
        let (_, mut recovered) = open(killed.path());
        assert_eq!(recovered.end(), 3, "cut at {cut} of {end}");
        let tenant = &facts(3, 1)[0].tenant;
        assert_eq!(recovered.find(tenant, RecordKind::Fact, "f3").unwrap(), None);
        assert_eq!(listed(&recovered), NONE);
        assert_eq!(recovered.append(&found(3)).unwrap(), 5, "its position is given again");
        assert_eq!(listed(&recovered), [5]);
    }
}

#[test]
fn a_failed_write_breaks_the_ledger_until_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut ledger) = open(folder.path());
    ledger.append(&facts(0, 2)).unwrap();
    // The worst case: everything was written, and then the disk did not confirm it.
    ledger.write = |batch| {
        batch.commit()?;
        Err(fjall::Error::Poisoned)
    };
    assert!(matches!(ledger.append(&found(2)), Err(LedgerError::Storage(_))));
    ledger.write = OwnedWriteBatch::commit;

    assert_eq!(ledger.end(), 2);
    assert_eq!(ledger.read(3).unwrap(), None, "what was not confirmed is not shown");
    assert_eq!(ledger.scan(1).count(), 2);
    assert_eq!(listed(&ledger), NONE);
    let unconfirmed = &facts(2, 1)[0];
    assert_eq!(ledger.find(&unconfirmed.tenant, RecordKind::Fact, "f2").unwrap(), None);
    let refused = ledger.append(&facts(4, 1)).unwrap_err();
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(cause.contains("start vouch again"), "{cause}");

    drop(ledger);
    let (_, ledger) = open(folder.path());
    assert_eq!(ledger.end(), 4, "all of the batch, or none");
    assert_eq!(listed(&ledger), [4]);
}

#[test]
fn what_a_writer_appends_is_read_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut ledger) = open(folder.path());
    ledger.append(&facts(0, 2)).unwrap();
    let mut writer = ledger.writer().unwrap();
    let written = std::thread::spawn(move || {
        for n in 0..50 {
            assert_eq!(writer.append(&found(n + 2)).unwrap(), u64::try_from(n).unwrap() * 2 + 4);
        }
    });
    // Whatever is shown is whole, in any moment.
    while ledger.end() < 102 {
        let end = ledger.end();
        assert_eq!(
            ledger.scan(1).take_while(|read| read.as_ref().unwrap().0 <= end).count(),
            usize::try_from(end).unwrap()
        );
    }
    written.join().unwrap();
    assert_eq!(listed(&ledger).len(), 50);
    assert_eq!(ledger.append(&facts(100, 1)).unwrap(), 103, "it goes on where the writer ended");

    ledger.write = |_| Err(fjall::Error::Poisoned);
    ledger.append(&facts(200, 1)).unwrap_err();
    let mut writer = ledger.writer().unwrap();
    assert!(writer.append(&facts(200, 1)).is_err(), "broken for one, broken for all");
    assert_eq!(writer.end(), 103);
}

#[test]
fn refuses_a_newer_format() {
    let folder = tempfile::tempdir().unwrap();
    let (database, ledger) = open(folder.path());
    let meta = database.keyspace("ledger_meta", KeyspaceCreateOptions::default).unwrap();
    meta.insert(FORMAT_KEY, (FORMAT + 1).to_be_bytes()).unwrap();
    drop(ledger);
    let refused = FjallLedger::open(&database).unwrap_err();
    assert!(matches!(refused, LedgerError::Format { found: 3, known: 2 }), "{refused:?}");
}

#[test]
fn takes_over_a_ledger_of_the_first_format() {
    let folder = tempfile::tempdir().unwrap();
    let (database, mut ledger) = open(folder.path());
    ledger.append(&facts(0, 3)).unwrap();
    let meta = database.keyspace("ledger_meta", KeyspaceCreateOptions::default).unwrap();
    meta.insert(FORMAT_KEY, 1_u32.to_be_bytes()).unwrap();
    drop((ledger, database, meta));
    let (database, mut ledger) = open(folder.path());
    assert_eq!(ledger.append(&found(3)).unwrap(), 5);
    assert_eq!(listed(&ledger), [5]);
    let meta = database.keyspace("ledger_meta", KeyspaceCreateOptions::default).unwrap();
    let format = meta.get(FORMAT_KEY).unwrap().unwrap();
    assert_eq!(*format, FORMAT.to_be_bytes(), "a vouch that keeps no list is refused from now on");
}

#[test]
fn a_gap_or_damage_is_told_not_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut ledger) = open(folder.path());
    ledger.append(&facts(0, 4)).unwrap();
    ledger.records.remove(2_u64.to_be_bytes()).unwrap();
    let scanned: Vec<_> = ledger.scan(1).collect();
    assert_eq!(scanned.len(), 2, "the walk ends at the gap");
    assert!(matches!(scanned[1], Err(LedgerError::Damaged { position: 2, .. })));
    assert!(matches!(ledger.read(2), Err(LedgerError::Damaged { position: 2, .. })));
    ledger.records.insert(3_u64.to_be_bytes(), [1, 2, 3]).unwrap();
    assert!(matches!(ledger.read(3), Err(LedgerError::Damaged { position: 3, .. })));
}
