//! The servers that are measured, as processes of their own.

use std::fmt::Write;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use vouch::simulate::{ANONYMOUS_FILE, ASN_FILE, CITY_FILE};

use super::options::Options;
use super::output::Fault;

/// A server. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    /// Where it serves.
    pub(crate) address: SocketAddr,
    metrics: Option<SocketAddr>,
}

impl Server {
    /// Starts the echo with an encoded verdict.
    pub(crate) fn echo(folder: &Path, verdict: &[u8]) -> Result<Self, Fault> {
        let answer = folder.join("answer.bin");
        std::fs::write(&answer, verdict)?;
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--echo")
            .arg(answer)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = process.stdout.take();
        let mut server = Self { process, address: ([127, 0, 0, 1], 0).into(), metrics: None };
        let mut address = String::new();
        BufReader::new(said.ok_or("the echo says nothing")?).read_line(&mut address)?;
        server.address = address.trim().parse()?;
        Ok(server)
    }

    /// Starts vouch with default settings but for `more`, with the geo files of the history, on the ledger in `folder`,
    /// which may be new.
    pub(crate) fn vouch(
        options: &Options,
        history: &Path,
        folder: &Path,
        more: &str,
    ) -> Result<Self, Fault> {
        let metrics = free_address()?;
        let config = folder.join("vouch.toml");
        std::fs::write(&config, settings(options, history, folder, metrics)? + more)?;
        let process = Command::new(&options.vouch)
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .env_remove("VOUCH_LISTEN")
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` does not start: {error}", options.vouch.display()))?;
        let address = ([127, 0, 0, 1], 0).into();
        let mut server = Self { process, address, metrics: Some(metrics) };
        let log = server.process.stderr.take().ok_or("vouch has no log")?;
        let mut log = BufReader::new(log).lines();
        let mut said = String::new();
        let address = log.by_ref().map_while(Result::ok).find_map(|line| {
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            writeln!(said, "{line}").ok()?;
            let serving = entry.pointer("/fields/message")? == "serving";
            entry.pointer("/fields/address")?.as_str().filter(|_| serving).map(str::to_owned)
        });
        server.address = address.ok_or_else(|| format!("vouch did not start: {said}"))?.parse()?;
        // Its log must not fill the pipe.
        std::thread::spawn(move || log.for_each(drop));
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The metrics as Prometheus reads them; empty of the echo.
    pub(crate) fn metrics(&self) -> Result<String, Fault> {
        let Some(address) = self.metrics else { return Ok(String::new()) };
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn settings(
    options: &Options,
    history: &Path,
    folder: &Path,
    metrics: SocketAddr,
) -> Result<String, Fault> {
    let file = |name: &str| history.join(name).display().to_string();
    let policy = match &options.policy {
        Some(path) => {
            format!("[policy]\npath = {:?}\n", path.canonicalize()?.display().to_string())
        }
        None => String::new(),
    };
    let cache = options.cache_mib.map_or_else(String::new, |mib| format!("cache_mib = {mib}\n"));
    Ok(format!(
        "[storage]\npath = {:?}\n{cache}[geo]\ncity = {:?}\nasn = {:?}\nanonymous_ip = {:?}\n\
         max_age_d = 100000.0\n[metrics]\nlisten = \"{metrics}\"\n[log]\nformat = \"json\"\n{policy}",
        folder.join("data").display().to_string(),
        file(CITY_FILE),
        file(ASN_FILE),
        file(ANONYMOUS_FILE),
    ))
}

/// A port that was free a moment ago: the metrics do not say which they took.
fn free_address() -> Result<SocketAddr, Fault> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
