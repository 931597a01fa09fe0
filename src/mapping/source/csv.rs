//! CSV: cells are texts.

use std::borrow::Cow;
use std::path::Path;

use super::{SourceError, SourceRow, header};
use crate::mapping::cell::Cell;
use crate::mapping::columns::{ColumnUse, Table};
use crate::mapping::fault::{Fault, Reason};
use crate::tables::CsvRecords;

/// A CSV file behind its header.
#[derive(Debug)]
pub(in crate::mapping) struct CsvFile {
    records: CsvRecords,
    columns: Vec<ColumnUse>,
    places: Vec<Option<usize>>,
}

impl CsvFile {
    pub(super) fn open(path: &Path, table: &Table) -> Result<Self, SourceError> {
        let records = CsvRecords::open(path, table.delimiter)?;
        let places = header::bind(path, &table.columns, records.names())?;
        Ok(Self { records, columns: table.columns.clone(), places })
    }

    pub(super) fn each_row<E: From<SourceError>>(
        &mut self,
        visit: &mut dyn FnMut(SourceRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(row) = self.records.next(&self.places).map_err(SourceError::from)? {
            let cells = row.cells.map(|cells| cells.into_iter().map(cell).collect());
            let cells = cells.map_err(|fault| {
                let column = fault.slot.and_then(|slot| self.columns.get(slot));
                let column = column.map(|column| column.name.clone()).unwrap_or_default();
                Fault { column, reason: Reason::new(fault.text) }
            });
            let (number, line, bytes) = (row.number, Some(row.line), row.bytes);
            visit(SourceRow { number, line, bytes, cells })?;
        }
        Ok(())
    }
}

fn cell(text: Option<Cow<'_, str>>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}
