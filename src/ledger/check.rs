//! What is asked of records before they are appended, whatever keeps them.

use super::{LedgerError, Record};

/// Longest id or alias of a record, in bytes. Ids of the domain are far shorter.
const NAME_MAX_BYTES: usize = 1_024;

/// Refuses records whose id or alias is too long.
pub(super) fn check_names(batches: &[&[Record]]) -> Result<(), LedgerError> {
    let records = batches.iter().copied().flatten();
    let names = records.flat_map(|record| std::iter::once(&record.id).chain(&record.alias));
    match names.map(String::len).find(|length| *length > NAME_MAX_BYTES) {
        None => Ok(()),
        Some(length) => {
            let told = format!("a name of {length} bytes; give at most {NAME_MAX_BYTES}");
            Err(LedgerError::Storage(told.into()))
        }
    }
}
