//! ProtoJSON: the messages as people write and read them.

mod place;

use std::fmt;
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::field::shown;
use super::pb::DESCRIPTORS;

/// Why a text is no message, or a message no text.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The proto files have no such message.
    #[error("there is no message `{full_name}` in the proto files")]
    UnknownMessage {
        /// What was asked for.
        full_name: String,
    },
    /// The text is no JSON, names a field that the message has not, or gives it a value that does not fit.
    #[error("line {line}, column {column}{}: {message}", Place(field))]
    Text {
        /// Line of the text, from 1.
        line: usize,
        /// Bytes of that line up to the fault, so that the first is column 1.
        column: usize,
        /// Path of the field, for example `claim.amount`; empty at the top.
        field: String,
        /// What is wrong.
        message: String,
    },
    /// The type that was asked for is not the message that was named.
    #[error("the type does not fit the message that was named")]
    OtherType(#[from] prost::DecodeError),
    /// The message has no JSON form, for example a timestamp beyond the year 9999.
    #[error("the message has no JSON form")]
    NoJsonForm(#[source] serde_json::Error),
}

struct Place<'a>(&'a str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", `{}`", self.0) }
    }
}

/// Parses ProtoJSON of the message `full_name`, for example `vouch.v1.RefundClaim`. Field names may be spelled as in the
/// proto file or in lowerCamelCase; unknown fields are refused. A real number with more than 15 digits may be read as its
/// neighbour: serde_json is exact only with its feature `float_roundtrip`.
///
/// # Errors
/// Says where the text does not fit, or that there is no such message.
pub fn from_json<M: Message + Default>(full_name: &str, json: &str) -> Result<M, JsonError> {
    let descriptor = descriptor(full_name)?;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let message = DynamicMessage::deserialize(descriptor, &mut deserializer)
        .and_then(|message| deserializer.end().map(|()| message))
        .map_err(|error| text_error(json, &error))?;
    Ok(message.transcode_to()?)
}

/// The ProtoJSON of the message `full_name` on one line, with field names as in the proto file.
///
/// # Errors
/// There is no such message, `message` is another one, or it holds what JSON can not say.
pub fn to_json<M: Message>(full_name: &str, message: &M) -> Result<String, JsonError> {
    write_json(full_name, message, CompactFormatter)
}

/// As [`to_json`], over many lines, for people.
///
/// # Errors
/// As [`to_json`].
pub fn to_json_pretty<M: Message>(full_name: &str, message: &M) -> Result<String, JsonError> {
    write_json(full_name, message, PrettyFormatter::new())
}

fn write_json<M: Message, F: Formatter>(
    full_name: &str,
    message: &M,
    formatter: F,
) -> Result<String, JsonError> {
    let mut dynamic = DynamicMessage::new(descriptor(full_name)?);
    dynamic.transcode_from(message)?;
    let options = SerializeOptions::new().use_proto_field_name(true);
    let mut json = Vec::new();
    dynamic
        .serialize_with_options(&mut Serializer::with_formatter(&mut json, formatter), &options)
        .map_err(JsonError::NoJsonForm)?;
    // serde_json writes UTF-8 only.
    Ok(String::from_utf8_lossy(&json).into_owned())
}

fn descriptor(full_name: &str) -> Result<MessageDescriptor, JsonError> {
    /// Empty if the generated descriptors could not be read, which a test rules out.
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).unwrap_or_default());
    POOL.get_message_by_name(full_name)
        .ok_or_else(|| JsonError::UnknownMessage { full_name: shown(full_name).to_owned() })
}

fn text_error(json: &str, error: &serde_json::Error) -> JsonError {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    // The place is told apart from the message here; serde_json puts it at the end.
    let place = format!(" at line {line} column {column}");
    let message = said.strip_suffix(&place).unwrap_or(&said);
    JsonError::Text {
        line,
        column,
        field: place::field_at(json, line, column),
        message: shortened(message),
    }
}

/// The libraries repeat whole names and values.
fn shortened(message: &str) -> String {
    const MESSAGE_MAX_CHARS: usize = 160;
    let safe = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut chars = message.chars().map(safe);
    let mut short: String = chars.by_ref().take(MESSAGE_MAX_CHARS).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}
