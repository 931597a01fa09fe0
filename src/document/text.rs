//! Reading a file that a person wrote.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::is_utf16;

/// The largest file that is read: 4 MiB. Settings and policies have some kilobytes; long lists make a policy longer.
pub const TEXT_MAX_BYTES: u64 = 4 << 20;

/// Why a file gives no text.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The file system does not give it.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// A folder, a device or a pipe.
    #[error("is not a regular file; name the file itself")]
    NotAFile,
    /// More than [`TEXT_MAX_BYTES`].
    #[error("is larger than {TEXT_MAX_BYTES} bytes; is it the right file?")]
    TooLarge,
    /// Twice as many bytes as UTF-8 has.
    #[error("is UTF-16; save it as UTF-8")]
    Utf16,
    /// Another encoding, or no text at all.
    #[error("is not UTF-8 text from line {line} on; is it the right file?")]
    NotText {
        /// The first line that is not, from 1.
        line: usize,
    },
}

/// Reads a text file, at most [`TEXT_MAX_BYTES`].
///
/// # Errors
/// It cannot be read, is no regular file, is too large or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String, TextError> {
    // A pipe would block for ever, and a device has no end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(TextError::NotAFile);
    }
    let mut bytes = Vec::new();
    // One byte more than is allowed tells that there are more.
    File::open(path)?.take(TEXT_MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|read| read > TEXT_MAX_BYTES) {
        return Err(TextError::TooLarge);
    }
    if is_utf16(&bytes) {
        return Err(TextError::Utf16);
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        TextError::NotText { line: before.iter().filter(|byte| **byte == b'\n').count() + 1 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_text_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_text(&path).map_err(|error| error.to_string())
        };
        assert_eq!(read("版本 = 1\n".as_bytes()), Ok("版本 = 1\n".to_owned()));
        assert_eq!(read(b""), Ok(String::new()));
        let junk = read(b"version = 1\n\xff\xfe\x00").unwrap_err();
        assert_eq!(junk, "is not UTF-8 text from line 2 on; is it the right file?");
        assert_eq!(read(b"\xff\xfev\0").unwrap_err(), "is UTF-16; save it as UTF-8");
        let long = vec![b'#'; usize::try_from(TEXT_MAX_BYTES).unwrap() + 1];
        assert!(read(&long).unwrap_err().contains("larger than"));
        assert!(read(&long[1..]).is_ok());
        assert!(matches!(read_text(folder.path()), Err(TextError::NotAFile)));
        let missing = read_text(&folder.path().join("none.toml")).unwrap_err().to_string();
        assert!(missing.starts_with("cannot be read: No such file"), "{missing}");
    }
}
