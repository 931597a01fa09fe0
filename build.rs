//! Compiles `proto/` without a protoc binary, and finds the model that is built in.

use std::error::Error;
use std::path::{Path, PathBuf};

use prost::Message;
use tonic_prost_build::manual::{Builder, Method, Service};

const PROTO: &str = "proto";
/// Names the version of the model that is built in.
const CURRENT: &str = "models/default/current";
const FILES: [&str; 11] = [
    "vouch/v1/common.proto",
    "vouch/v1/fact.proto",
    "vouch/v1/claim.proto",
    "vouch/v1/verdict.proto",
    "vouch/v1/refund_risk_service.proto",
    "vouch/v1/fact_service.proto",
    "vouch/v1/finding.proto",
    "vouch/v1/finding_service.proto",
    "vouch/cases/v1/case.proto",
    "vouch/ledger/v1/ledger.proto",
    "vouch/tables/v1/line.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    // `compile_fds` prints none of these: without them any edit in the package would rebuild it.
    println!("cargo:rerun-if-changed={PROTO}");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=VOUCH_SHIPPED_MODEL={}", shipped_model()?.display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut compiler = protox::Compiler::new([PROTO])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(FILES)?;
    let descriptors = compiler.file_descriptor_set();
    write_descriptors(&out.join("vouch.descriptors.bin"), descriptors.clone())?;
    tonic_prost_build::configure().bytes(".").compile_fds(descriptors)?;
    serve_encoded(&out);
    Ok(())
}

/// `RefundRiskService` once more, with answers that hold verdicts as they stand in the ledger, encoded.
fn serve_encoded(out: &Path) {
    let method = |name, route: &str, messages: &str| {
        let output = format!("crate::wire::encoded::{messages}Response");
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("crate::wire::pb::v1::{messages}Request"))
            .output_type(output)
            .codec_path("tonic_prost::ProstCodec")
    };
    let stream = method("score_refunds", "ScoreRefunds", "ScoreRefunds");
    let service = Service::builder()
        .name("RefundRiskService")
        .package("vouch.v1")
        .method(method("score_refund", "ScoreRefund", "ScoreRefund").build())
        .method(stream.client_streaming().server_streaming().build())
        .method(method("get_decision", "GetDecision", "GetDecision").build())
        .build();
    let folder = out.join("encoded");
    // An error shows where the folder is written to.
    std::fs::create_dir_all(&folder).ok();
    Builder::new().build_client(false).out_dir(folder).compile(&[service]);
}

/// The folder of the model that is built in.
fn shipped_model() -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo:rerun-if-changed={CURRENT}");
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?;
    let current = Path::new(&package).join(CURRENT);
    let version = std::fs::read_to_string(&current)?;
    Ok(current.with_file_name(version.trim()))
}

/// Comments are for the generated code; what reflection serves needs none.
fn write_descriptors(
    path: &Path,
    mut set: prost_types::FileDescriptorSet,
) -> Result<(), Box<dyn Error>> {
    for file in &mut set.file {
        file.source_code_info = None;
    }
    std::fs::write(path, set.encode_to_vec())?;
    Ok(())
}
