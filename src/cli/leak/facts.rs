//! Facts of a leak. Their ids follow from what they say, so that telling them again changes nothing.

use sha2::{Digest, Sha256};

use crate::domain::{
    Fact, FactBody, FactId, ID_MAX_BYTES, IdError, KeyFingerprint, KeysLeaked, Timestamp,
};
use crate::wire::{LEAKED_KEYS_MAX, encode_fact, pb::v1};

/// Keys that are told in the order of their bytes, as a server keeps them: it takes them in twice as fast then. Blocks
/// follow in the order of the list, so that one that has grown at its end begins with the same facts.
const BLOCK_KEYS: usize = 50 * LEAKED_KEYS_MAX;
/// Says what the ids of these facts are made of; another content gets another one.
const ID_PREFIX: &str = "leak-1-";

/// Where keys were found.
#[derive(Debug)]
pub(super) struct Leak {
    /// The place.
    pub(super) source: String,
    /// Since when it shows them, when that is known.
    pub(super) first_seen: Option<Timestamp>,
    /// What is taken for it otherwise.
    pub(super) now: Timestamp,
}

/// Puts the keys of a list in the order in which they are told.
pub(super) fn arrange(keys: &mut [KeyFingerprint]) {
    keys.chunks_mut(BLOCK_KEYS).for_each(<[_]>::sort_unstable);
}

impl Leak {
    /// One fact for each [`LEAKED_KEYS_MAX`] keys, with the count of its keys.
    pub(super) fn facts(
        &self,
        keys: &[KeyFingerprint],
    ) -> impl Iterator<Item = Result<(v1::Fact, usize), IdError>> {
        keys.chunks(LEAKED_KEYS_MAX).map(|keys| Ok((encode_fact(&self.fact(keys)?), keys.len())))
    }

    fn fact(&self, keys: &[KeyFingerprint]) -> Result<Fact, IdError> {
        let first_seen_at = self.first_seen.unwrap_or(self.now);
        let leaked =
            KeysLeaked { keys: keys.to_vec(), source: self.source.as_str().into(), first_seen_at };
        Ok(Fact {
            id: FactId::parse(&self.id(keys))?,
            occurred_at: first_seen_at,
            body: FactBody::KeysLeaked(leaked),
        })
    }

    /// Follows from the source, the keys, and the time when one was given. Without one, the same keys of the same source
    /// are the same leak whenever they are told.
    fn id(&self, keys: &[KeyFingerprint]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.source.as_bytes());
        // No source holds this byte.
        hash.update([0]);
        match self.first_seen {
            Some(time) => hash.update([&[1], time.ms().to_be_bytes().as_slice()].concat()),
            None => hash.update([0]),
        }
        keys.iter().for_each(|key| hash.update(key.0));
        format!("{ID_PREFIX}{}", hex::encode(hash.finalize()))
    }
}

/// The name of a source, as the argument gives it.
pub(super) fn parse_source(text: &str) -> Result<String, IdError> {
    if text.is_empty() {
        Err(IdError::Empty)
    } else if text.len() > ID_MAX_BYTES {
        Err(IdError::TooLong { bytes: text.len() })
    } else if text.chars().any(char::is_control) {
        Err(IdError::ControlCharacter)
    } else {
        Ok(text.to_owned())
    }
}

/// A point in time, as the argument gives it.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp = text
        .parse()
        .map_err(|_| "is no time; write it as `2026-05-01T12:00:00Z` or with another offset")?;
    Ok(Timestamp::from_ms(time.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak(source: &str, first_seen_ms: Option<i64>, now_ms: i64) -> Leak {
        Leak {
            source: source.to_owned(),
            first_seen: first_seen_ms.map(Timestamp::from_ms),
            now: Timestamp::from_ms(now_ms),
        }
    }

    fn ids(leak: &Leak, keys: &[KeyFingerprint]) -> Vec<String> {
        leak.facts(keys).map(|fact| fact.unwrap().0.fact_id).collect()
    }

    #[test]
    fn ids_follow_from_what_the_facts_say() {
        let keys: Vec<_> = (0..=250).map(|byte| KeyFingerprint([byte; 32])).collect();
        let told = ids(&leak("forum", None, 1), &keys);
        assert_eq!(told, ids(&leak("forum", None, 2), &keys), "the same leak, told later");
        let dated = ids(&leak("forum", Some(1), 1), &keys);
        assert_eq!(dated, ids(&leak("forum", Some(1), 2), &keys));
        let others = [
            ids(&leak("forum", Some(2), 1), &keys),
            ids(&leak("forun", None, 1), &keys),
            ids(&leak("forum", None, 1), &keys[1..]),
            told,
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, dated);
            assert!(others[..index].iter().all(|one| one != other));
        }
    }

    #[test]
    fn a_list_that_has_grown_begins_with_the_same_facts() {
        let list = |count: usize| {
            let mut keys: Vec<_> =
                (0..count).map(|index| KeyFingerprint(scattered(index))).collect();
            arrange(&mut keys);
            keys
        };
        let (short, long) = (list(BLOCK_KEYS + 10), list(BLOCK_KEYS + 2_000));
        let mut expected: Vec<_> = (0..BLOCK_KEYS).map(scattered).map(KeyFingerprint).collect();
        expected.sort();
        assert_eq!(short[..BLOCK_KEYS], expected, "sorted within a block");
        let leak = leak("forum", None, 1);
        let (short, long) = (ids(&leak, &short), ids(&leak, &long));
        assert_eq!((short.len(), long.len()), (51, 52));
        assert_eq!(short[..50], long[..50]);
        assert_ne!(short[50], long[50]);
    }

    fn scattered(index: usize) -> [u8; 32] {
        Sha256::digest(index.to_be_bytes()).into()
    }

    #[test]
    fn every_key_is_told_once_and_times_are_the_leaks() {
        let key = |index: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&index.to_be_bytes());
            KeyFingerprint(bytes)
        };
        let keys: Vec<_> = (0..2_001).map(key).collect();
        let leak = leak("forum", Some(1_700_000_000_123), 9);
        let facts: Vec<_> = leak.facts(&keys).map(Result::unwrap).collect();
        assert_eq!(facts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1_000, 1_000, 1]);
        let mut told = Vec::new();
        for (fact, count) in facts {
            let occurred_at = fact.occurred_at;
            let Some(v1::fact::Body::KeysLeaked(leaked)) = fact.body else { panic!("{fact:?}") };
            assert_eq!(leaked.key_fingerprints.len(), count);
            assert_eq!(leaked.source, "forum");
            assert_eq!(leaked.first_seen_at.unwrap().nanos, 123_000_000);
            assert_eq!(leaked.first_seen_at, occurred_at);
            told.extend(leaked.key_fingerprints.iter().map(|key| key.to_vec()));
        }
        assert_eq!(told, keys.iter().map(|key| key.0.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn arguments_are_checked_before_anything_is_read() {
        assert_eq!(parse_time("2026-05-01T02:00:00+02:00"), parse_time("2026-05-01T00:00:00Z"));
        assert!(parse_time("2026-05-01").is_err());
        assert!(parse_source("").is_err());
        assert!(parse_source(&"x".repeat(ID_MAX_BYTES + 1)).is_err());
        assert!(parse_source("a\0b").is_err());
        assert_eq!(parse_source("论坛 / paste 7").unwrap(), "论坛 / paste 7");
    }
}
