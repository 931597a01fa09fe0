//! The real binary as a server, for tests that need a process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A real server on a folder of its own; it is killed when the test ends early.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts the real binary on the data folder `data` in a folder, and waits until it says where it serves. `more`
    /// are further sections of its settings.
    pub(crate) fn start(folder: &Path, more: &str) -> Self {
        let config = folder.join("vouch.toml");
        let data = folder.join("data");
        let storage = format!("path = {data:?}\ncheckpoint_every = 50\ncache_mib = 1");
        let text = format!("[storage]\n{storage}\n[log]\nformat = \"json\"\n{more}");
        std::fs::write(&config, text).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_vouch"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let address = log.by_ref().find_map(|line| {
            let line = line.unwrap();
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            said.push(line);
            let serving = entry["fields"]["message"] == "serving";
            serving.then(|| entry["fields"]["address"].as_str().unwrap().to_owned())
        });
        let address = address.unwrap_or_else(|| panic!("the server did not start: {said:#?}"));
        // Its log must not fill the pipe.
        std::thread::spawn(move || log.for_each(drop));
        Self { process, address }
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop, as an operator does; its folder can be opened then.
    pub(crate) fn stop(mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.process.wait().unwrap();
        assert!(status.success(), "a server that is told to stop ends well: {status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
