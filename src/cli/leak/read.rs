//! Reading lists of keys. No message repeats a line: it may hold a key.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::cli::output::Failure;
use crate::domain::KeyFingerprint;
use crate::fingerprint::FingerprintError;

/// Longest line, in bytes.
const LINE_MAX_BYTES: usize = 4_096;
/// Most distinct keys of one import: they are held in memory, 100 bytes each.
const KEYS_MAX: usize = 20_000_000;
/// Most bad lines that are named; a file of another kind has nothing but bad lines.
const PROBLEMS_MAX: usize = 1_000;
/// Bytes that are read at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Reads a line: without white space around it, and not empty.
pub(super) type Line = dyn Fn(&str) -> Result<KeyFingerprint, LineError>;

/// Why a line is bad.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// Not hex, or not as long.
    #[error("is no fingerprint; write 64 hexadecimal digits, or give keys with `--format keys`")]
    NoFingerprint,
    /// Not text.
    #[error("is not UTF-8; write it as UTF-8")]
    NotText,
    /// More than [`LINE_MAX_BYTES`].
    #[error("is longer than {LINE_MAX_BYTES} bytes; write one key per line")]
    TooLong,
    /// A key of which there is no fingerprint.
    #[error(transparent)]
    Key(#[from] FingerprintError),
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Lines that are not empty.
    pub(super) read: usize,
    /// Each key once, in the order in which they came.
    pub(super) keys: Vec<KeyFingerprint>,
    /// Lines that are not valid.
    pub(super) bad: usize,
    /// What is wrong with them: the first [`PROBLEMS_MAX`], as `file:line: problem`.
    pub(super) problems: Vec<String>,
    known: HashSet<KeyFingerprint>,
}

/// Reads all files. Empty lines are passed over.
pub(super) fn files(paths: &[PathBuf], parse: &Line) -> Result<Read, Failure> {
    let mut all = Read::default();
    for path in paths {
        let name = name_of(path);
        let cannot = |error: io::Error| format!("`{name}` cannot be read: {error}");
        if path.as_os_str() == "-" {
            all.lines(&name, io::stdin().lock(), parse).map_err(cannot)?;
        } else {
            let file = File::open(path).map_err(cannot)?;
            let file = BufReader::with_capacity(BUFFER_BYTES, file);
            all.lines(&name, file, parse).map_err(cannot)?;
        }
    }
    if all.keys.len() > KEYS_MAX {
        return Err(format!("more than {KEYS_MAX} keys; import them in parts").into());
    }
    all.known = HashSet::new();
    Ok(all)
}

fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

impl Read {
    fn lines(&mut self, name: &str, mut lines: impl BufRead, parse: &Line) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(LINE_MAX_BYTES);
        for number in 1_usize.. {
            bytes.clear();
            let limit = LINE_MAX_BYTES as u64 + 1;
            if io::Read::take(&mut lines, limit).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            let whole = bytes.len() <= LINE_MAX_BYTES || bytes.ends_with(b"\n");
            if !whole {
                lines.skip_until(b'\n')?;
            }
            let line = if whole { text(&bytes, number) } else { Err(LineError::TooLong) };
            match line.and_then(|line| line.map(parse).transpose()) {
                Ok(Some(key)) => self.key(key),
                Ok(None) => {}
                Err(error) => self.problem(name, number, &error),
            }
            // What is too much is not collected.
            if self.keys.len() > KEYS_MAX {
                break;
            }
        }
        Ok(())
    }

    fn key(&mut self, key: KeyFingerprint) {
        self.read += 1;
        if self.known.insert(key) {
            self.keys.push(key);
        }
    }

    fn problem(&mut self, name: &str, number: usize, error: &LineError) {
        self.read += 1;
        self.bad += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(format!("{name}:{number}: the line {error}"));
        }
    }
}

/// The text of a line, without what stands around it; `None` when there is nothing.
fn text(bytes: &[u8], number: usize) -> Result<Option<&str>, LineError> {
    let text = std::str::from_utf8(bytes).map_err(|_| LineError::NotText)?;
    // Editors of Windows put a byte order mark before the first line.
    let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Read {
        let mut read = Read::default();
        read.lines("list", bytes, &crate::cli::leak::fingerprint_of).unwrap();
        read
    }

    #[test]
    fn keys_are_kept_once_in_their_order_however_lines_end() {
        let (one, two) = ("0a".repeat(32), "FF".repeat(32));
        let text = format!("\u{feff}{two}\r\n\n  {one}\t\n{}\n{two}", one.to_uppercase());
        let read = read(text.as_bytes());
        assert_eq!(read.keys, [KeyFingerprint([0xff; 32]), KeyFingerprint([0x0a; 32])]);
        assert_eq!((read.read, read.bad), (4, 0));
    }

    #[test]
    fn bad_lines_are_named_and_not_repeated() {
        let good = "0a".repeat(32);
        let long = "a".repeat(LINE_MAX_BYTES + 1);
        let mut bytes = format!("{good}\nSECRET-KEY\n{good}00\n{long}\n").into_bytes();
        bytes.extend_from_slice(b"\xff\xfe\n");
        let read = read(&bytes);
        let fingerprint = LineError::NoFingerprint;
        let expected = [
            format!("list:2: the line {fingerprint}"),
            format!("list:3: the line {fingerprint}"),
            format!("list:4: the line {}", LineError::TooLong),
            format!("list:5: the line {}", LineError::NotText),
        ];
        assert_eq!(read.problems, expected);
        assert_eq!((read.read, read.bad, read.keys.len()), (5, 4, 1));
    }

    #[test]
    fn a_file_of_another_kind_does_not_flood_the_terminal() {
        let read = read(&b"key,price\n".repeat(PROBLEMS_MAX + 5));
        assert_eq!((read.bad, read.problems.len()), (PROBLEMS_MAX + 5, PROBLEMS_MAX));
    }

    #[test]
    fn the_longest_line_is_whole_with_its_end() {
        let text = format!("{}\n{}", " ".repeat(LINE_MAX_BYTES), "0a".repeat(32));
        let read = read(text.as_bytes());
        assert_eq!((read.bad, read.keys.len()), (0, 1));
    }
}
