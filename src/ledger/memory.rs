//! The reference ledger, in memory.

use std::collections::{BTreeSet, HashMap};

use super::check::check_names;
use super::key::{alias_key, listed_key, listed_position};
use super::{Found, Ledger, LedgerError, Names, Record, RecordKind};
use crate::domain::TenantId;

/// A ledger in memory, for tests: nothing survives the process. Names that are taken are the fault of whoever appends; here
/// that is told.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    records: Vec<Record>,
    /// Places in `records`.
    names: Names,
    /// Positions by alias key.
    aliases: HashMap<Vec<u8>, u64>,
    /// Keys of listed records.
    listed: BTreeSet<Vec<u8>>,
}

impl MemoryLedger {
    fn at(&self, position: u64) -> Option<&Record> {
        let index = usize::try_from(position.checked_sub(1)?).ok()?;
        self.records.get(index)
    }
}

impl Ledger for MemoryLedger {
    fn end(&self) -> u64 {
        u64::try_from(self.records.len()).unwrap_or(u64::MAX)
    }

    fn append_all(&mut self, batches: &[&[Record]]) -> Result<u64, LedgerError> {
        check_names(batches)?;
        for record in batches.iter().copied().flatten() {
            let Record { tenant, kind, id, alias, .. } = record;
            let alias_taken = match alias {
                Some(alias) => self.find_alias(tenant, alias)?.is_some(),
                None => false,
            };
            if alias_taken || self.find(tenant, *kind, id)?.is_some() {
                return Err(LedgerError::Storage(format!("the name of `{id}` is taken").into()));
            }
            let position = self.end() + 1;
            if let Some(alias) = &record.alias {
                self.aliases.insert(alias_key(&record.tenant, alias), position);
            }
            if record.kind.is_listed() {
                self.listed.insert(listed_key(&record.tenant, record.kind, position));
            }
            let place = self.records.len();
            self.records.push(record.clone());
            self.names.add(&self.records, place);
        }
        Ok(self.end())
    }

    fn find(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Found>, LedgerError> {
        let place = self.names.find(&self.records, tenant, kind, id);
        let found = place.and_then(|place| {
            let position = u64::try_from(place).ok()? + 1;
            self.at(position).map(|record| Found { position, digest: record.digest })
        });
        Ok(found)
    }

    fn find_alias(&self, tenant: &TenantId, alias: &str) -> Result<Option<u64>, LedgerError> {
        Ok(self.aliases.get(&alias_key(tenant, alias)).copied())
    }

    fn list(
        &self,
        tenant: &TenantId,
        kind: RecordKind,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        if after >= self.end() {
            return Ok(Vec::new());
        }
        let key = |position| listed_key(tenant, kind, position);
        let range = self.listed.range(key(after + 1)..=key(self.end()));
        Ok(range.filter_map(|key| listed_position(key)).take(limit).collect())
    }

    fn read(&self, position: u64) -> Result<Option<Record>, LedgerError> {
        Ok(self.at(position).cloned())
    }

    fn scan(
        &self,
        position: u64,
    ) -> Box<dyn Iterator<Item = Result<(u64, Record), LedgerError>> + '_> {
        let from = position.max(1);
        let read = move |at| self.at(at).map(|record| Ok((at, record.clone())));
        Box::new((from..=self.end()).filter_map(read))
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::ledger_conforms;
    use super::*;

    #[test]
    fn conforms() {
        ledger_conforms(MemoryLedger::default);
    }
}
