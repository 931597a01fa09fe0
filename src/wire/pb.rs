//! What `build.rs` generates from `proto/`.
#![expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::large_enum_variant,
    reason = "generated code; its documentation is the comments of the proto files"
)]

/// The public interface.
pub mod v1 {
    tonic::include_proto!("vouch.v1");
}

/// The bodies of ledger records.
pub mod ledger {
    /// Version 1, for as long as ledgers live.
    pub mod v1 {
        tonic::include_proto!("vouch.ledger.v1");
    }
}

/// The sample cases.
pub mod cases {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("vouch.cases.v1");
    }
}

/// Lines of NDJSON files.
pub mod tables {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("vouch.tables.v1");
    }
}

/// Every message and service, encoded as a `google.protobuf.FileDescriptorSet`: for reflection and ProtoJSON.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vouch.descriptors.bin"));
