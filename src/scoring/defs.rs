//! The definitions of a model's features, read and compiled.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::read;
use crate::document::{Problem, Problems};
use crate::features::Formula;
use crate::signals::{Catalogue, SignalDef};

/// Features as a file defines them. What they learn from data comes with [`Self::fit`].
#[derive(Debug, Clone)]
pub struct FeatureDefs {
    pub(super) source: String,
    pub(super) features: Vec<Feature>,
    pub(super) encodings: Vec<Encoding>,
    /// Where the signals that they read stand in the catalogue.
    pub(super) reads: BTreeSet<usize>,
}

/// A column of the matrix.
#[derive(Debug, Clone)]
pub(super) struct Feature {
    pub(super) name: String,
    /// The group of the catalogue that it belongs to.
    pub(super) group: Arc<str>,
    pub(super) source: Source,
}

/// Where its values come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// What a formula over the signals gives as a number: a signal as it is, whether it is unknown, whether it is a
    /// word, or an expression of the file.
    Formula(Formula),
    /// What an encoding tells of the signal's word.
    Encoded(usize),
}

/// A text signal whose words are told by the share of fraud among them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Encoding {
    pub(super) name: String,
    pub(super) signal: usize,
    /// Rows of the overall share that are added to each word.
    pub(super) smoothing: f64,
}

impl FeatureDefs {
    /// Reads a file of features.
    ///
    /// # Errors
    /// Everything that is wrong with it. Without an error the warnings come with the features.
    pub fn load(source: &str) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let mut problems = Problems::new(source);
        let defs = read::read(source, &mut problems);
        match defs {
            Some(defs) if !problems.has_errors() => Ok((defs, problems.into_sorted())),
            Some(_) | None => Err(problems.into_sorted()),
        }
    }

    /// The text that they were read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the features, in the order of the matrix.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.features.iter().map(|feature| feature.name.clone()).collect()
    }

    /// The group of the catalogue of each feature, in the order of the matrix.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.features.iter().map(|feature| &feature.group)
    }

    /// The signals that they read, in the order of the catalogue.
    pub fn signals(&self) -> impl Iterator<Item = &'static SignalDef> {
        self.reads.iter().filter_map(|place| Catalogue::get().defs().get(*place))
    }
}
