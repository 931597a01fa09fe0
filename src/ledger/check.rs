//! What is asked of records before they are appended, whatever keeps them.

use std::collections::HashSet;

use super::{Ledger, LedgerError, Names, Record};

/// Longest id or alias of a record, in bytes. Ids of the domain are far shorter.
const NAME_MAX_BYTES: usize = 1_024;

/// Refuses records whose id or alias is taken, stands twice among them, or is too long.
pub(super) fn check_names(ledger: &impl Ledger, records: &[Record]) -> Result<(), LedgerError> {
    let mut names = Names::default();
    let mut aliases = HashSet::new();
    for (place, record) in records.iter().enumerate() {
        let (tenant, kind, id) = (&record.tenant, record.kind, record.id.as_str());
        check_length(id)?;
        let twice = names.find(records, tenant, kind, id).is_some();
        if twice || ledger.find(tenant, kind, id)?.is_some() {
            return Err(LedgerError::Taken { id: record.id.clone() });
        }
        names.add(records, place);
        let Some(alias) = &record.alias else { continue };
        check_length(alias)?;
        let fresh = aliases.insert((tenant, alias.as_str()));
        if !fresh || ledger.find_alias(tenant, alias)?.is_some() {
            return Err(LedgerError::Taken { id: alias.clone() });
        }
    }
    Ok(())
}

fn check_length(name: &str) -> Result<(), LedgerError> {
    if name.len() <= NAME_MAX_BYTES {
        return Ok(());
    }
    let told = format!("a name of {} bytes; give at most {NAME_MAX_BYTES}", name.len());
    Err(LedgerError::Storage(told.into()))
}
