//! Records of CSV, as RFC 4180 has them: fields between delimiters, with quotes around what holds delimiters, ends of
//! lines, or quotes (which are doubled there).
//!
//! Written here and not taken from a crate, because what matters is what happens to a bad file: a quote that is never
//! closed must cost one row, not the rest of the file.

/// Where a field stands in the bytes of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Quotes inside are doubled.
    pub(super) escaped: bool,
}

/// What stands at the beginning of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// It does not end here.
    More {
        /// A quote was opened.
        in_quotes: bool,
    },
    /// A record.
    Record {
        /// Its length in bytes, with the end of its line.
        length: usize,
        /// Ends of lines in it.
        lines: u64,
        /// Something stands behind a closing quote.
        stray_quote: bool,
    },
}

/// Finds the first record of `bytes` and the spans of its fields. `is_end`: nothing follows behind `bytes`.
pub(super) fn scan(bytes: &[u8], delimiter: u8, is_end: bool, spans: &mut Vec<Span>) -> Scan {
    spans.clear();
    let (mut at, mut lines, mut stray_quote) = (0, 0, false);
    loop {
        let mut span = Span { start: at, end: at, escaped: false };
        if bytes.get(at) == Some(&b'"') {
            let Some((closing, escaped)) = closing_quote(bytes, at + 1, is_end) else {
                return Scan::More { in_quotes: true };
            };
            span = Span { start: at + 1, end: closing, escaped };
            lines += ends_of_lines(bytes, span);
            at = closing + 1;
        }
        let Some(end) = end_of_field(bytes, at, delimiter, is_end) else {
            return Scan::More { in_quotes: false };
        };
        let text_end =
            if bytes.get(end) != Some(&delimiter) && end > at && bytes.get(end - 1) == Some(&b'\r')
            {
                end - 1
            } else {
                end
            };
        if span.end == span.start && span.start == at {
            span.end = text_end;
        } else {
            stray_quote |= text_end > at;
        }
        spans.push(span);
        match bytes.get(end) {
            Some(byte) if *byte == delimiter => at = end + 1,
            Some(_) => return Scan::Record { length: end + 1, lines: lines + 1, stray_quote },
            None => return Scan::Record { length: end, lines: lines + 1, stray_quote },
        }
    }
}

/// The quote that closes a field, and whether quotes are doubled in it. `None`: it is not here.
fn closing_quote(bytes: &[u8], start: usize, is_end: bool) -> Option<(usize, bool)> {
    let (mut at, mut escaped) = (start, false);
    loop {
        at += find(bytes.get(at..)?, |byte| byte == b'"')?;
        match bytes.get(at + 1) {
            Some(b'"') => {
                escaped = true;
                at += 2;
            }
            Some(_) => return Some((at, escaped)),
            // Behind it another quote may follow.
            None => return is_end.then_some((at, escaped)),
        }
    }
}

/// The delimiter or end of line behind a field; the end of the bytes when nothing follows.
fn end_of_field(bytes: &[u8], start: usize, delimiter: u8, is_end: bool) -> Option<usize> {
    let rest = bytes.get(start..).unwrap_or_default();
    match find(rest, |byte| byte == delimiter || byte == b'\n') {
        Some(distance) => Some(start + distance),
        None => is_end.then_some(bytes.len()),
    }
}

fn ends_of_lines(bytes: &[u8], span: Span) -> u64 {
    let inside = bytes.get(span.start..span.end).unwrap_or_default();
    inside.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

fn find(bytes: &[u8], is: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.iter().position(|byte| is(*byte))
}
