//! The part of a file that is in memory.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::scan::{Scan, Span, scan};
use crate::document::{BYTE_ORDER_MARK, is_utf16};
use crate::tables::TableError;

/// The longest row that is read; longer ones come from a quote that is never closed.
pub(super) const ROW_MAX_BYTES: usize = 1 << 20;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// From the row that is read next, some chunks.
#[derive(Debug)]
pub(super) struct Window {
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
#[derive(Debug, Clone, Copy)]
pub(super) enum Row {
    /// Its bytes are the first so many of the window.
    Whole { length: usize, lines: u64, stray_quote: bool },
    /// It does not end within [`ROW_MAX_BYTES`].
    Endless { in_quotes: bool },
}

impl Window {
    /// Opens a file, behind its byte order mark.
    pub(super) fn open(path: &Path) -> Result<Self, TableError> {
        let input = File::open(path).map_err(TableError::io(path, "read"))?;
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
        if is_utf16(&window.bytes) {
            return Err(TableError::utf16(path));
        }
        if window.bytes.starts_with(BYTE_ORDER_MARK) {
            window.pass(BYTE_ORDER_MARK.len(), 0);
        }
        if window.bytes.len() == window.start {
            return Err(TableError::Empty { path: path.to_path_buf() });
        }
        Ok(window)
    }

    /// The next row, and the spans of its fields; `None` at the end.
    pub(super) fn next(
        &mut self,
        delimiter: u8,
        spans: &mut Vec<Span>,
    ) -> Result<Option<Row>, TableError> {
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
    fn fill(&mut self) -> Result<(), TableError> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let mut chunk = self.input.by_ref().take(CHUNK_BYTES as u64);
        let read = chunk.read_to_end(&mut self.bytes);
        let read = read.map_err(TableError::io(&self.path, "read"))?;
        self.is_end = read == 0;
        Ok(())
    }

    /// The next so many bytes.
    pub(super) fn ahead(&self, length: usize) -> &[u8] {
        self.bytes.get(self.start..self.start + length).unwrap_or_default()
    }

    /// The bytes of the line ahead; a longer one is cut, and goes on as the next row.
    pub(super) fn line_length(&self) -> usize {
        let ahead = self.bytes.get(self.start..).unwrap_or_default();
        let end = ahead.iter().position(|byte| *byte == b'\n');
        end.map_or(ahead.len(), |end| end + 1)
    }

    /// Goes on behind so many bytes and lines.
    pub(super) fn pass(&mut self, length: usize, lines: u64) {
        self.start = (self.start + length).min(self.bytes.len());
        self.passed += u64::try_from(length).unwrap_or_default();
        self.line += lines;
    }

    /// The line of the next row, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Bytes of the file before the next row.
    pub(super) const fn passed(&self) -> u64 {
        self.passed
    }
}
