//! Protobuf on one side, the domain on the other.
pub mod pb;
