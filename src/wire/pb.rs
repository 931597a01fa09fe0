//! What `build.rs` generates from `proto/`.

/// The public interface.
pub mod v1 {
    #![expect(missing_docs, clippy::pedantic, reason = "generated")]
    tonic::include_proto!("vouch.v1");
}
