//! Arrays as NumPy reads them: format 1.0 of `numpy.lib.format`, 64-bit floats, row by row.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use vouch::models::Matrix;

use super::Fault;

/// What the header's length is a multiple of.
const ALIGNMENT: usize = 64;
/// Magic bytes, version and length.
const PREAMBLE: usize = 10;

/// Writes matrices of the same columns below each other; what is unknown is NaN.
pub(crate) fn write_matrices(path: &Path, matrices: &[&Matrix]) -> Result<(), Fault> {
    let rows: usize = matrices.iter().map(|matrix| matrix.rows()).sum();
    let width = matrices.first().map_or(0, |matrix| matrix.names().len());
    let mut file = started(path, &format!("({rows}, {width})"))?;
    for matrix in matrices {
        for row in 0..matrix.rows() {
            for column in 0..width {
                file.write_all(&matrix.get(row, column).unwrap_or(f64::NAN).to_le_bytes())?;
            }
        }
    }
    Ok(file.flush()?)
}

/// Writes numbers.
pub(crate) fn write_numbers(
    path: &Path,
    numbers: impl ExactSizeIterator<Item = f64>,
) -> Result<(), Fault> {
    let mut file = started(path, &format!("({},)", numbers.len()))?;
    for number in numbers {
        file.write_all(&number.to_le_bytes())?;
    }
    Ok(file.flush()?)
}

fn started(path: &Path, shape: &str) -> Result<BufWriter<File>, Fault> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (PREAMBLE + header.len() + 1).next_multiple_of(ALIGNMENT) - PREAMBLE;
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&u16::try_from(length)?.to_le_bytes())?;
    writeln!(file, "{header:width$}", width = length - 1)?;
    Ok(file)
}
