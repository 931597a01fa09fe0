//! NDJSON: one object per line. A dot in the name of a column leads into an object: `client.ip`.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{SourceError, SourceRow};
use crate::document::{BYTE_ORDER_MARK, is_utf16};
use crate::mapping::cell::Cell;
use crate::mapping::columns::{ColumnUse, Table};
use crate::mapping::decimal::Decimal;
use crate::mapping::fault::{Fault, Reason};
use crate::tables::TableError;

/// The longest line that is read.
const LINE_MAX_BYTES: u64 = 8 << 20;

/// An NDJSON file.
#[derive(Debug)]
pub(in crate::mapping) struct NdjsonFile {
    path: PathBuf,
    input: BufReader<File>,
    columns: Vec<ColumnUse>,
    /// Columns that no row had so far.
    unseen: Vec<usize>,
}

impl NdjsonFile {
    pub(super) fn open(path: &Path, table: &Table) -> Result<Self, SourceError> {
        let input = File::open(path).map_err(TableError::io(path, "read"))?;
        let mut input = BufReader::with_capacity(1 << 20, input);
        let head = input.fill_buf().map_err(TableError::io(path, "read"))?;
        if is_utf16(head) {
            return Err(TableError::utf16(path).into());
        }
        if head.starts_with(BYTE_ORDER_MARK) {
            input.consume(BYTE_ORDER_MARK.len());
        }
        let needed = table.columns.iter().enumerate().filter(|(_, column)| !column.optional);
        let unseen = needed.map(|(slot, _)| slot).collect();
        Ok(Self { path: path.to_path_buf(), input, columns: table.columns.clone(), unseen })
    }

    pub(super) fn never_seen(&self) -> &[usize] {
        &self.unseen
    }

    pub(super) fn each_row<E: From<SourceError>>(
        &mut self,
        visit: &mut dyn FnMut(SourceRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut bytes, mut number) = (0, 0);
        let mut text = Vec::new();
        for line in 1_u64.. {
            let read = self.line(&mut text)?;
            if read.bytes == 0 {
                break;
            }
            bytes += read.bytes;
            let blank = text.iter().all(u8::is_ascii_whitespace);
            if blank && !read.too_long {
                continue;
            }
            number += 1;
            let object = if read.too_long {
                Err(fault(format!("is longer than {LINE_MAX_BYTES} bytes; is it the right file?")))
            } else {
                object(&text)
            };
            let object = match &object {
                Ok(object) => Ok(object),
                Err(fault) => Err(fault.clone()),
            };
            let cells = object.map(|object| self.cells(object));
            visit(SourceRow { number, line: Some(line), bytes, cells })?;
        }
        Ok(())
    }

    fn cells<'a>(&mut self, object: &'a Map<String, Value>) -> Vec<Cell<'a>> {
        let columns = &self.columns;
        self.unseen.retain(|slot| {
            columns.get(*slot).is_some_and(|column| find(object, &column.name).is_none())
        });
        let value = |column: &ColumnUse| find(object, &column.name).map_or(Cell::Null, cell);
        columns.iter().map(value).collect()
    }

    /// Reads the next line; of one that is too long the rest is passed over.
    fn line(&mut self, text: &mut Vec<u8>) -> Result<Line, SourceError> {
        text.clear();
        let failed = TableError::io(&self.path, "read");
        let mut bounded = self.input.by_ref().take(LINE_MAX_BYTES);
        let mut read = bounded.read_until(b'\n', text).map_err(&failed)?;
        let too_long = bounded.limit() == 0 && text.last() != Some(&b'\n');
        if too_long {
            read += self.input.skip_until(b'\n').map_err(&failed)?;
        }
        Ok(Line { bytes: u64::try_from(read).unwrap_or_default(), too_long })
    }
}

struct Line {
    bytes: u64,
    too_long: bool,
}

fn object(text: &[u8]) -> Result<Map<String, Value>, Fault> {
    let text =
        std::str::from_utf8(text).map_err(|_| fault("is not UTF-8; save the file as UTF-8"))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(fault("is no JSON object; write one `{…}` on each line")),
        // What serde_json says of syntax does not repeat the text.
        Err(error) => {
            Err(fault(format!("is no JSON from byte {} on; is it whole?", error.column())))
        }
    }
}

/// A value by its name, or by the names on the way to it.
fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(name) {
        return Some(value);
    }
    let (outer, inner) = name.split_once('.')?;
    find(object.get(outer)?.as_object()?, inner)
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(truth) => Cell::Truth(*truth),
        Value::String(text) => Cell::Text(Cow::Borrowed(text)),
        Value::Array(items) => Cell::List(items.iter().map(cell).collect()),
        Value::Object(_) => Cell::Structure,
        Value::Number(number) => {
            let whole = number.as_i128().map(|whole| Cell::Exact(Decimal::whole(whole)));
            whole.unwrap_or_else(|| number.as_f64().map_or(Cell::Structure, Cell::Real))
        }
    }
}

fn fault(text: impl Into<Cow<'static, str>>) -> Fault {
    Fault { column: String::new(), reason: Reason::new(text) }
}
