//! Reading Parquet, one row group after another.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars::io::SerReader;
use polars::io::parquet::metadata::{FileMetadata, FileMetadataRef};
use polars::io::parquet::read::{ParallelStrategy, ParquetReader};
use polars::prelude::DataFrame;

use super::{ROW_GROUP_ROWS, TableError};

/// The row groups of a file. A row group that is larger than [`ROW_GROUP_ROWS`] is read in parts.
pub(crate) struct RowGroups {
    path: PathBuf,
    file: File,
    /// What is said of the whole file, and of no row group. INVARIANT: polars is told of that row group alone which it is to
    /// read. Of those before a slice it would read dictionaries and look at every page, so that a file of many would take
    /// the square of their number.
    of_file: FileMetadataRef,
    /// With the row groups that are not read to their end, the next one last.
    left: FileMetadata,
    /// Rows that were read of the next row group.
    read_of_next: usize,
    /// The columns that are read; all of them when there is no list.
    columns: Option<Vec<String>>,
    rows: usize,
    bytes: u64,
    rows_read: usize,
}

impl RowGroups {
    pub(crate) fn open(path: &Path) -> Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::io(path, "read"))?;
        let handle = file.try_clone().map_err(TableError::io(path, "read"))?;
        let mut reader = ParquetReader::new(handle);
        let metadata = reader.get_metadata().map_err(TableError::parquet(path, "read"))?;
        let mut left = FileMetadata::clone(metadata);
        left.row_groups.reverse();
        let rows = left.row_groups.iter().map(|group| group.num_rows()).sum();
        let of_file = FileMetadata { row_groups: Vec::new(), ..left.clone() };
        let bytes = file.metadata().map_err(TableError::io(path, "read"))?.len();
        Ok(Self {
            path: path.to_path_buf(),
            file,
            of_file: FileMetadataRef::new(of_file),
            left,
            read_of_next: 0,
            columns: None,
            rows,
            bytes,
            rows_read: 0,
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
        let read = u64::try_from(self.rows_read).unwrap_or(u64::MAX);
        let rows = u64::try_from(self.rows).unwrap_or(u64::MAX).max(1);
        // u128: bytes times rows of the largest files are beyond 64 bits.
        let bytes = u128::from(self.bytes) * u128::from(read) / u128::from(rows);
        u64::try_from(bytes).unwrap_or(self.bytes)
    }

    /// The next rows; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<DataFrame>, TableError> {
        while self.left.row_groups.pop_if(|group| group.num_rows() <= self.read_of_next).is_some() {
            self.read_of_next = 0;
        }
        let Some(group) = self.left.row_groups.last() else { return Ok(None) };
        let part = (self.read_of_next, ROW_GROUP_ROWS.min(group.num_rows() - self.read_of_next));
        self.read_of_next += part.1;
        self.rows_read += part.1;
        let only = FileMetadata {
            num_rows: group.num_rows(),
            row_groups: vec![group.clone()],
            ..FileMetadata::clone(&self.of_file)
        };
        self.reader(only.into())?
            .with_slice(Some(part))
            .with_columns(self.columns.clone())
            .read_parallel(ParallelStrategy::None)
            .finish()
            .map(Some)
            .map_err(TableError::parquet(&self.path, "read"))
    }

    fn reader(&self, metadata: FileMetadataRef) -> Result<ParquetReader<File>, TableError> {
        let handle = self.file.try_clone().map_err(TableError::io(&self.path, "read"))?;
        let mut reader = ParquetReader::new(handle);
        reader.set_metadata(metadata);
        Ok(reader)
    }

    /// A frame with every column and no row.
    pub(crate) fn empty(&self) -> Result<DataFrame, TableError> {
        self.reader(FileMetadataRef::clone(&self.of_file))?
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
