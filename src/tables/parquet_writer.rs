//! Writing Parquet, one row group after another.

use std::cell::RefCell;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, Schema, StatisticsOptions};

use super::parquet_reader::RowGroups;
use super::record::private::Columns;
use super::{PartialFile, ROW_GROUP_ROWS, TableError};

/// A Parquet file that is being written, frame by frame. The same frames give the same bytes.
pub(crate) struct FrameWriter {
    path: PathBuf,
    writer: BatchedWriter<Out>,
    out: Out,
}

/// The writer of polars keeps what it writes to; the file must be flushed and renamed behind it.
#[derive(Clone)]
struct Out(Rc<RefCell<BufWriter<PartialFile>>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

impl FrameWriter {
    pub(crate) fn create(path: &Path, schema: &Schema) -> Result<Self, TableError> {
        let file = PartialFile::create(path)?;
        let out = Out(Rc::new(RefCell::new(BufWriter::with_capacity(1 << 20, file))));
        let writer = ParquetWriter::new(out.clone())
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::default())
            .set_parallel(false)
            .batched(schema)
            .map_err(TableError::parquet(path, "written"))?;
        Ok(Self { path: path.to_path_buf(), writer, out })
    }

    /// Adds a row group.
    pub(crate) fn write(&mut self, frame: &DataFrame) -> Result<(), TableError> {
        self.writer.write_batch(frame).map_err(TableError::parquet(&self.path, "written"))
    }

    /// Ends the file, which has no name yet.
    pub(crate) fn close(self) -> Result<PartialFile, TableError> {
        self.writer.finish().map_err(TableError::parquet(&self.path, "written"))?;
        drop(self.writer);
        let doing = TableError::io(&self.path, "written");
        let shared = || doing(io::Error::other("somebody else still writes to it"));
        let buffer = Rc::into_inner(self.out.0).ok_or_else(shared)?.into_inner();
        buffer.into_inner().map_err(|error| doing(error.into_error()))
    }
}

/// A Parquet file that is being written, row by row. The same rows give the same bytes.
pub(crate) struct ParquetTable<C> {
    columns: C,
    frames: FrameWriter,
}

impl<C: Columns> ParquetTable<C> {
    pub(crate) fn create(path: &Path) -> Result<Self, TableError> {
        let columns = C::default();
        let empty = DataFrame::new(0, C::default().take());
        let empty = empty.map_err(TableError::parquet(path, "written"))?;
        Ok(Self { columns, frames: FrameWriter::create(path, empty.schema())? })
    }

    /// Adds the row that `put` sets the columns of.
    pub(crate) fn row(&mut self, put: impl FnOnce(&mut C)) -> Result<(), TableError> {
        put(&mut self.columns);
        self.columns.end_row();
        if self.columns.rows() >= ROW_GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file and gives it its name.
    pub(crate) fn finish(self) -> Result<(), TableError> {
        self.close()?.finish()
    }

    /// Ends the file, which has no name yet.
    pub(crate) fn close(mut self) -> Result<PartialFile, TableError> {
        self.flush()?;
        self.frames.close()
    }

    fn flush(&mut self) -> Result<(), TableError> {
        let rows = self.columns.rows();
        if rows == 0 {
            return Ok(());
        }
        let frame = DataFrame::new(rows, self.columns.take());
        self.frames.write(&frame.map_err(TableError::parquet(&self.frames.path, "written"))?)
    }
}

/// Writes the rows of several Parquet files of the same columns, one file after another, as one that has no name yet: the
/// same rows give the same bytes, wherever one file ends. `None` when there is no file.
pub(crate) fn concatenate(
    parts: &[PathBuf],
    path: &Path,
) -> Result<Option<PartialFile>, TableError> {
    let mut joined: Option<Regrouped> = None;
    for part in parts {
        let mut groups = RowGroups::open(part)?;
        let rows = match &mut joined {
            Some(rows) => rows,
            None => {
                let rest = groups.empty()?;
                let frames = FrameWriter::create(path, rest.schema())?;
                joined.insert(Regrouped { rest, frames })
            }
        };
        while let Some(frame) = groups.next()? {
            rows.add(&frame)?;
        }
    }
    joined.map(Regrouped::close).transpose()
}

/// Rows that come in groups of any size, and go into groups of [`ROW_GROUP_ROWS`].
struct Regrouped {
    rest: DataFrame,
    frames: FrameWriter,
}

impl Regrouped {
    fn add(&mut self, frame: &DataFrame) -> Result<(), TableError> {
        let failed = TableError::parquet(&self.frames.path, "written");
        self.rest.vstack_mut(frame).map_err(failed)?;
        while self.rest.height() >= ROW_GROUP_ROWS {
            // A frame of several chunks would be written as several groups.
            self.rest.rechunk_mut();
            let rows = i64::try_from(ROW_GROUP_ROWS).unwrap_or(i64::MAX);
            let (group, rest) = self.rest.split_at(rows);
            self.rest = rest;
            self.frames.write(&group)?;
        }
        Ok(())
    }

    fn close(mut self) -> Result<PartialFile, TableError> {
        if self.rest.height() > 0 {
            self.rest.rechunk_mut();
            self.frames.write(&self.rest)?;
        }
        self.frames.close()
    }
}

impl std::fmt::Debug for FrameWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrameWriter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<C> std::fmt::Debug for ParquetTable<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetTable").field("frames", &self.frames).finish_non_exhaustive()
    }
}
