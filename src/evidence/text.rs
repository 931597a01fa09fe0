//! The words of a buyer, so that the same words are known again.

use sha2::{Digest, Sha256 as Hasher};
use unicode_normalization::UnicodeNormalization;

use crate::domain::Sha256;

/// A text that comes to fewer letters has no digest: "key used, refund please" is what honest buyers write too, and in
/// the same words. A syllable or ideograph counts for [`SYLLABLE_LETTERS`]; so these are about nine words of English and
/// fifteen characters of Chinese.
pub const TEXT_MIN_LETTERS: usize = 45;
/// Letters of an alphabet that a character of Chinese, Japanese or Korean counts for.
pub const SYLLABLE_LETTERS: usize = 3;

/// Digest of a text as far as its letters and digits go: case, width, spaces, punctuation, symbols and invisible
/// characters make no difference. `None` when it comes to fewer than [`TEXT_MIN_LETTERS`].
///
/// The text is brought to NFKC (Unicode Standard Annex 15) and to lower case, and then all that is neither alphabetic
/// nor numeric is dropped. Digits stay: form letters of a platform differ in nothing else. The digest is the SHA-256 of
/// what is left, in UTF-8.
///
/// INVARIANT: the same text has the same digest for ever: the ledger keeps it with the claim, and a digest of this
/// release meets those of later ones.
#[must_use]
pub fn text_digest(text: &str) -> Option<Sha256> {
    let plain = plain(text);
    let letters: usize = plain.chars().map(letters).sum();
    (letters >= TEXT_MIN_LETTERS).then(|| Sha256(Hasher::digest(plain).into()))
}

fn plain(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// What a character counts for: kana, ideographs (with their extensions) and Hangul stand for more than a letter.
const fn letters(c: char) -> usize {
    match c {
        '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{20000}'..='\u{3FFFF}' => SYLLABLE_LETTERS,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENGLISH: &str =
        "I bought this key yesterday and the vendor says that somebody else has used it already.";
    const CHINESE: &str = "昨天买的卡密今天打开显示已经被别人激活使用过了";

    #[test]
    fn only_letters_and_digits_count() {
        for (one, other) in [
            (
                ENGLISH,
                "  i BOUGHT this key,yesterday!! and the vendor says - that \"somebody\" else has used it already \u{1F621}",
            ),
            (
                ENGLISH,
                "I bo\u{200B}ught this key yesterday and the vendor says that somebody else has used it al\u{AD}ready",
            ),
            (CHINESE, "昨天买的卡密，今天打开，显示「已经被别人激活使用过了」！！"),
            (
                "ＣＤＫ　１２３４ 昨天买的今天打开显示已经被别人激活",
                "cdk1234 昨天买的今天打开显示已经被别人激活",
            ),
            (
                "Je l'ai achetée hier et la clé était déjà utilisée par une autre personne",
                "Je l'ai achete\u{301}e hier et la cle\u{301} e\u{301}tait de\u{301}ja\u{300} utilise\u{301}e par une autre personne",
            ),
        ] {
            assert!(text_digest(one).is_some(), "{one}");
            assert_eq!(text_digest(one), text_digest(other), "{one} / {other}");
        }
    }

    #[test]
    fn other_words_and_other_digits_are_another_text() {
        let other = ENGLISH.replace("yesterday", "on monday");
        assert_ne!(text_digest(ENGLISH), text_digest(&other));
        let numbered = |n: u32| format!("{ENGLISH} Order {n}");
        assert_ne!(text_digest(&numbered(1)), text_digest(&numbered(2)));
    }

    #[test]
    fn what_everybody_writes_has_no_digest() {
        for text in [
            "",
            "!!! ...",
            "key used",
            "The key does not work, please refund me!",
            "卡密已被使用，请退款",
            "🙏",
        ] {
            assert_eq!(text_digest(text), None, "{text}");
        }
        assert!(text_digest(&"a".repeat(TEXT_MIN_LETTERS)).is_some());
        assert!(text_digest(&"a ".repeat(TEXT_MIN_LETTERS - 1)).is_none());
        assert!(text_digest(&"退".repeat(TEXT_MIN_LETTERS / SYLLABLE_LETTERS)).is_some());
        assert!(text_digest(&"退".repeat(TEXT_MIN_LETTERS / SYLLABLE_LETTERS - 1)).is_none());
    }

    /// Computed with Python: `hashlib.sha256("".join(c for c in unicodedata.normalize("NFKC", t).lower() if
    /// c.isalnum()).encode())`.
    #[test]
    fn the_digest_never_changes() {
        let hex = |text: &str| text_digest(text).map(|digest| hex::encode(digest.0));
        assert_eq!(
            hex(ENGLISH).as_deref(),
            Some("64cc2dc9fe98b36d7c0767f044a995ffd1e4d4e3f69dcbd99f23b45200f1cf40")
        );
        assert_eq!(
            hex(CHINESE).as_deref(),
            Some("afc9e86ccdb90825eb9d3fbca62e4b50d4079a09ef49d2783b03e87f79029e1a")
        );
    }

    proptest! {
        #[test]
        fn noise_between_letters_makes_no_difference(
            words in proptest::collection::vec("[a-zA-Z0-9卡密退款é]{1,9}", 8..20),
            noise in proptest::collection::vec("[ \t\n.,!?，。！\u{200B}\u{FE0F}]{0,3}", 20),
        ) {
            let plain: String = words.concat();
            let noisy: String =
                words.iter().zip(&noise).flat_map(|(word, noise)| [word.to_uppercase(), noise.clone()]).collect();
            prop_assert_eq!(text_digest(&plain), text_digest(&noisy));
        }

        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            let _ = text_digest(&text);
        }
    }
}
