//! Growing one tree, the leaf of the highest gain first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::super::bins::BinnedMatrix;
use super::super::real::long;
use super::super::wide_codes::WideCodes;
use super::Limits;
use super::flat::TreeNode;
use super::histogram::{Bin, Histogram, Sample, Scratch, UsedGroup, histograms, subtract};
use super::split::{Bounds, Node, Split, best_split, occupied, value};

/// What a tree is grown on.
#[derive(Debug)]
pub(in super::super) struct Problem<'a> {
    pub(in super::super) codes: &'a BinnedMatrix,
    pub(in super::super) columns: Columns<'a>,
    /// -1, 0 or 1 for every column of the matrix.
    pub(in super::super) directions: &'a [i8],
    pub(in super::super) limits: &'a Limits,
}

/// The columns that a tree may use, ascending.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Columns<'a> {
    /// Every split looks at all of them. Threads share the rows; the result is the same with any number of them.
    All { columns: &'a [usize], wide: &'a WideCodes },
    /// Every split looks at `count` of them, drawn anew: for trees of class shares (see [`Bin::is_mixed`]), of which
    /// many grow at once.
    Drawn { columns: &'a [usize], count: usize },
}

/// A tree as it was grown, its children side by side.
#[derive(Debug)]
pub(in super::super) struct Grown {
    pub(in super::super) nodes: Vec<TreeNode>,
    /// What is expected at each node: of a leaf its value, above that the mean of the two below by curvature.
    pub(in super::super) values: Vec<f64>,
}

/// Grows a tree on rows of the matrix, each at most once. `rng` draws the columns of each split where these are drawn.
pub(in super::super) fn grow(
    problem: &Problem<'_>,
    samples: Vec<Sample>,
    rng: &mut ChaCha8Rng,
) -> Grown {
    let mut growth = Growth::new(problem, samples);
    growth.open_root(rng);
    let mut leaves = 1;
    while leaves < problem.limits.leaves_max {
        let Some(open) = growth.open.pop() else { break };
        leaves += 1;
        let children = growth.split(&open);
        if leaves < problem.limits.leaves_max {
            growth.consider_children(open, children, rng);
        }
    }
    growth.finish()
}

/// Rows that a thread sorts at once.
const CHUNK_ROWS: usize = 1 << 15;

struct Growth<'a> {
    problem: &'a Problem<'a>,
    /// Where all columns are looked at: the groups that these are summed up in.
    groups: Vec<UsedGroup>,
    scratch: Scratch,
    samples: Vec<Sample>,
    nodes: Vec<TreeNode>,
    grown: Vec<GrownNode>,
    open: BinaryHeap<OpenLeaf>,
}

struct GrownNode {
    total: Bin,
    bounds: Bounds,
    depth: usize,
    /// Where its rows are.
    samples: Range<usize>,
}

/// A leaf that can be split. Ordered by gain, then the older one first.
struct OpenLeaf {
    node: usize,
    split: Split,
    /// Of every column of the problem; empty where columns are drawn for each split.
    histograms: Vec<Histogram>,
}

impl PartialEq for OpenLeaf {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for OpenLeaf {}

impl PartialOrd for OpenLeaf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OpenLeaf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.split.gain.total_cmp(&other.split.gain).then(other.node.cmp(&self.node))
    }
}

impl<'a> Growth<'a> {
    fn new(problem: &'a Problem<'a>, samples: Vec<Sample>) -> Self {
        let groups = match problem.columns {
            Columns::All { columns, .. } => UsedGroup::all(columns, problem.codes),
            Columns::Drawn { .. } => Vec::new(),
        };
        let (nodes, grown, open) = (Vec::new(), Vec::new(), BinaryHeap::new());
        Self { problem, groups, scratch: Scratch::new(), samples, nodes, grown, open }
    }

    fn open_root(&mut self, rng: &mut ChaCha8Rng) {
        let mut total = Bin::default();
        self.samples.iter().for_each(|sample| total.take(sample));
        let all = 0..self.samples.len();
        self.push(GrownNode { total, bounds: Bounds::NONE, depth: 0, samples: all });
        if self.may_split(0) {
            let histograms = self.histograms(0);
            self.consider(0, histograms, rng);
        }
    }

    /// Looks for the splits of two new leaves, the left one first.
    fn consider_children(&mut self, parent: OpenLeaf, left: usize, rng: &mut ChaCha8Rng) {
        let right = left + 1;
        let (splits_left, splits_right) = (self.may_split(left), self.may_split(right));
        if !(splits_left || splits_right) {
            return;
        }
        let left_is_small = self.rows(left) <= self.rows(right);
        let of_small = self.histograms(if left_is_small { left } else { right });
        let mut of_large = parent.histograms;
        of_large.iter_mut().zip(&of_small).for_each(|(whole, part)| subtract(whole, part));
        let (of_left, of_right) =
            if left_is_small { (of_small, of_large) } else { (of_large, of_small) };
        if splits_left {
            self.consider(left, of_left, rng);
        }
        if splits_right {
            self.consider(right, of_right, rng);
        }
    }

    /// Splits a leaf: sorts its rows by the split and adds its children. The place of the left one.
    fn split(&mut self, open: &OpenLeaf) -> usize {
        let (node, split, left) = (open.node, &open.split, self.nodes.len());
        let rule = TreeNode::inner(split.column, split.code, split.unknown_left, left);
        let Some(parent) = self.grown.get(node) else { return left };
        let (range, depth) = (parent.samples.clone(), parent.depth + 1);
        let direction = self.problem.directions.get(split.column).copied().unwrap_or(0);
        let (below, above) = parent.bounds.below(split, direction, self.problem.limits.l2);
        let samples = self.samples.get_mut(range.clone()).unwrap_or_default();
        let middle = range.start + divide(samples, rule, self.problem.codes.column(split.column));
        self.nodes.iter_mut().skip(node).take(1).for_each(|node| *node = rule);
        let halves =
            [(split.left, below, range.start..middle), (split.right, above, middle..range.end)];
        for (total, bounds, samples) in halves {
            self.push(GrownNode { total, bounds, depth, samples });
        }
        left
    }

    /// Looks for a node's best split and opens it when there is one.
    fn consider(&mut self, node: usize, histograms: Vec<Histogram>, rng: &mut ChaCha8Rng) {
        let split = match self.problem.columns {
            Columns::All { columns, .. } => self.best(node, columns, &histograms),
            Columns::Drawn { columns, count } => self.best_drawn(node, columns, count, rng),
        };
        if let Some(split) = split {
            self.open.push(OpenLeaf { node, split, histograms });
        }
    }

    fn best(&self, node: usize, columns: &[usize], histograms: &[Histogram]) -> Option<Split> {
        let at = self.at(node)?;
        let splits = columns.iter().zip(histograms).filter_map(|(column, bins)| {
            best_split(at, *column, bins, occupied(bins), self.direction(*column))
        });
        splits.reduce(better)
    }

    /// The best split by `count` columns drawn; where none of these can split the node, the others are drawn one by one.
    /// Else a node whose drawn columns are all the same in its rows would stay a leaf (L. Breiman's forests go on too).
    fn best_drawn(
        &mut self,
        node: usize,
        columns: &[usize],
        count: usize,
        rng: &mut ChaCha8Rng,
    ) -> Option<Split> {
        let mut order = shuffled(columns, rng);
        let (first, rest) = order.split_at_mut(count.min(columns.len()));
        first.sort_unstable();
        let best = first.iter().filter_map(|column| self.best_by(node, *column)).reduce(better);
        best.or_else(|| rest.iter().find_map(|column| self.best_by(node, *column)))
    }

    /// The best split by one column, summed up for this alone.
    fn best_by(&mut self, node: usize, column: usize) -> Option<Split> {
        let range = self.grown.get(node)?.samples.clone();
        let codes = self.problem.codes;
        self.scratch.sum(codes.column(column), self.samples.get(range)?);
        let bins = self.scratch.bins().get(..codes.codes_of(column))?;
        best_split(self.at(node)?, column, bins, self.scratch.occupied(), self.direction(column))
    }

    /// What a split of a node must know of it.
    fn at(&self, node: usize) -> Option<Node<'_>> {
        let GrownNode { total, bounds, .. } = self.grown.get(node)?;
        Some(Node { limits: self.problem.limits, total: *total, bounds: *bounds })
    }

    fn direction(&self, column: usize) -> i8 {
        self.problem.directions.get(column).copied().unwrap_or(0)
    }

    /// The histograms of a node by every column; none where columns are drawn for each split.
    fn histograms(&self, node: usize) -> Vec<Histogram> {
        let Columns::All { wide, .. } = self.problem.columns else { return Vec::new() };
        let range = self.grown.get(node).map_or(0..0, |grown| grown.samples.clone());
        histograms(&self.groups, wide, self.samples.get(range).unwrap_or(&[]))
    }

    fn push(&mut self, node: GrownNode) {
        self.nodes.push(TreeNode::leaf(self.nodes.len()));
        self.grown.push(node);
    }

    fn rows(&self, node: usize) -> usize {
        self.grown.get(node).map_or(0, |grown| grown.samples.len())
    }

    fn may_split(&self, node: usize) -> bool {
        let limits = self.problem.limits;
        let of_shares = matches!(self.problem.columns, Columns::Drawn { .. });
        self.grown.get(node).is_some_and(|grown| {
            grown.depth < limits.depth_max
                && grown.samples.len() >= 2 * limits.leaf_rows_min.max(1)
                && grown.total.curvature >= 2.0 * limits.leaf_weight_min
                && (!of_shares || grown.total.is_mixed(limits.gain_min))
        })
    }

    fn finish(self) -> Grown {
        let l2 = self.problem.limits.l2;
        let own = self.grown.iter().map(|node| value(&node.total, l2, node.bounds));
        let mut values: Vec<f64> = own.collect();
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if let Some((left, right)) = node.children(index) {
                let mean = self.mean_of(&values, left, right);
                values.iter_mut().skip(index).take(1).for_each(|value| *value = mean);
            }
        }
        Grown { nodes: self.nodes, values }
    }

    /// The mean of two nodes' values by curvature.
    fn mean_of(&self, values: &[f64], left: usize, right: usize) -> f64 {
        let of = |node: usize| {
            let weight = self.grown.get(node).map_or(0.0, |node| node.total.curvature);
            (weight, values.get(node).copied().unwrap_or(0.0))
        };
        let ((left_weight, left), (right_weight, right)) = (of(left), of(right));
        let total = left_weight + right_weight;
        let share = if total > 0.0 { right_weight / total } else { 0.5 };
        left + share * (right - left)
    }
}

/// The columns in a random order.
fn shuffled(columns: &[usize], rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut pool = columns.to_vec();
    for place in 0..pool.len() {
        let other = rng.random_range(place..pool.len());
        pool.swap(place, other);
    }
    pool
}

/// The better one of two splits, the first one of equals.
fn better(best: Split, next: Split) -> Split {
    if next.gain > best.gain { next } else { best }
}

/// Sorts rows by a split, those that go left first; the order is kept on both sides. How many go left.
fn divide(samples: &mut [Sample], rule: TreeNode, codes: &[u8]) -> usize {
    let sides = |some: &[Sample]| {
        let mut sides = (Vec::with_capacity(some.len()), Vec::new());
        for sample in some {
            let code = codes.get(long(sample.row)).copied().unwrap_or(0);
            if rule.goes_right(code) { sides.1.push(*sample) } else { sides.0.push(*sample) }
        }
        sides
    };
    let chunks: Vec<(Vec<Sample>, Vec<Sample>)> = if samples.len() < 2 * CHUNK_ROWS {
        vec![sides(samples)]
    } else {
        samples.par_chunks(CHUNK_ROWS).map(sides).collect()
    };
    let (left, right) = (chunks.iter().map(|sides| &sides.0), chunks.iter().map(|sides| &sides.1));
    let middle = left.clone().map(Vec::len).sum();
    let sorted = left.chain(right).flatten();
    samples.iter_mut().zip(sorted).for_each(|(own, sample)| *own = *sample);
    middle
}
