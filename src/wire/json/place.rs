//! Which field a fault of a JSON text lies in. serde_json knows the line and column only.

use crate::wire::field::shown;

/// One object or list that is open at the fault.
enum Level {
    /// The key that was read last; empty before the first.
    Object { key: String, value_next: bool },
    /// The index of the item.
    List { index: usize },
}

/// The path of the field that is being read at `line` (from 1) and `column` (bytes read of the line), for example
/// `facts[2].order_placed`. Empty at the top, and as good as the text allows when it is no JSON.
pub(super) fn field_at(json: &str, line: usize, column: usize) -> String {
    let fault = offset(json, line, column);
    let mut levels = Vec::new();
    let mut next = 0;
    // The byte at which a fault is reported is the first that did not fit: it opens no level.
    while let Some(&byte) = json.as_bytes().get(next).filter(|_| next + 1 < fault) {
        next = match byte {
            b'"' => {
                let end = string_end(json, next);
                name_key(&mut levels, json.get(next + 1..end).unwrap_or_default());
                end + 1
            }
            _ => {
                punctuation(&mut levels, byte);
                next + 1
            }
        };
    }
    path(&levels)
}

fn offset(json: &str, line: usize, column: usize) -> usize {
    let before: usize = json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column
}

/// Where the string that starts at `start` has its closing quote, or the end of the text.
fn string_end(json: &str, start: usize) -> usize {
    let mut escaped = false;
    let rest = json.bytes().enumerate().skip(start + 1);
    for (at, byte) in rest {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    json.len()
}

fn name_key(levels: &mut [Level], text: &str) {
    if let Some(Level::Object { key, value_next: false }) = levels.last_mut() {
        shown(text).clone_into(key);
    }
}

fn punctuation(levels: &mut Vec<Level>, byte: u8) {
    match (byte, levels.last_mut()) {
        (b'{', _) => levels.push(Level::Object { key: String::new(), value_next: false }),
        (b'[', _) => levels.push(Level::List { index: 0 }),
        (b'}' | b']', _) => {
            levels.pop();
        }
        (b':', Some(Level::Object { value_next, .. })) => *value_next = true,
        (b',', Some(Level::Object { value_next, .. })) => *value_next = false,
        (b',', Some(Level::List { index })) => *index += 1,
        _ => {}
    }
}

fn path(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object { key, .. } if key.is_empty() => {}
            Level::Object { key, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Level::List { index } => path.push_str(&format!("[{index}]")),
        }
    }
    path
}
