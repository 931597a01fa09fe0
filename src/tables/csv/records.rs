//! The rows of a CSV file: every cell a text, so that nothing is guessed about types.

use std::borrow::Cow;
use std::path::Path;

use super::scan::Span;
use super::window::{ROW_MAX_BYTES, Row, Window};
use crate::tables::TableError;

/// What may stand between fields when nothing is said.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A CSV file behind its header.
#[derive(Debug)]
pub(crate) struct CsvRecords {
    window: Window,
    delimiter: u8,
    names: Vec<String>,
    /// Where the fields of the row that was given last stand.
    spans: Vec<Span>,
    /// Rows that were given.
    number: u64,
    /// Bytes and lines of the row that was given last.
    given: (usize, u64),
}

/// A row.
#[derive(Debug)]
pub(crate) struct CsvRow<'a> {
    /// Its number, from 1, without the header.
    pub(crate) number: u64,
    /// The line on which it begins, from 1.
    pub(crate) line: u64,
    /// Bytes of the file up to its end.
    pub(crate) bytes: u64,
    /// The cells that were asked for, `None` where the file has no such column; or why none can be read.
    pub(crate) cells: Result<Vec<Option<Cow<'a, str>>>, CsvFault>,
}

/// Why a row cannot be read.
#[derive(Debug)]
pub(crate) struct CsvFault {
    /// Which of the cells that were asked for it is; `None` when it is the row as a whole.
    pub(crate) slot: Option<usize>,
    /// What is wrong and what to change. It repeats nothing of the row.
    pub(crate) text: Cow<'static, str>,
}

impl CsvRecords {
    /// Opens a file. Without a delimiter it is a tab in `.tsv`, and the one that the header has most of elsewhere.
    ///
    /// # Errors
    /// The file cannot be read, is empty, is not UTF-8, or its first line has no names.
    pub(crate) fn open(path: &Path, delimiter: Option<u8>) -> Result<Self, TableError> {
        let window = Window::open(path)?;
        let first = window.ahead(window.line_length());
        let names_tsv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"));
        let guessed = if names_tsv { b'\t' } else { most_frequent(first) };
        let delimiter = delimiter.unwrap_or(guessed);
        let (names, spans) = (Vec::new(), Vec::new());
        let mut records = Self { window, delimiter, names, spans, number: 0, given: (0, 0) };
        records.names = records.header(path)?;
        Ok(records)
    }

    /// The names of the columns, without spaces around them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The next row, with the cells at these places; `None` at the end. A blank line is no row.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub(crate) fn next(
        &mut self,
        places: &[Option<usize>],
    ) -> Result<Option<CsvRow<'_>>, TableError> {
        let (length, lines) = std::mem::take(&mut self.given);
        self.window.pass(length, lines);
        let row = loop {
            match self.window.next(self.delimiter, &mut self.spans)? {
                None => return Ok(None),
                Some(Row::Whole { length, lines, .. }) if is_blank(self.window.ahead(length)) => {
                    self.window.pass(length, lines);
                }
                Some(row) => break row,
            }
        };
        let cells = match row {
            Row::Whole { length, stray_quote, .. } => {
                let bytes = self.window.ahead(length);
                cells(bytes, &self.spans, stray_quote, self.names.len(), places)
            }
            Row::Endless { in_quotes } => Err(endless(in_quotes)),
        };
        self.given = match row {
            Row::Whole { length, lines, .. } if cells.is_ok() || lines == 1 => (length, lines),
            // Perhaps a stray quote joined rows: the next line is a row of its own.
            Row::Whole { .. } | Row::Endless { .. } => (self.window.line_length(), 1),
        };
        self.number += 1;
        let end = u64::try_from(self.given.0).unwrap_or_default();
        let (line, bytes) = (self.window.line(), self.window.passed() + end);
        Ok(Some(CsvRow { number: self.number, line, bytes, cells }))
    }

    /// Reads the names of the columns.
    fn header(&mut self, path: &Path) -> Result<Vec<String>, TableError> {
        let wrong = |what| TableError::Header { path: path.to_path_buf(), what };
        let encoding = |what, from| TableError::Encoding { path: path.to_path_buf(), what, from };
        let Some(Row::Whole { length, lines, stray_quote }) =
            self.window.next(self.delimiter, &mut self.spans)?
        else {
            return Err(wrong("the names of the columns have no end; is it the right file?"));
        };
        let bytes = self.window.ahead(length);
        if bytes.contains(&0) {
            return Err(encoding("has zero bytes, as UTF-16 has", "UTF-16LE"));
        }
        if is_blank(bytes) {
            return Err(wrong("is blank; it must have the names of the columns"));
        }
        if stray_quote {
            return Err(wrong("a name has text behind its closing quote"));
        }
        let name = |span: &Span| match text(bytes, *span) {
            Ok(name) => Ok(name.trim().to_owned()),
            Err(_) => Err(encoding("has names of columns that are not UTF-8", "GB18030")),
        };
        let names = self.spans.iter().map(name).collect();
        self.given = (length, lines);
        names
    }
}

/// The cells of a row at some places.
fn cells<'a>(
    row: &'a [u8],
    spans: &[Span],
    stray_quote: bool,
    width: usize,
    places: &[Option<usize>],
) -> Result<Vec<Option<Cow<'a, str>>>, CsvFault> {
    if stray_quote {
        return Err(whole_row(
            "has text behind a closing quote; put quotes around the whole field and double those inside",
        ));
    }
    if spans.len() != width {
        let found = spans.len();
        return Err(whole_row(format!(
            "has {found} fields where the header has {width}; is a quote or `delimiter` amiss?"
        )));
    }
    let cell = |(slot, place): (usize, &Option<usize>)| {
        let span = place.and_then(|place| spans.get(place));
        let not_text = |_| CsvFault {
            slot: Some(slot),
            text: Cow::Borrowed("is not UTF-8; save the file as UTF-8"),
        };
        span.map(|span| text(row, *span)).transpose().map_err(not_text)
    };
    places.iter().enumerate().map(cell).collect()
}

/// The text of a field, as it was before it was quoted.
fn text(row: &[u8], span: Span) -> Result<Cow<'_, str>, std::str::Utf8Error> {
    let text = std::str::from_utf8(row.get(span.start..span.end).unwrap_or_default())?;
    Ok(if span.escaped { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) })
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

fn whole_row(text: impl Into<Cow<'static, str>>) -> CsvFault {
    CsvFault { slot: None, text: text.into() }
}

fn endless(in_quotes: bool) -> CsvFault {
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
