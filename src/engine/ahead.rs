//! The ledger as the engine sees it: what is on disk, and behind it the batches that are on their way there.
//!
//! While batches are written, the next one is worked on: it must find what they recorded. Its answers may tell of that,
//! because no batch is answered before those in front of it are on disk.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::{TenantId, Timestamp};
use crate::ledger::{Found, Ledger, LedgerError, Names, Record, RecordKind};

/// Records of one batch, and where they stand.
#[derive(Debug)]
pub(super) struct Appended {
    /// The ledger's end before them.
    base: u64,
    records: Vec<Record>,
    /// Where the names of `records` stand in it.
    names: Names,
}

/// The ledger, and what is ahead of the disk.
pub(super) struct Ahead {
    ledger: Box<dyn Ledger>,
    /// What is on its way to disk, in order. INVARIANT: each stands directly behind the one before it, and the first one
    /// behind what was on disk when it was put here. None is empty.
    under_way: VecDeque<Arc<Appended>>,
}

impl Appended {
    pub(super) const fn new(base: u64, records: Vec<Record>, names: Names) -> Self {
        Self { base, records, names }
    }

    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The position of the last record.
    pub(super) fn end(&self) -> u64 {
        position(self.base, self.records.len())
    }

    /// When the last record was taken in.
    pub(super) fn observed_at(&self) -> Option<Timestamp> {
        self.records.last().map(|record| record.observed_at)
    }

    /// The position of the last finding among the records.
    pub(super) fn last_finding(&self) -> Option<u64> {
        let place = self.records.iter().rposition(|record| record.kind == RecordKind::Finding)?;
        Some(position(self.base, place + 1))
    }

    fn at(&self, position: u64) -> Option<&Record> {
        let place = position.checked_sub(self.base + 1)?;
        self.records.get(usize::try_from(place).ok()?)
    }

    fn find(&self, tenant: &TenantId, kind: RecordKind, id: &str) -> Option<Found> {
        let place = self.names.find(&self.records, tenant, kind, id)?;
        let digest = self.records.get(place)?.digest;
        Some(Found { position: position(self.base, place + 1), digest })
    }

    fn positions(&self) -> impl Iterator<Item = (u64, &Record)> {
        (self.base + 1..).zip(&self.records)
    }
}

impl Ahead {
    pub(super) const fn new(ledger: Box<dyn Ledger>) -> Self {
        Self { ledger, under_way: VecDeque::new() }
    }

    /// What is on disk.
    pub(super) fn on_disk(&self) -> &dyn Ledger {
        &*self.ledger
    }

    /// A handle for a thread that appends, see [`Ledger::writer`].
    pub(super) fn writer(&self) -> Option<Box<dyn Ledger>> {
        self.ledger.writer()
    }

    /// Puts records on disk at once. Nothing is under way.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<u64, LedgerError> {
        self.ledger.append(records)
    }

    /// These records are on their way to disk, behind those that went before, and are seen from here on.
    pub(super) fn go(&mut self, records: Arc<Appended>) {
        if !records.is_empty() {
            self.under_way.push_back(records);
        }
    }

    /// What was under way up to this position is on disk.
    pub(super) fn arrived(&mut self, position: u64) {
        while self.under_way.pop_front_if(|appended| appended.end() <= position).is_some() {}
    }

    /// The position of the last record, on disk or under way.
    pub(super) fn end(&self) -> u64 {
        // Not the larger of both: the ledger's own end moves while it is looked at.
        self.under_way.back().map_or_else(|| self.ledger.end(), |appended| appended.end())
    }

    pub(super) fn remembers(&self, tenant: &TenantId, kind: RecordKind, id: &str) -> bool {
        self.ledger.remembers(tenant, kind, id)
    }

    pub(super) fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError> {
        let under_way = self.under_way.iter().find_map(|appended| appended.find(tenant, kind, id));
        under_way.map_or_else(|| self.ledger.find(tenant, kind, id), |found| Ok(Some(found)))
    }

    pub(super) fn find_alias(
        &self,
        tenant: &TenantId,
        alias: &str,
    ) -> Result<Option<u64>, LedgerError> {
        let is_it =
            |record: &Record| record.tenant == *tenant && record.alias.as_deref() == Some(alias);
        match self.positions().find(|(_, record)| is_it(record)) {
            Some((position, _)) => Ok(Some(position)),
            None => self.ledger.find_alias(tenant, alias),
        }
    }

    pub(super) fn list(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        let mut listed = self.ledger.list(tenant, kind, after, limit)?;
        let Some(first) = self.under_way.front() else { return Ok(listed) };
        // Some of what is under way may have arrived already.
        listed.retain(|position| *position <= first.base);
        let is_one = |position: u64, record: &Record| {
            position > after && kind.is_listed() && record.kind == kind && record.tenant == *tenant
        };
        let own = self.positions().filter(|(position, record)| is_one(*position, record));
        let room = limit - listed.len();
        listed.extend(own.map(|(position, _)| position).take(room));
        Ok(listed)
    }

    pub(super) fn read(&self, position: u64) -> Result<Option<Record>, LedgerError> {
        match self.under_way.iter().find_map(|appended| appended.at(position)) {
            Some(record) => Ok(Some(record.clone())),
            None => self.ledger.read(position),
        }
    }

    /// The records that are under way, each with its position.
    fn positions(&self) -> impl Iterator<Item = (u64, &Record)> {
        self.under_way.iter().flat_map(|appended| appended.positions())
    }
}

/// Where the record stands that is the `count`th behind `base`.
fn position(base: u64, count: usize) -> u64 {
    u64::try_from(count).ok().and_then(|count| base.checked_add(count)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::MemoryLedger;
    use crate::ledger::conformance::{facts, record};

    /// Records as a batch hands them on.
    fn appended(base: u64, records: Vec<Record>) -> Arc<Appended> {
        let mut names = Names::default();
        (0..records.len()).for_each(|place| names.add(&records, place));
        Arc::new(Appended::new(base, records, names))
    }

    /// The same questions, to what is under way and to a ledger that holds everything.
    fn compare(ahead: &Ahead, whole: &MemoryLedger, asked: &[Record]) {
        assert_eq!(ahead.end(), whole.end());
        for position in 0..=whole.end() + 1 {
            assert_eq!(ahead.read(position).unwrap(), whole.read(position).unwrap());
        }
        for Record { tenant, kind, id, alias, .. } in asked {
            let found = whole.find(tenant, *kind, id).unwrap();
            assert_eq!(ahead.find(tenant, *kind, id).unwrap(), found, "{id}");
            let alias = alias.as_deref().unwrap_or("none");
            let found = whole.find_alias(tenant, alias).unwrap();
            assert_eq!(ahead.find_alias(tenant, alias).unwrap(), found, "{alias}");
            for (after, limit) in [(0, 99), (0, 2), (2, 1), (3, 99), (6, 99), (99, 9), (0, 0)] {
                let listed = whole.list(tenant, *kind, after, limit).unwrap();
                let ours = ahead.list(tenant, *kind, after, limit).unwrap();
                assert_eq!(ours, listed, "{kind:?} behind {after}, at most {limit}");
            }
        }
    }

    #[test]
    fn what_is_under_way_is_seen_as_if_it_had_arrived() {
        let claim = |id: &str, alias: &str| Record {
            alias: Some(alias.into()),
            ..record("shop", RecordKind::Claim, id)
        };
        let finding = |tenant, id| record(tenant, RecordKind::Finding, id);
        let first = [facts(0, 2), vec![claim("q1", "d1"), finding("shop", "n1")]].concat();
        let second = [facts(2, 1), vec![finding("shop", "n2"), claim("q2", "d2")]].concat();
        let third = vec![finding("else", "n2"), finding("shop", "n3")];
        let unknown = claim("q3", "d3");
        let asked = [first.clone(), second.clone(), third.clone(), vec![unknown]].concat();

        let mut whole = MemoryLedger::default();
        let mut disk = MemoryLedger::default();
        disk.append(&first).unwrap();
        let mut ahead = Ahead::new(Box::new(disk.clone()));
        whole.append(&first).unwrap();
        compare(&ahead, &whole, &asked);

        let batch = appended(ahead.end(), second.clone());
        assert_eq!((batch.last_finding(), batch.end()), (Some(6), 7));
        whole.append(&second).unwrap();
        ahead.go(Arc::clone(&batch));
        compare(&ahead, &whole, &asked);

        // One that records nothing, and one behind it.
        ahead.go(appended(ahead.end(), Vec::new()));
        compare(&ahead, &whole, &asked);
        let next = appended(ahead.end(), third.clone());
        assert_eq!((next.last_finding(), next.end()), (Some(9), 9));
        whole.append(&third).unwrap();
        ahead.go(Arc::clone(&next));
        compare(&ahead, &whole, &asked);

        // They arrive one after the other, and nobody has said so yet.
        for (arrived, position) in [(&second, 7), (&third, 9)] {
            disk.append(arrived).unwrap();
            let mut ahead = Ahead::new(Box::new(disk.clone()));
            ahead.go(Arc::clone(&batch));
            ahead.go(Arc::clone(&next));
            compare(&ahead, &whole, &asked);
            ahead.arrived(position);
            compare(&ahead, &whole, &asked);
        }
        assert_eq!(appended(4, facts(0, 3)).last_finding(), None);
    }
}
