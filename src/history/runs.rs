//! Runs: events in order, on disk.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::HistoryError;
use super::event::{self, HEADER_BYTES, Place, Told};

/// Bytes of events that are sorted in memory.
const SORTED_BYTES: usize = 64 << 20;
/// Bytes that a run is read ahead by.
const READ_BYTES: usize = 256 << 10;

/// Sorts events into runs: files in which each event stands at or behind the one before it. A history that is in order
/// becomes one run.
pub(super) struct RunWriter {
    folder: PathBuf,
    /// Runs whose files are whole.
    done: Vec<PathBuf>,
    /// The run that is being written, and the place of its last event.
    open: Option<(BufWriter<File>, Place)>,
    events: Vec<(Place, std::ops::Range<usize>)>,
    bytes: Vec<u8>,
    written: u64,
}

impl RunWriter {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            done: Vec::new(),
            open: None,
            events: Vec::new(),
            bytes: Vec::new(),
            written: 0,
        }
    }

    /// Adds an event.
    pub(super) fn push(&mut self, place: Place, told: &Told) -> Result<(), HistoryError> {
        let start = self.bytes.len();
        event::encode(told, &mut self.bytes);
        self.events.push((place, start..self.bytes.len()));
        if self.bytes.len() >= SORTED_BYTES { self.sort_out() } else { Ok(()) }
    }

    /// Writes out what is held. The runs, and how many events they hold.
    pub(super) fn finish(mut self) -> Result<(Vec<PathBuf>, u64), HistoryError> {
        self.sort_out()?;
        self.close()?;
        Ok((self.done, self.written))
    }

    fn sort_out(&mut self) -> Result<(), HistoryError> {
        // Stable: equals stay in the order of their file.
        self.events.sort_by_key(|(place, _)| *place);
        let Some(first) = self.events.first().map(|(place, _)| *place) else { return Ok(()) };
        if self.open.as_ref().is_none_or(|(_, last)| first < *last) {
            self.close()?;
            let path = self.folder.join(format!("run-{:04}", self.done.len()));
            let file = File::create(&path).map_err(HistoryError::file(&path, "written"))?;
            self.open = Some((BufWriter::with_capacity(1 << 20, file), first));
            self.done.push(path);
        }
        let failed = HistoryError::file(self.done.last().unwrap_or(&self.folder), "written");
        let Some((file, last)) = &mut self.open else { return Ok(()) };
        let mut write = || {
            for (place, range) in &self.events {
                let bytes = self.bytes.get(range.clone()).unwrap_or_default();
                file.write_all(&place.header(u32::try_from(bytes.len()).unwrap_or(u32::MAX)))?;
                file.write_all(bytes)?;
                *last = *place;
            }
            Ok(())
        };
        write().map_err(failed)?;
        self.written += u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        self.events.clear();
        self.bytes.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), HistoryError> {
        let Some((file, _)) = self.open.take() else { return Ok(()) };
        let failed = HistoryError::file(self.done.last().unwrap_or(&self.folder), "written");
        file.into_inner()
            .map_err(|error| error.into_error())
            .and_then(|f| f.sync_all())
            .map_err(failed)
    }
}

/// Reads a run.
pub(super) struct RunReader {
    input: BufReader<File>,
    path: PathBuf,
    /// The place of the next event, and how many bytes it has.
    next: Option<(Place, u32)>,
}

impl RunReader {
    pub(super) fn open(path: &Path) -> Result<Self, HistoryError> {
        let file = File::open(path).map_err(HistoryError::file(path, "read"))?;
        let input = BufReader::with_capacity(READ_BYTES, file);
        let mut reader = Self { input, path: path.to_path_buf(), next: None };
        reader.advance()?;
        Ok(reader)
    }

    /// Where the next event stands; `None` at the end.
    pub(super) fn place(&self) -> Option<Place> {
        self.next.map(|(place, _)| place)
    }

    /// The bytes of the next event go into `bytes`, instead of what is there.
    pub(super) fn read(&mut self, bytes: &mut Vec<u8>) -> Result<(), HistoryError> {
        let Some((_, len)) = self.next else { return Err(HistoryError::DamagedRun) };
        bytes.clear();
        let read = self.input.by_ref().take(u64::from(len)).read_to_end(bytes);
        let read = read.map_err(HistoryError::file(&self.path, "read"))?;
        if u32::try_from(read) != Ok(len) {
            return Err(HistoryError::DamagedRun);
        }
        self.advance()
    }

    /// Passes the next event over.
    pub(super) fn skip(&mut self) -> Result<(), HistoryError> {
        let Some((_, len)) = self.next else { return Err(HistoryError::DamagedRun) };
        let skipped = self.input.seek_relative(i64::from(len));
        skipped.map_err(HistoryError::file(&self.path, "read"))?;
        self.advance()
    }

    fn advance(&mut self) -> Result<(), HistoryError> {
        let mut header = [0; HEADER_BYTES];
        let mut filled = 0;
        while let Some(rest) = header.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let read = self.input.read(rest).map_err(HistoryError::file(&self.path, "read"))?;
            if read == 0 {
                break;
            }
            filled += read;
        }
        self.next = match filled {
            0 => None,
            HEADER_BYTES => Some(Place::of_header(&header)),
            _ => return Err(HistoryError::DamagedRun),
        };
        Ok(())
    }
}
