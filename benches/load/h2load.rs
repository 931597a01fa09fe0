//! `h2load` beside our client, on the echo: what our client costs. It sends one body again and again, so it is no use
//! for vouch, where a claim that was asked before is not judged again.

use std::path::Path;
use std::process::Command;

use super::closed::Shape;
use super::output::Fault;
use super::server::Server;

/// Requests a second by h2load.
pub(crate) fn rate(
    echo: &Server,
    folder: &Path,
    body: &[u8],
    shape: Shape,
    seconds: u64,
) -> Result<f64, Fault> {
    let file = folder.join("body.bin");
    std::fs::write(&file, body)?;
    let output = Command::new("h2load")
        .args(["--header=te: trailers", "--header=content-type: application/grpc", "--data"])
        .arg(file)
        .args(["-c", &shape.connections.to_string(), "-m", &shape.streams.to_string()])
        .args(["-D", &seconds.to_string(), "--warm-up-time=1"])
        .arg(format!("http://{}{}", echo.address, super::client::SCORE_REFUND))
        .output()
        .map_err(|error| format!("h2load (package nghttp2-client) does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let rate = said.lines().find_map(|line| {
        let line = line.strip_prefix("finished in ")?;
        line.split(", ").nth(1)?.strip_suffix(" req/s")?.parse().ok()
    });
    rate.ok_or_else(|| format!("h2load says nothing of its rate: {said}").into())
}
