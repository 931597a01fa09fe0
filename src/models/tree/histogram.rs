//! Sums by bin.

use rayon::prelude::*;

use super::super::bins::{BinnedMatrix, UNKNOWN};
use super::super::real::long;
use super::super::wide_codes::{GROUP_COLUMNS, Group, WideCodes};

/// The most codes of a column.
const CODES_MAX: usize = 256;

/// A row that a tree is grown on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Sample {
    /// Its place in the matrix.
    pub(in super::super) row: u32,
    pub(in super::super) gradient: f64,
    pub(in super::super) curvature: f64,
}

/// What falls into one bin of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Bin {
    pub(super) gradient: f64,
    pub(super) curvature: f64,
    pub(super) rows: u32,
}

impl Bin {
    pub(super) fn add(&mut self, other: &Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.rows += other.rows;
    }

    /// Takes a row in. Wrapping: there are fewer than 2^32 of them.
    #[inline(always)]
    pub(super) fn take(&mut self, sample: &Sample) {
        self.gradient += sample.gradient;
        self.curvature += sample.curvature;
        self.rows = self.rows.wrapping_add(1);
    }

    /// Whether rows with and without the label are in it, where `gradient = -weight * label` and `curvature = weight`:
    /// the most that splits can gain is then the impurity `G - G^2 / H`.
    pub(super) fn is_mixed(&self, gain_min: f64) -> bool {
        let labelled = -self.gradient;
        labelled * (self.curvature - labelled) > gain_min * self.curvature
    }

    /// What is left of a whole without this part.
    pub(super) fn rest_of(&self, whole: &Self) -> Self {
        Self {
            gradient: whole.gradient - self.gradient,
            curvature: whole.curvature - self.curvature,
            rows: whole.rows.saturating_sub(self.rows),
        }
    }
}

/// One column's bins in one node.
pub(super) type Histogram = Vec<Bin>;

/// The histogram of the other child, written over the parent's.
pub(super) fn subtract(parent: &mut Histogram, child: &Histogram) {
    parent.iter_mut().zip(child).for_each(|(whole, part)| *whole = part.rest_of(whole));
}

/// Columns of one group, as a tree uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UsedGroup {
    group: usize,
    /// Each column's place in the group and its number of codes.
    places: Vec<(usize, usize)>,
}

/// Rows that a thread sums up at once. Their sums are added up in order, so it does not matter who was ready first.
const CHUNK_ROWS: usize = 1 << 15;

/// Rows whose codes are fetched together: the processor waits for many of them at once, as nothing else is to be done in
/// between, and they stay near until all groups are summed up.
const FETCHED: usize = 256;

/// The sums of a group, in use as far as its columns have codes.
type GroupSums = [[Bin; CODES_MAX]; GROUP_COLUMNS];

impl UsedGroup {
    /// The groups of these columns, both ascending.
    pub(super) fn all(columns: &[usize], codes: &BinnedMatrix) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for column in columns {
            let group = column / GROUP_COLUMNS;
            let place = (column % GROUP_COLUMNS, codes.codes_of(*column));
            match all.last_mut().filter(|last| last.group == group) {
                Some(last) => last.places.push(place),
                None => all.push(Self { group, places: vec![place] }),
            }
        }
        all
    }

    /// The histograms of its columns.
    fn histograms(&self, sums: &GroupSums) -> impl Iterator<Item = Histogram> {
        self.places.iter().map(|(place, codes)| {
            let bins = sums.get(*place).map_or(&[] as &[Bin], |bins| bins.as_slice());
            bins.iter().take(*codes).copied().collect()
        })
    }
}

/// The histograms of all columns of some groups over a node's rows.
pub(super) fn histograms(
    groups: &[UsedGroup],
    codes: &WideCodes,
    samples: &[Sample],
) -> Vec<Histogram> {
    let of = |samples: &[Sample]| chunk_histograms(groups, codes, samples);
    if samples.len() <= CHUNK_ROWS {
        return of(samples);
    }
    let chunks: Vec<Vec<Histogram>> = samples.par_chunks(CHUNK_ROWS).map(of).collect();
    let mut chunks = chunks.into_iter();
    let mut all = chunks.next().unwrap_or_default();
    for chunk in chunks {
        for (all, own) in all.iter_mut().zip(&chunk) {
            all.iter_mut().zip(own).for_each(|(all, own)| all.add(own));
        }
    }
    all
}

fn chunk_histograms(groups: &[UsedGroup], codes: &WideCodes, samples: &[Sample]) -> Vec<Histogram> {
    let width = codes.groups().max(1);
    let mut sums = vec![[[Bin::default(); CODES_MAX]; GROUP_COLUMNS]; groups.len()];
    let mut fetched = vec![Group::default(); FETCHED * width];
    for samples in samples.chunks(FETCHED) {
        for (own, sample) in fetched.chunks_exact_mut(width).zip(samples) {
            own.iter_mut().zip(codes.row(long(sample.row))).for_each(|(own, codes)| *own = *codes);
        }
        for (group, sums) in groups.iter().zip(&mut sums) {
            let own = fetched.iter().skip(group.group).step_by(width);
            samples.iter().zip(own).for_each(|(sample, codes)| add(sample, codes, sums));
        }
    }
    groups.iter().zip(&sums).flat_map(|(group, sums)| group.histograms(sums)).collect()
}

/// Adds a row to a group's sums: those of columns that the tree does not use cost less than telling them apart.
#[inline(always)]
fn add(sample: &Sample, codes: &Group, sums: &mut GroupSums) {
    for (bins, code) in sums.iter_mut().zip(codes) {
        if let Some(bin) = bins.get_mut(usize::from(*code)) {
            bin.take(sample);
        }
    }
}

/// The sums of one column at a time, where every split looks at others. Only bins that something fell into are looked at
/// and cleared: most nodes of a deep tree have fewer rows than a column has bins.
#[derive(Debug)]
pub(super) struct Scratch {
    bins: Vec<Bin>,
    /// A bit for each code.
    occupied: [u64; WORDS.len()],
}

/// The first code of each word of bits.
const WORDS: [u8; CODES_MAX / 64] = [0, 64, 128, 192];

impl Scratch {
    pub(super) fn new() -> Self {
        Self { bins: vec![Bin::default(); CODES_MAX], occupied: [0; WORDS.len()] }
    }

    /// Sums a node's rows up by a column, in place of what was summed up before.
    pub(super) fn sum(&mut self, codes: &[u8], samples: &[Sample]) {
        self.clear();
        let mut fetched = [UNKNOWN; FETCHED];
        for samples in samples.chunks(FETCHED) {
            for (own, sample) in fetched.iter_mut().zip(samples) {
                *own = codes.get(long(sample.row)).copied().unwrap_or(UNKNOWN);
            }
            for (sample, code) in samples.iter().zip(fetched) {
                if let Some(bin) = self.bins.get_mut(usize::from(code)) {
                    bin.take(sample);
                }
                if let Some(word) = self.occupied.get_mut(usize::from(code / 64)) {
                    *word |= 1 << (code % 64);
                }
            }
        }
    }

    /// The sums by code.
    pub(super) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// The codes that something fell into, ascending.
    pub(super) fn occupied(&self) -> impl Iterator<Item = u8> {
        WORDS.into_iter().zip(self.occupied).flat_map(|(first, word)| ones(first, word))
    }

    fn clear(&mut self) {
        for (first, word) in WORDS.into_iter().zip(std::mem::take(&mut self.occupied)) {
            for code in ones(first, word) {
                if let Some(bin) = self.bins.get_mut(usize::from(code)) {
                    *bin = Bin::default();
                }
            }
        }
    }
}

/// The places of the ones of a word, ascending, counted from `first`.
fn ones(first: u8, mut word: u64) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let place = u8::try_from(word.trailing_zeros()).ok().filter(|place| *place < 64)?;
        word &= word - 1;
        Some(first + place)
    })
}
