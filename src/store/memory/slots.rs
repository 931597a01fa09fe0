//! Numbered places that never move: a vector would be copied each time that it grows.

use std::sync::Arc;

use crate::domain::Timestamp;
use crate::state::{Entity, EntityKey};

/// Slots that are allocated together, about 400 KB.
const BLOCK: usize = 4_096;

/// An entity in its place.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) key: EntityKey,
    /// That of the entity: the sweep looks at nothing else.
    pub(super) expires_at: Timestamp,
    pub(super) entity: Arc<Entity>,
}

/// Entities by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    blocks: Vec<Vec<Option<Slot>>>,
    vacant: Vec<usize>,
}

impl Slots {
    pub(super) fn get(&self, number: usize) -> Option<&Slot> {
        self.blocks.get(number / BLOCK)?.get(number % BLOCK)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Slot> {
        self.blocks.get_mut(number / BLOCK)?.get_mut(number % BLOCK)?.as_mut()
    }

    /// Its number from here on.
    pub(super) fn insert(&mut self, slot: Slot) -> usize {
        if let Some(number) = self.vacant.pop()
            && let Some(place) =
                self.blocks.get_mut(number / BLOCK).and_then(|block| block.get_mut(number % BLOCK))
        {
            *place = Some(slot);
            return number;
        }
        let before = self.blocks.len().saturating_sub(1);
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK) {
            Some(block) => {
                block.push(Some(slot));
                before * BLOCK + block.len() - 1
            }
            None => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(Some(slot));
                self.blocks.push(block);
                (self.blocks.len() - 1) * BLOCK
            }
        }
    }

    /// Those in use.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.blocks.iter().flatten().flatten()
    }

    /// Takes out those that are expired at `now`, and tells the hash and number of each.
    pub(super) fn take_expired(&mut self, now: Timestamp, mut taken: impl FnMut(u64, usize)) {
        for (number, place) in self.blocks.iter_mut().flatten().enumerate() {
            if let Some(slot) = place.take_if(|slot| slot.expires_at <= now) {
                taken(slot.key.hash(), number);
                self.vacant.push(number);
            }
        }
    }
}
