//! Runs become one history.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::PathBuf;

use super::HistoryError;
use super::event::{self, Place, Told};
use super::runs::RunReader;

/// The events of several runs, in order.
pub(super) struct Merge {
    runs: Vec<RunReader>,
    /// Where each run's next event stands, and the number of the run.
    next: BinaryHeap<Reverse<(Place, usize)>>,
    bytes: Vec<u8>,
}

impl Merge {
    /// Opens runs, and passes the first `skipped` events over.
    pub(super) fn open(paths: &[PathBuf], skipped: u64) -> Result<Self, HistoryError> {
        let runs: Vec<RunReader> =
            paths.iter().map(|path| RunReader::open(path)).collect::<Result<_, _>>()?;
        let places = runs.iter().enumerate();
        let next =
            places.filter_map(|(run, reader)| Some(Reverse((reader.place()?, run)))).collect();
        let mut merge = Self { runs, next, bytes: Vec::new() };
        for _ in 0..skipped {
            merge.step(RunReader::skip)?.ok_or(HistoryError::DamagedRun)?;
        }
        Ok(merge)
    }

    /// The next event; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Place, Told)>, HistoryError> {
        let mut bytes = std::mem::take(&mut self.bytes);
        let place = self.step(|run| run.read(&mut bytes))?;
        let told = place.map(|place| Ok((place, event::decode(place.is_claim, &bytes)?)));
        self.bytes = bytes;
        told.transpose()
    }

    /// Has the run with the next event take it.
    fn step(
        &mut self,
        take: impl FnOnce(&mut RunReader) -> Result<(), HistoryError>,
    ) -> Result<Option<Place>, HistoryError> {
        let Some(Reverse((place, run))) = self.next.pop() else { return Ok(None) };
        let Some(reader) = self.runs.get_mut(run) else { return Ok(None) };
        take(reader)?;
        self.next.extend(reader.place().map(|place| Reverse((place, run))));
        Ok(Some(place))
    }
}
