//! Ids and keys.

use prost::bytes::Bytes;

use crate::domain::ID_MAX_BYTES;
use crate::fingerprint::Fingerprinter;
use crate::mapping::cell::Cell;
use crate::mapping::fault::Reason;
use crate::mapping::value::Value;

/// Bytes of a fingerprint.
const FINGERPRINT_BYTES: usize = 32;

/// A short text, or its pseudonym.
pub(super) fn id(
    cell: &Cell<'_>,
    hash: bool,
    maker: Option<&Fingerprinter>,
) -> Result<Value, Reason> {
    let text = text_of(cell)?;
    if hash {
        let name = maker.ok_or_else(no_pepper)?.pseudonym(&text);
        return Ok(Value::Text(name));
    }
    if text.len() > ID_MAX_BYTES {
        let bytes = text.len();
        return Err(Reason::new(format!("is {bytes} bytes long; give at most {ID_MAX_BYTES}")));
    }
    Ok(Value::Text(text))
}

/// The fingerprint of a key. No message repeats the cell: it may hold a key.
pub(super) fn key(
    cell: &Cell<'_>,
    hash: bool,
    maker: Option<&Fingerprinter>,
) -> Result<Value, Reason> {
    if hash {
        let made = maker.ok_or_else(no_pepper)?.fingerprint(&text_of(cell)?);
        let made = made.map_err(|error| Reason::new(error.to_string()))?;
        return Ok(Value::Bytes(Bytes::copy_from_slice(&made.0)));
    }
    let bytes = cell.digest(FINGERPRINT_BYTES);
    let wrong = || {
        Reason::new(
            "is no fingerprint; give 64 hexadecimal digits, or set `hash = true` when the column holds clear keys",
        )
    };
    bytes.map(|bytes| Value::Bytes(Bytes::from(bytes))).ok_or_else(wrong)
}

/// The text of a cell.
pub(super) fn text_of(cell: &Cell<'_>) -> Result<String, Reason> {
    let text = cell.as_text().map(std::borrow::Cow::into_owned);
    text.ok_or_else(|| Reason::new(format!("is {}; give text", cell.type_name())))
}

/// The command refuses to begin without a pepper that is needed.
fn no_pepper() -> Reason {
    Reason::new("cannot be hashed without the pepper")
}
