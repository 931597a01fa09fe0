//! CSV: every cell a text, so that nothing is guessed about types.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::records::{Scan, Span, scan};
use super::{SourceError, SourceRow, header};
use crate::document::{BYTE_ORDER_MARK, is_utf16};
use crate::mapping::cell::Cell;
use crate::mapping::columns::{ColumnUse, Table};
use crate::mapping::fault::{Fault, Reason};

/// The longest row that is read; longer ones come from a quote that is never closed.
const ROW_MAX_BYTES: usize = 1 << 20;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 1 << 20;
/// What may stand between fields when nothing is said.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A CSV file behind its header.
#[derive(Debug)]
pub(in crate::mapping) struct CsvFile {
    window: Window,
    delimiter: u8,
    /// Fields of a row.
    width: usize,
    columns: Vec<ColumnUse>,
    places: Vec<Option<usize>>,
}

/// The part of a file that is in memory: from the row that is read next, some chunks.
#[derive(Debug)]
struct Window {
    path: PathBuf,
    input: File,
    bytes: Vec<u8>,
    /// Where the next row begins.
    start: usize,
    is_end: bool,
    /// The line of the next row, from 1.
    line: u64,
    /// Bytes of the file before the next row.
    passed: u64,
}

/// A row before anybody looked into it.
enum Row {
    /// Its bytes are the first so many of the window.
    Whole { length: usize, lines: u64, stray_quote: bool },
    /// It does not end within [`ROW_MAX_BYTES`].
    Endless { in_quotes: bool },
}

impl CsvFile {
    pub(super) fn open(path: &Path, table: &Table) -> Result<Self, SourceError> {
        let mut window = Window::open(path)?;
        let first = window.first_line()?;
        let names_tsv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"));
        let guessed = if names_tsv { b'\t' } else { most_frequent(&first) };
        let delimiter = table.delimiter.unwrap_or(guessed);
        let names = window.header(delimiter)?;
        let places = header::bind(path, &table.columns, &names)?;
        Ok(Self { window, delimiter, width: names.len(), columns: table.columns.clone(), places })
    }

    pub(super) fn each_row<E: From<SourceError>>(
        &mut self,
        visit: &mut dyn FnMut(SourceRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut spans = Vec::new();
        let mut number = 0;
        while let Some(row) = self.window.next(self.delimiter, &mut spans)? {
            let line = self.window.line;
            let (length, lines, cells) = match row {
                Row::Whole { length, lines, stray_quote } => {
                    let bytes = self.window.ahead(length);
                    // A blank line is no row, unless a row has one field.
                    if is_blank(bytes) {
                        self.window.pass(length, lines);
                        continue;
                    }
                    let cells = self.cells(bytes, &spans, stray_quote);
                    if cells.is_err() && lines > 1 {
                        // Perhaps a stray quote joined rows: the next line is a row of its own.
                        (self.window.line_length(), 1, cells)
                    } else {
                        (length, lines, cells)
                    }
                }
                Row::Endless { in_quotes } => {
                    (self.window.line_length(), 1, Err(endless(in_quotes)))
                }
            };
            number += 1;
            let end = u64::try_from(length).unwrap_or_default();
            let bytes = self.window.passed + end;
            visit(SourceRow { number, line: Some(line), bytes, cells })?;
            self.window.pass(length, lines);
        }
        Ok(())
    }

    fn cells<'a>(
        &self,
        row: &'a [u8],
        spans: &[Span],
        stray_quote: bool,
    ) -> Result<Vec<Cell<'a>>, Fault> {
        if stray_quote {
            return Err(whole_row(
                "has text behind a closing quote; put quotes around the whole field and double those inside",
            ));
        }
        if spans.len() != self.width {
            let (found, expected) = (spans.len(), self.width);
            return Err(whole_row(format!(
                "has {found} fields where the header has {expected}; is a quote or `delimiter` amiss?"
            )));
        }
        let mut cells = Vec::with_capacity(self.places.len());
        for (place, column) in self.places.iter().zip(&self.columns) {
            let span = place.and_then(|place| spans.get(place));
            let cell = span
                .map_or(Ok(Cell::Null), |span| cell(row, *span))
                .map_err(|reason| Fault { column: column.name.clone(), reason })?;
            cells.push(cell);
        }
        Ok(cells)
    }
}

fn cell(row: &[u8], span: Span) -> Result<Cell<'_>, Reason> {
    let bytes = row.get(span.start..span.end).unwrap_or_default();
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Reason::new("is not UTF-8; save the file as UTF-8"))?;
    Ok(if span.escaped {
        Cell::Text(Cow::Owned(text.replace("\"\"", "\"")))
    } else {
        Cell::text(text)
    })
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

fn whole_row(text: impl Into<Cow<'static, str>>) -> Fault {
    Fault { column: String::new(), reason: Reason::new(text) }
}

fn endless(in_quotes: bool) -> Fault {
    if in_quotes {
        whole_row("opens a quote that is not closed; double quotes inside of quotes")
    } else {
        whole_row(format!("is longer than {ROW_MAX_BYTES} bytes; is it the right file?"))
    }
}

/// The delimiter that the header has most of.
fn most_frequent(header: &[u8]) -> u8 {
    let mut in_quotes = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in header {
        in_quotes ^= *byte == b'"';
        let found = DELIMITERS.iter().zip(&mut counts).find(|(known, _)| *known == byte);
        if let Some((_, count)) = found.filter(|_| !in_quotes) {
            *count += 1;
        }
    }
    let best = DELIMITERS.iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    best.map_or(b',', |(delimiter, _)| *delimiter)
}

impl Window {
    fn open(path: &Path) -> Result<Self, SourceError> {
        let input = File::open(path).map_err(SourceError::io(path))?;
        let mut window = Self {
            path: path.to_path_buf(),
            input,
            bytes: Vec::new(),
            start: 0,
            is_end: false,
            line: 1,
            passed: 0,
        };
        window.fill()?;
        let encoding = |what, from| SourceError::Encoding { path: path.to_path_buf(), what, from };
        if is_utf16(&window.bytes) {
            return Err(encoding("is UTF-16", "UTF-16"));
        }
        if window.bytes.starts_with(BYTE_ORDER_MARK) {
            window.pass(BYTE_ORDER_MARK.len(), 0);
        }
        Ok(window)
    }

    /// The names of the columns.
    fn header(&mut self, delimiter: u8) -> Result<Vec<String>, SourceError> {
        let path = self.path.clone();
        let wrong = |what: &str| SourceError::Header { path: path.clone(), what: what.to_owned() };
        let encoding = |what, from| SourceError::Encoding { path: path.clone(), what, from };
        let mut spans = Vec::new();
        let empty = || SourceError::Empty { path: path.clone() };
        let row = self.next(delimiter, &mut spans)?.ok_or_else(empty)?;
        let Row::Whole { length, lines, stray_quote } = row else {
            return Err(wrong("the names of the columns have no end; is it the right file?"));
        };
        let bytes = self.ahead(length);
        if bytes.contains(&0) {
            return Err(encoding("has zero bytes, as UTF-16 has", "UTF-16LE"));
        }
        if is_blank(bytes) {
            return Err(wrong("is blank; it must have the names of the columns"));
        }
        if stray_quote {
            return Err(wrong("a name has text behind its closing quote"));
        }
        let name = |span: &Span| match cell(bytes, *span) {
            Ok(name) => Ok(name.as_text().unwrap_or_default().into_owned()),
            Err(_) => Err(encoding("has names of columns that are not UTF-8", "GB18030")),
        };
        let names = spans.iter().map(name).collect();
        self.pass(length, lines);
        names
    }

    /// The next row, and the spans of its fields; `None` at the end.
    fn next(&mut self, delimiter: u8, spans: &mut Vec<Span>) -> Result<Option<Row>, SourceError> {
        loop {
            let ahead = self.bytes.get(self.start..).unwrap_or_default();
            if ahead.is_empty() && self.is_end {
                return Ok(None);
            }
            match scan(ahead, delimiter, self.is_end, spans) {
                Scan::Record { length, lines, stray_quote } if length <= ROW_MAX_BYTES => {
                    return Ok(Some(Row::Whole { length, lines, stray_quote }));
                }
                Scan::Record { .. } => return Ok(Some(Row::Endless { in_quotes: false })),
                Scan::More { in_quotes } if self.is_end || ahead.len() > ROW_MAX_BYTES => {
                    return Ok(Some(Row::Endless { in_quotes }));
                }
                Scan::More { .. } => self.fill()?,
            }
        }
    }

    /// Reads on.
    fn fill(&mut self) -> Result<(), SourceError> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let mut chunk = self.input.by_ref().take(CHUNK_BYTES as u64);
        let read = chunk.read_to_end(&mut self.bytes).map_err(SourceError::io(&self.path))?;
        self.is_end = read == 0;
        Ok(())
    }

    fn ahead(&self, length: usize) -> &[u8] {
        self.bytes.get(self.start..self.start + length).unwrap_or_default()
    }

    /// The bytes of the line ahead; a longer one is cut, and goes on as the next row.
    fn line_length(&self) -> usize {
        let ahead = self.bytes.get(self.start..).unwrap_or_default();
        let end = ahead.iter().position(|byte| *byte == b'\n');
        end.map_or(ahead.len(), |end| end + 1)
    }

    fn first_line(&mut self) -> Result<Vec<u8>, SourceError> {
        if self.bytes.len() == self.start {
            return Err(SourceError::Empty { path: self.path.clone() });
        }
        Ok(self.ahead(self.line_length()).to_vec())
    }

    fn pass(&mut self, length: usize, lines: u64) {
        self.start = (self.start + length).min(self.bytes.len());
        self.passed += u64::try_from(length).unwrap_or_default();
        self.line += lines;
    }
}
