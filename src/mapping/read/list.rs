//! Several values in one cell.

use crate::fingerprint::Fingerprinter;
use crate::mapping::cell::Cell;
use crate::mapping::fault::Reason;
use crate::mapping::read::Read;
use crate::mapping::value::Value;

/// The items of a list, or of a text with separators. Empty items of a text are passed over.
pub(super) fn list(
    cell: &Cell<'_>,
    separator: &str,
    item: &Read,
    maker: Option<&Fingerprinter>,
) -> Result<Value, Reason> {
    let read = |cell: &Cell<'_>| item.read(cell, maker);
    let items = if let Cell::List(items) = cell {
        items.iter().map(read).collect()
    } else if let Cell::Text(text) = cell {
        let parts = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| read(&Cell::text(part))).collect()
    } else {
        read(cell).map(|value| vec![value])
    };
    items.map(Value::List)
}
