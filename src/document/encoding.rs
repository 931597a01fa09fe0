//! What the first bytes of a file say of the encoding of its text.

/// What editors of Windows put in front of UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Whether a text that begins with these bytes is UTF-16: it has a mark, or one byte of its first character is zero, as in
/// all of ASCII.
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_known_by_its_first_character() {
        for text in [b"\xff\xfe{\0".as_slice(), b"\xfe\xff\0{", b"{\0\"\0", b"\0{\0\""] {
            assert!(is_utf16(text), "{text:?}");
        }
        for text in ["", "{", "{}", "\u{feff}{}", "时间"] {
            assert!(!is_utf16(text.as_bytes()), "{text:?}");
        }
        assert_eq!(BYTE_ORDER_MARK, b"\xef\xbb\xbf");
    }
}
