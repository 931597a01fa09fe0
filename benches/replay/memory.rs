//! The peer: what this machine takes for one look at memory, when so much of it is in use.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Lines that are allocated together, 64 MB.
const BLOCK: usize = 1 << 20;
const MB: f64 = 1_048_576.0;
/// Looks of one measurement: a tenth of a second, where each takes half a microsecond.
const LOOKS: u32 = 200_000;

/// One line of the processor's caches, which says where the next one is.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    next: usize,
}

/// Lines in a ring, in random order: each is found through the one before, and no processor guesses it.
pub(crate) struct Ring {
    blocks: Vec<Vec<Line>>,
    lines: usize,
    last: usize,
    random: ChaCha8Rng,
}

impl Ring {
    pub(crate) fn new() -> Self {
        let random = ChaCha8Rng::seed_from_u64(1);
        Self { blocks: vec![vec![Line { next: 0 }]], lines: 1, last: 0, random }
    }

    /// The memory that it takes, MB.
    pub(crate) fn mb(&self) -> f64 {
        (self.lines * size_of::<Line>()) as f64 / MB
    }

    /// What one look at so many MB takes; it never has less than before.
    pub(crate) fn look_at(&mut self, mb: f64) -> Duration {
        while self.mb() < mb {
            // Between any of those that are there and its next: all orders of the ring stay alike (Sattolo, 1986).
            let before = self.random.random_range(0..self.lines);
            let number = self.lines;
            let next = std::mem::replace(&mut self.line(before).next, number);
            if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
                self.blocks.push(Vec::with_capacity(BLOCK));
            }
            if let Some(block) = self.blocks.last_mut() {
                block.push(Line { next });
            }
            self.lines += 1;
        }
        let started = Instant::now();
        for _ in 0..LOOKS {
            self.last = self.line(self.last).next;
        }
        black_box(self.last);
        started.elapsed() / LOOKS
    }

    fn line(&mut self, number: usize) -> &mut Line {
        &mut self.blocks[number / BLOCK][number % BLOCK]
    }
}
