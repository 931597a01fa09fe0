//! The pictures of a bucket as bytes: they stay so in memory, and go to the disk and come back as they are.
//!
//! Entries ascend by hash and follow one another without a gap. All numbers are big-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 6 | the hash without the part that names the bucket |
//! | 4 | when the last account sent it, minutes since 1970; the top bit says that another sender follows |
//! | 8 | digest of that account |
//! | 4 + 8 | the account that sent it before, likewise |

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The latest minute that can be written.
pub(super) const LATEST_MIN: u32 = FOLLOWED - 1;
/// Another sender follows.
const FOLLOWED: u32 = 1 << 31;
/// Bytes of a sender.
const SENDER: usize = 12;
/// Bytes of an entry with one sender.
const HEAD: usize = 6 + SENDER;

/// A picture, and who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The 48 bits of its hash that do not name the bucket.
    pub(super) rest: u64,
    /// The account that sent it last.
    pub(super) last: Sender,
    /// Another account, that sent it last before.
    pub(super) before: Option<Sender>,
}

/// An account that sent a picture, and when it last did. Ascends by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sender {
    pub(super) at_min: u32,
    pub(super) account: u64,
}

impl Entry {
    /// Keeps the two accounts that sent it last. Each counts with the last time that it did, so the order in which
    /// they are told of does not show.
    pub(super) fn add(&mut self, sender: Sender) {
        let known = [Some(self.last), self.before];
        let others = known.into_iter().flatten().filter(|other| other.account != sender.account);
        let same = known.into_iter().flatten().find(|other| other.account == sender.account);
        let mut senders: Vec<Sender> =
            others.chain([same.map_or(sender, |s| s.max(sender))]).collect();
        senders.sort_unstable_by(|a, b| b.cmp(a));
        let mut senders = senders.into_iter();
        self.last = senders.next().unwrap_or(sender);
        self.before = senders.next();
    }
}

/// Entries as bytes. INVARIANT: whole entries.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entries(Vec<u8>);

impl Entries {
    pub(super) const EMPTY: Self = Self(Vec::new());

    /// From entries that ascend by hash.
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut bytes = Vec::with_capacity(entries.len() * HEAD + SENDER);
        for entry in entries {
            bytes.extend(entry.rest.to_be_bytes().into_iter().skip(2));
            let followed = if entry.before.is_some() { FOLLOWED } else { 0 };
            push(&mut bytes, entry.last, followed);
            if let Some(before) = entry.before {
                push(&mut bytes, before, 0);
            }
        }
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Entry> {
        let mut left = self.0.as_slice();
        std::iter::from_fn(move || {
            let (entry, behind) = split_entry(left)?;
            left = behind;
            Some(entry)
        })
    }
}

fn push(bytes: &mut Vec<u8>, sender: Sender, flag: u32) {
    bytes.extend((sender.at_min | flag).to_be_bytes());
    bytes.extend(sender.account.to_be_bytes());
}

/// The first entry, and what stands behind it; `None` at the end.
fn split_entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    // One look at the length for the part that every entry has: a question reads some 4,000.
    let (head, behind) = bytes.split_first_chunk::<HEAD>()?;
    let rest = u64::from_be_bytes(*head.first_chunk()?) >> 16;
    let (last, followed) = sender(head.last_chunk()?);
    if !followed {
        return Some((Entry { rest, last, before: None }, behind));
    }
    let (before, behind) = behind.split_first_chunk()?;
    Some((Entry { rest, last, before: Some(sender(before).0) }, behind))
}

/// A sender, and whether another one follows.
fn sender(bytes: &[u8; SENDER]) -> (Sender, bool) {
    let numbers = bytes.first_chunk().zip(bytes.last_chunk());
    let (at_min, account) = numbers.map_or((0, 0), |(at_min, account)| {
        (u32::from_be_bytes(*at_min), u64::from_be_bytes(*account))
    });
    (Sender { at_min: at_min & !FOLLOWED, account }, at_min & FOLLOWED != 0)
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Whole)
    }
}

/// Takes bytes that are whole entries, in one piece: byte by byte, a bucket would take longer to read than to search.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pictures of a bucket")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Entries, E> {
        let mut left = bytes;
        while let Some((_, behind)) = split_entry(left) {
            left = behind;
        }
        if left.is_empty() {
            Ok(Entries(bytes.to_vec()))
        } else {
            Err(E::invalid_length(bytes.len(), &self))
        }
    }
}
