//! What an artifact holds: a model that knows fraud, or one that only knows what is odd.

use serde::{Deserialize, Serialize};

use super::anomaly::Anomaly;
use super::ensemble::{Ensemble, RowEnsemble};
use super::error::{ColumnsError, check_columns};

/// A fitted model of either kind. The kinds answer in different types, so that a rank is not taken for a probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Fitted on labels; says how likely fraud is.
    Supervised(Box<Ensemble>),
    /// Fitted without labels; says how odd a row is among those seen.
    Unsupervised(Box<Anomaly>),
}

/// A model laid out for one row at a time; it gives what [`Model`] gives.
#[derive(Debug, Clone)]
pub enum RowModel {
    /// Says how likely fraud is.
    Supervised(Box<RowEnsemble>),
    /// Says how odd a row is among those seen.
    Unsupervised(Box<Anomaly>),
}

impl Model {
    /// The same model for one row at a time.
    pub fn by_row(&self) -> RowModel {
        match self {
            Self::Supervised(ensemble) => RowModel::Supervised(Box::new(ensemble.by_row())),
            Self::Unsupervised(anomaly) => RowModel::Unsupervised(anomaly.clone()),
        }
    }

    /// The columns that it scores, in order.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Supervised(ensemble) => ensemble.names(),
            Self::Unsupervised(anomaly) => anomaly.names(),
        }
    }

    /// Holds the columns that are there against those that it scores.
    ///
    /// # Errors
    /// Every column that is missing, unexpected or at another place.
    pub fn check_columns(&self, found: &[String]) -> Result<(), ColumnsError> {
        check_columns(self.names(), found)
    }
}
