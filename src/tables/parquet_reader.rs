//! Reading Parquet, one row group after another.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars::io::SerReader;
use polars::io::parquet::metadata::FileMetadataRef;
use polars::io::parquet::read::{ParallelStrategy, ParquetReader};
use polars::prelude::DataFrame;

use super::{ROW_GROUP_ROWS, TableError};

/// The row groups of a file. A row group that is larger than [`ROW_GROUP_ROWS`] is read in parts.
pub(crate) struct RowGroups {
    path: PathBuf,
    file: File,
    /// Read once: it tells of every column of every row group.
    metadata: FileMetadataRef,
    /// The columns that are read; all of them when there is no list.
    columns: Option<Vec<String>>,
    rows: usize,
    bytes: u64,
    /// First row and number of rows of what is still to be read, last part first.
    parts: Vec<(usize, usize)>,
}

impl RowGroups {
    pub(crate) fn open(path: &Path) -> Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::io(path, "read"))?;
        let handle = file.try_clone().map_err(TableError::io(path, "read"))?;
        let mut reader = ParquetReader::new(handle);
        let metadata = reader.get_metadata().map_err(TableError::parquet(path, "read"))?;
        let metadata = FileMetadataRef::clone(metadata);
        let mut parts = Vec::new();
        let mut first = 0;
        for group in &metadata.row_groups {
            let end = first + group.num_rows();
            while first < end {
                let rows = ROW_GROUP_ROWS.min(end - first);
                parts.push((first, rows));
                first += rows;
            }
        }
        parts.reverse();
        let bytes = file.metadata().map_err(TableError::io(path, "read"))?.len();
        Ok(Self {
            path: path.to_path_buf(),
            file,
            metadata,
            columns: None,
            rows: first,
            bytes,
            parts,
        })
    }

    /// Reads these columns only, which the file must have.
    pub(crate) fn with_columns(self, columns: Vec<String>) -> Self {
        Self { columns: Some(columns), ..self }
    }

    /// Rows of the whole file.
    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the file that were read so far, as if all rows had the same.
    pub(crate) fn bytes(&self) -> u64 {
        let left = self.parts.iter().map(|(_, rows)| rows).sum::<usize>();
        let read = u64::try_from(self.rows - left).unwrap_or(u64::MAX);
        let rows = u64::try_from(self.rows).unwrap_or(u64::MAX).max(1);
        // u128: bytes times rows of the largest files are beyond 64 bits.
        let bytes = u128::from(self.bytes) * u128::from(read) / u128::from(rows);
        u64::try_from(bytes).unwrap_or(self.bytes)
    }

    /// The next rows; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<DataFrame>, TableError> {
        let Some(part) = self.parts.pop() else { return Ok(None) };
        self.reader()?
            .with_slice(Some(part))
            .with_columns(self.columns.clone())
            .read_parallel(ParallelStrategy::None)
            .finish()
            .map(Some)
            .map_err(TableError::parquet(&self.path, "read"))
    }

    fn reader(&self) -> Result<ParquetReader<File>, TableError> {
        let handle = self.file.try_clone().map_err(TableError::io(&self.path, "read"))?;
        let mut reader = ParquetReader::new(handle);
        reader.set_metadata(FileMetadataRef::clone(&self.metadata));
        Ok(reader)
    }

    /// A frame with every column and no row.
    pub(crate) fn empty(&self) -> Result<DataFrame, TableError> {
        self.reader()?
            .with_slice(Some((0, 0)))
            .read_parallel(ParallelStrategy::None)
            .finish()
            .map_err(TableError::parquet(&self.path, "read"))
    }
}

impl std::fmt::Debug for RowGroups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowGroups").field("path", &self.path).finish_non_exhaustive()
    }
}
