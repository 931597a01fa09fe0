//! Grown trees as flat arrays: a node is eight bytes, its children stand side by side, a leaf leads to itself.

mod path;

use serde::{Deserialize, Serialize};

use super::super::bins::BinnedMatrix;
use super::super::code_rows::{CodeRows, LANES, Lanes};
use super::super::real::{long, short};
use super::grow::Grown;

pub(in super::super) use path::PathTrees;

/// Levels between two looks whether every lane has reached its leaf.
const LEVELS: usize = 4;

/// One node: right when `code - shift > threshold` in wrapping bytes.
///
/// With a shift of 0 the code of unknown (0) is below every threshold and goes left; with a shift of 1 it wraps to 255
/// and goes right. So the learned direction of unknown values costs no branch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct TreeNode {
    column: u16,
    threshold: u8,
    shift: u8,
    /// The left child; the right one follows it. A leaf's own place.
    left: u32,
}

impl TreeNode {
    /// A leaf at a place: nothing is above 255, so every row stays.
    pub(super) fn leaf(place: usize) -> Self {
        Self { column: 0, threshold: u8::MAX, shift: 0, left: short(place) }
    }

    /// A node that sends codes 1 to `code` left.
    pub(super) fn inner(column: usize, code: u8, unknown_left: bool, left: usize) -> Self {
        let shift = u8::from(!unknown_left);
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        Self { column, threshold: code.wrapping_sub(shift), shift, left: short(left) }
    }

    /// Whether a code goes right.
    pub(super) fn goes_right(&self, code: u8) -> bool {
        code.wrapping_sub(self.shift) > self.threshold
    }

    /// Both children; `None` for a leaf, whose place is given.
    pub(super) fn children(&self, place: usize) -> Option<(usize, usize)> {
        let left = long(self.left);
        (left != place).then_some((left, left + 1))
    }

    /// The child that a code leads to. Wrapping: places are checked when trees are put together, not at every step.
    fn next(&self, code: u8) -> u32 {
        self.left.wrapping_add(u32::from(self.goes_right(code)))
    }
}

/// Trees one behind the other, with what is expected at each of their nodes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trees {
    nodes: Vec<TreeNode>,
    values: Vec<f64>,
    trees: Vec<Tree>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Tree {
    root: u32,
    depth: u32,
}

impl Trees {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.trees.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// The nodes of all trees, leaves among them.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a tree whose values are multiplied by `scale`.
    pub(in super::super) fn push(&mut self, grown: &Grown, scale: f64) {
        let root = self.nodes.len();
        let depth = short(depth(&grown.nodes));
        let moved =
            grown.nodes.iter().map(|node| TreeNode { left: node.left + short(root), ..*node });
        self.nodes.extend(moved);
        self.values.extend(grown.values.iter().map(|value| value * scale));
        self.trees.push(Tree { root: short(root), depth });
    }

    /// Adds other trees whose values are multiplied by `scale`.
    pub(in super::super) fn append(&mut self, other: Self, scale: f64) {
        let base = short(self.nodes.len());
        let moved = other.nodes.into_iter().map(|node| TreeNode { left: node.left + base, ..node });
        self.nodes.extend(moved);
        self.values.extend(other.values.into_iter().map(|value| value * scale));
        let trees = other.trees.into_iter();
        self.trees.extend(trees.map(|tree| Tree { root: tree.root + base, ..tree }));
    }

    /// Keeps the first trees only.
    pub(in super::super) fn truncate(&mut self, trees: usize) {
        if let Some(tree) = self.trees.get(trees) {
            self.nodes.truncate(long(tree.root));
            self.values.truncate(long(tree.root));
        }
        self.trees.truncate(trees);
    }

    /// The sum of all trees' values of each row.
    pub(in super::super) fn sums(&self, rows: &CodeRows) -> Vec<f64> {
        let mut sums = vec![[0.0; LANES]; rows.groups().len()];
        for tree in &self.trees {
            for (group, sums) in rows.groups().zip(&mut sums) {
                let places = self.descend(*tree, group);
                sums.iter_mut().zip(places).for_each(|(sum, place)| *sum += self.value(place));
            }
        }
        sums.into_iter().flatten().take(rows.len()).collect()
    }

    /// The sum of what is expected at the roots.
    pub(in super::super) fn root_sum(&self) -> f64 {
        self.trees.iter().map(|tree| self.value(tree.root)).sum()
    }

    /// The value of one tree for a row of a column-wise matrix.
    pub(in super::super) fn value_of(&self, tree: usize, codes: &BinnedMatrix, row: usize) -> f64 {
        let Some(tree) = self.trees.get(tree) else { return 0.0 };
        let mut place = tree.root;
        for _ in 0..tree.depth {
            let Some(node) = self.nodes.get(long(place)) else { break };
            let right = node.goes_right(codes.code(row, usize::from(node.column)));
            place = node.left + u32::from(right);
        }
        self.value(place)
    }

    fn value(&self, place: u32) -> f64 {
        self.values.get(long(place)).copied().unwrap_or(0.0)
    }

    /// One level down.
    #[inline(always)]
    fn step(&self, place: u32, group: &[Lanes], lane: usize) -> u32 {
        let Some(node) = self.nodes.get(long(place)) else { return place };
        let lanes = group.get(usize::from(node.column));
        lanes.and_then(|lanes| lanes.get(lane)).map_or(place, |code| node.next(*code))
    }

    /// The leaves that rows reach in a tree.
    fn descend(&self, tree: Tree, group: &[Lanes]) -> [u32; LANES] {
        let mut places = [tree.root; LANES];
        let mut left = tree.depth;
        while left > 0 {
            let before = places;
            for _ in 0..left.min(short(LEVELS)) {
                for (lane, place) in places.iter_mut().enumerate() {
                    *place = self.step(*place, group, lane);
                }
            }
            if places == before {
                break;
            }
            left = left.saturating_sub(short(LEVELS));
        }
        places
    }
}

/// The longest way from the root to a leaf. Children stand behind their parents.
fn depth(nodes: &[TreeNode]) -> usize {
    let mut depths = vec![0_usize; nodes.len()];
    for (place, node) in nodes.iter().enumerate() {
        let own = depths.get(place).copied().unwrap_or(0);
        if let Some((left, _)) = node.children(place) {
            depths.iter_mut().skip(left).take(2).for_each(|depth| *depth = own + 1);
        }
    }
    depths.into_iter().max().unwrap_or(0)
}
