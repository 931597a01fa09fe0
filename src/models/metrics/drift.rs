//! How far a sample has moved from another.

/// Two samples that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriftError {
    /// Another number of bins.
    #[error("{expected} bins are compared with {found}; cut both samples at the same places")]
    Bins {
        /// Of the first sample.
        expected: usize,
        /// Of the second one.
        found: usize,
    },
    /// A sample without rows.
    #[error("a sample is empty; it needs rows in at least one bin")]
    Empty,
    /// A count that is negative, NaN or infinite.
    #[error("bin {bin} counts `{value}`; a count is a number of at least 0")]
    Count {
        /// The bin, from 0.
        bin: usize,
        /// The count.
        value: String,
    },
}

/// The population stability index of two samples counted (or weighed) in the same bins, unknown as one of them:
/// `sum (q - p) * ln(q / p)` over the bins' shares (Jeffreys' divergence). Half a row is added to each bin, so that an
/// empty bin is not infinitely far. By convention below 0.1 is stable and above 0.25 has moved.
///
/// # Errors
/// Samples that are empty or cut differently, counts that are none.
pub fn population_stability(expected: &[f64], found: &[f64]) -> Result<f64, DriftError> {
    if expected.len() != found.len() {
        return Err(DriftError::Bins { expected: expected.len(), found: found.len() });
    }
    let (expected, found) = (shares(expected)?, shares(found)?);
    Ok(expected.iter().zip(&found).map(|(p, q)| (q - p) * (q / p).ln()).sum())
}

fn shares(counts: &[f64]) -> Result<Vec<f64>, DriftError> {
    let bad = counts.iter().enumerate().find(|(_, count)| !count.is_finite() || **count < 0.0);
    if let Some((bin, value)) = bad {
        return Err(DriftError::Count { bin, value: value.to_string() });
    }
    if !counts.iter().any(|count| *count > 0.0) {
        return Err(DriftError::Empty);
    }
    let total: f64 = counts.iter().map(|count| count + 0.5).sum();
    Ok(counts.iter().map(|count| (count + 0.5) / total).collect())
}
