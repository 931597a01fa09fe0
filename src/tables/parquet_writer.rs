//! Writing Parquet, one row group after another.

use std::cell::RefCell;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, StatisticsOptions};

use super::record::private::Columns;
use super::{PartialFile, ROW_GROUP_ROWS, TableError};

/// A Parquet file that is being written. The same rows give the same bytes.
pub(crate) struct ParquetTable<C> {
    path: PathBuf,
    columns: C,
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

impl<C: Columns> ParquetTable<C> {
    pub(crate) fn create(path: &Path) -> Result<Self, TableError> {
        let file = PartialFile::create(path)?;
        let columns = C::default();
        let empty = frame(0, C::default().take()).map_err(TableError::parquet(path, "written"))?;
        let out = Out(Rc::new(RefCell::new(BufWriter::with_capacity(1 << 20, file))));
        let writer = ParquetWriter::new(out.clone())
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::default())
            .set_parallel(false)
            .batched(empty.schema())
            .map_err(TableError::parquet(path, "written"))?;
        Ok(Self { path: path.to_path_buf(), columns, writer, out })
    }

    /// Adds the row that `put` sets the columns of.
    pub(crate) fn row(&mut self, put: impl FnOnce(&mut C)) -> Result<(), TableError> {
        put(&mut self.columns);
        self.columns.end_row();
        if self.columns.rows() >= ROW_GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file and gives it its name.
    pub(crate) fn finish(mut self) -> Result<(), TableError> {
        self.flush()?;
        self.writer.finish().map_err(TableError::parquet(&self.path, "written"))?;
        drop(self.writer);
        let doing = TableError::io(&self.path, "written");
        let shared = || doing(io::Error::other("somebody else still writes to it"));
        let buffer = Rc::into_inner(self.out.0).ok_or_else(shared)?.into_inner();
        let file = buffer.into_inner().map_err(|error| doing(error.into_error()))?;
        file.finish()
    }

    fn flush(&mut self) -> Result<(), TableError> {
        let rows = self.columns.rows();
        if rows == 0 {
            return Ok(());
        }
        frame(rows, self.columns.take())
            .and_then(|frame| self.writer.write_batch(&frame))
            .map_err(TableError::parquet(&self.path, "written"))
    }
}

impl<C> std::fmt::Debug for ParquetTable<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetTable").field("path", &self.path).finish_non_exhaustive()
    }
}

fn frame(
    rows: usize,
    columns: Vec<polars::prelude::Column>,
) -> Result<DataFrame, polars::error::PolarsError> {
    DataFrame::new(rows, columns)
}
