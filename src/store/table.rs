//! Entities by key. What is remembered is far larger than the processor's caches, so the table that is searched holds
//! nothing but hashes and numbers; what they number never moves: a vector would be copied each time that it grows.

use hashbrown::HashTable;

use crate::state::{Entity, EntityKey, glance_at};

/// Entries that are allocated together, some hundred KB.
const BLOCK: usize = 4_096;

/// Parts of what is searched. A part that is full moves to twice the room at once, and whoever adds to it waits: with a
/// million entries that takes some 20 ms for the whole, and 0.1 ms for a part.
const PARTS: usize = 256;

/// What a [`Table`] holds.
pub(super) trait Entry {
    /// Its key, which never changes.
    fn key(&self) -> &EntityKey;

    /// The entity in it.
    fn entity(&self) -> &Entity;
}

/// Entries by key, and by number.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    places: Places,
    blocks: Vec<Vec<Option<T>>>,
    vacant: Vec<usize>,
}

/// Where the entries of keys stand, in [`PARTS`] by their hash.
#[derive(Debug, Clone)]
struct Places {
    parts: Vec<HashTable<Place>>,
    len: usize,
}

/// Where the entry of a key stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u64,
    number: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { places: Places::new(), blocks: Vec::new(), vacant: Vec::new() }
    }
}

impl<T: Entry> Table<T> {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.places.len
    }

    /// Every number in use is below this.
    pub(super) fn numbers(&self) -> usize {
        self.places.len + self.vacant.len()
    }

    pub(super) fn number(&self, key: &EntityKey) -> Option<usize> {
        let is_it = |place: &Place| {
            place.hash == key.hash()
                && self.get(place.number).is_some_and(|entry| entry.key() == key)
        };
        self.places.find(key.hash(), is_it)
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.blocks.get(number / BLOCK)?.get(number % BLOCK)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.blocks.get_mut(number / BLOCK)?.get_mut(number % BLOCK)?.as_mut()
    }

    pub(super) fn find(&self, key: &EntityKey) -> Option<&T> {
        self.get(self.number(key)?)
    }

    pub(super) fn find_mut(&mut self, key: &EntityKey) -> Option<&mut T> {
        self.get_mut(self.number(key)?)
    }

    /// Puts an entry in whose key is new. Its number stays the same until it is removed.
    pub(super) fn insert_new(&mut self, entry: T) {
        let hash = entry.key().hash();
        let number = self.put(entry);
        self.places.insert_new(Place { hash, number });
    }

    fn put(&mut self, entry: T) -> usize {
        if let Some(number) = self.vacant.pop()
            && let Some(place) =
                self.blocks.get_mut(number / BLOCK).and_then(|block| block.get_mut(number % BLOCK))
        {
            *place = Some(entry);
            return number;
        }
        let before = self.blocks.len().saturating_sub(1);
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK) {
            Some(block) => {
                block.push(Some(entry));
                before * BLOCK + block.len() - 1
            }
            None => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(Some(entry));
                self.blocks.push(block);
                (self.blocks.len() - 1) * BLOCK
            }
        }
    }

    pub(super) fn remove(&mut self, number: usize) -> Option<T> {
        let place = self.blocks.get_mut(number / BLOCK)?.get_mut(number % BLOCK)?;
        let entry = place.take()?;
        self.places.remove(Place { hash: entry.key().hash(), number });
        self.vacant.push(number);
        Some(entry)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flatten().flatten()
    }

    /// Removes every entry of which this is not true.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        for (number, place) in self.blocks.iter_mut().flatten().enumerate() {
            if let Some(entry) = place.take_if(|entry| !keep(entry)) {
                self.places.remove(Place { hash: entry.key().hash(), number });
                self.vacant.push(number);
            }
        }
    }

    /// Looks at the entities of these keys, those that are here.
    ///
    /// Most of the time would go into waiting for one entity after another, and for the parts of each. Here the
    /// processor waits for many at once: in each step each look stands for itself, and what it needs the step before
    /// has brought.
    pub(super) fn expect(&self, keys: &[&EntityKey]) {
        let place =
            |key: &&EntityKey| self.places.find(key.hash(), |place| place.hash == key.hash());
        let numbers: Vec<_> = keys.iter().map(place).collect();
        let asked = keys.iter().zip(&numbers);
        let entries: Vec<_> =
            asked.filter_map(|(key, number)| Some((key, self.get((*number)?)?))).collect();
        let same = entries.iter().filter(|(key, entry)| **key == entry.key()).count();
        std::hint::black_box(same);
        let entities: Vec<&Entity> = entries.iter().map(|(_, entry)| entry.entity()).collect();
        glance_at(&entities);
    }
}

impl Places {
    fn new() -> Self {
        Self { parts: vec![HashTable::new(); PARTS], len: 0 }
    }

    /// Which part a hash belongs to: by bits of which the tables themselves make little use.
    const fn part(hash: u64) -> usize {
        (hash >> 32) as usize % PARTS
    }

    fn find(&self, hash: u64, is_it: impl FnMut(&Place) -> bool) -> Option<usize> {
        self.parts.get(Self::part(hash))?.find(hash, is_it).map(|place| place.number)
    }

    fn insert_new(&mut self, place: Place) {
        if let Some(part) = self.parts.get_mut(Self::part(place.hash)) {
            part.insert_unique(place.hash, place, |place| place.hash);
            self.len += 1;
        }
    }

    fn remove(&mut self, Place { hash, number }: Place) {
        let part = self.parts.get_mut(Self::part(hash));
        let found =
            part.and_then(|part| part.find_entry(hash, |place| place.number == number).ok());
        if let Some(place) = found {
            place.remove();
            self.len -= 1;
        }
    }
}
