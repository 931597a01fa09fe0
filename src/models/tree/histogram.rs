//! Sums by bin.

use super::super::bins::BinnedMatrix;
use super::super::blocks::{BLOCK_COLUMNS, Block, Blocks};
use super::super::real::long;

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

/// Columns of one block, as a tree uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BlockColumns {
    block: usize,
    /// Each column's place in the block and its number of codes.
    places: Vec<(usize, usize)>,
}

impl BlockColumns {
    /// The blocks of these columns, both ascending.
    pub(super) fn of(columns: &[usize], codes: &BinnedMatrix) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for column in columns {
            let block = column / BLOCK_COLUMNS;
            let place = (column % BLOCK_COLUMNS, codes.codes_of(*column));
            match all.last_mut().filter(|last| last.block == block) {
                Some(last) => last.places.push(place),
                None => all.push(Self { block, places: vec![place] }),
            }
        }
        all
    }

    /// The histograms of these columns over a node's rows.
    pub(super) fn histograms(&self, blocks: &Blocks, samples: &[Sample]) -> Vec<Histogram> {
        let sums = sums(blocks.rows(self.block), samples);
        let of = |(place, codes): &(usize, usize)| {
            let bins = sums.get(*place).map_or(&[] as &[Bin], |bins| bins.as_slice());
            bins.iter().take(*codes).copied().collect()
        };
        self.places.iter().map(of).collect()
    }
}

/// The sums of all columns of a block: those that the tree does not use cost less than telling them apart.
fn sums(rows: &[Block], samples: &[Sample]) -> Vec<[Bin; CODES_MAX]> {
    let mut sums = vec![[Bin::default(); CODES_MAX]; BLOCK_COLUMNS];
    let Ok(columns) = <&mut [[Bin; CODES_MAX]; BLOCK_COLUMNS]>::try_from(sums.as_mut_slice())
    else {
        return sums;
    };
    let mut fetched = [Block::default(); FETCHED];
    for samples in samples.chunks(FETCHED) {
        fetch(rows, samples, &mut fetched);
        for (sample, codes) in samples.iter().zip(&fetched) {
            for (bins, code) in columns.iter_mut().zip(codes) {
                if let Some(bin) = bins.get_mut(usize::from(*code)) {
                    bin.take(sample);
                }
            }
        }
    }
    sums
}

/// Rows whose codes are fetched together: the processor waits for many of them at once, as nothing else is to be done in
/// between. Summing up as they come, it waited half of the time.
const FETCHED: usize = 128;

fn fetch<T: Copy>(codes: &[T], samples: &[Sample], fetched: &mut [T; FETCHED]) {
    for (own, sample) in fetched.iter_mut().zip(samples) {
        if let Some(codes) = codes.get(long(sample.row)) {
            *own = *codes;
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
        let mut fetched = [0; FETCHED];
        for samples in samples.chunks(FETCHED) {
            fetch(codes, samples, &mut fetched);
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
