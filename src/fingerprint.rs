//! Fingerprints of card keys: the only form in which vouch knows a key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::KeyFingerprint;

/// A shorter pepper could be guessed from a few known keys.
pub const PEPPER_MIN_BYTES: usize = 16;

/// Why there is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// The pepper is too short.
    #[error("the pepper has {bytes} bytes; use at least {PEPPER_MIN_BYTES} random ones")]
    ShortPepper {
        /// Its length.
        bytes: usize,
    },
    /// Nothing is left of the key.
    #[error("the key is empty once spaces and hyphens are removed")]
    EmptyKey,
}

/// Makes fingerprints with one pepper.
#[derive(Debug, Clone)]
pub struct Fingerprinter {
    mac: Hmac<Sha256>,
}

impl Fingerprinter {
    /// A secret of the platform: whoever has it can test guesses of keys against fingerprints.
    ///
    /// # Errors
    /// The pepper is shorter than [`PEPPER_MIN_BYTES`].
    pub fn new(pepper: &[u8]) -> Result<Self, FingerprintError> {
        let short = FingerprintError::ShortPepper { bytes: pepper.len() };
        if pepper.len() < PEPPER_MIN_BYTES {
            return Err(short);
        }
        Hmac::new_from_slice(pepper).map(|mac| Self { mac }).map_err(|_| short)
    }

    /// `HMAC-SHA256(pepper, normalised key)`, see [`normalised`].
    ///
    /// # Errors
    /// Nothing is left of the key when it is normalised.
    pub fn fingerprint(&self, key: &str) -> Result<KeyFingerprint, FingerprintError> {
        let key = normalised(key);
        if key.is_empty() {
            return Err(FingerprintError::EmptyKey);
        }
        let mut mac = self.mac.clone();
        mac.update(key.as_bytes());
        Ok(KeyFingerprint(mac.finalize().into_bytes().into()))
    }

    /// A stable name for a text that must not be kept, such as the number of a card: 128 bits of
    /// `HMAC-SHA256(pepper, "text" 0 text)` in hex. The text is taken as it is; it never has the fingerprint of a key.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> String {
        let mut mac = self.mac.clone();
        // No normalised key holds a zero byte of this prefix: `TEXT` would be in upper case.
        mac.update(b"text\0");
        mac.update(text.as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        hex::encode(digest.split_at(16).0)
    }
}

/// The key as it is meant: without white space and hyphens, full-width forms (U+FF01 to U+FF5E, as Chinese input methods
/// type them) as their ASCII twins, ASCII letters in upper case. `abcd-1234`, `ABCD 1234` and `ＡＢＣＤ１２３４` are one key.
#[must_use]
pub fn normalised(key: &str) -> String {
    key.chars()
        .map(|c| match u32::from(c) {
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEPPER: &[u8] = b"0123456789abcdef";

    #[test]
    fn one_key_has_one_fingerprint_however_it_is_typed() {
        let maker = Fingerprinter::new(PEPPER).unwrap();
        let expected = maker.fingerprint("ABCD1234EFGH").unwrap();
        for typed in [
            "abcd-1234-efgh",
            " ABCD 1234\tEFGH\n",
            "ＡＢＣＤ－１２３４　ｅｆｇｈ",
            "abcd–1234—efgh",
        ] {
            assert_eq!(maker.fingerprint(typed).unwrap(), expected, "{typed:?}");
        }
        assert_ne!(maker.fingerprint("ABCD1234EFGI").unwrap(), expected);
        assert_ne!(
            Fingerprinter::new(b"another pepper!!").unwrap().fingerprint("ABCD1234EFGH").unwrap(),
            expected
        );
    }

    /// Computed with another implementation: Python's `hmac.new(pepper, b"ABCD1234EFGH", "sha256")`.
    #[test]
    fn it_is_hmac_sha256() {
        let maker = Fingerprinter::new(PEPPER).unwrap();
        let fingerprint = maker.fingerprint("ABCD-1234-EFGH").unwrap();
        assert_eq!(
            hex::encode(fingerprint.0),
            "34a2aa6ac93780d37f22bbdeb7e7e276ebb3a5b1e81556f56010e57d27c8740f"
        );
    }

    /// Computed with Python's `hmac.new(pepper, b"text\\0ABCD1234EFGH", "sha256").hexdigest()[:32]`.
    #[test]
    fn a_pseudonym_is_no_fingerprint_of_a_key() {
        let maker = Fingerprinter::new(PEPPER).unwrap();
        let name = maker.pseudonym("ABCD1234EFGH");
        assert_eq!(name, "0ba2ddbc9cc201c59f77c1cd3c7c15e0");
        assert_ne!(name, maker.pseudonym("abcd1234efgh"), "taken as it is");
    }

    #[test]
    fn refuses_what_would_be_weak_or_empty() {
        assert_eq!(
            Fingerprinter::new(b"short").unwrap_err(),
            FingerprintError::ShortPepper { bytes: 5 }
        );
        let maker = Fingerprinter::new(PEPPER).unwrap();
        assert_eq!(maker.fingerprint(" - ").unwrap_err(), FingerprintError::EmptyKey);
    }
}
