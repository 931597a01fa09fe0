//! `vouch fingerprint`.

use std::io::{self, BufRead, Write};

use super::output::Failure;
use crate::fingerprint::Fingerprinter;

#[derive(Debug, clap::Args)]
pub(super) struct Fingerprint {
    /// The platform's secret pepper, at least 16 bytes.
    #[arg(long, env = "VOUCH_KEY_PEPPER", hide_env_values = true, value_name = "SECRET")]
    pepper: String,
}

impl Fingerprint {
    /// Prints the fingerprint of each key in hex, in the order of the lines.
    pub(super) fn run(self) -> Result<(), Failure> {
        let maker = Fingerprinter::new(self.pepper.as_bytes())?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        for (index, line) in io::stdin().lock().lines().enumerate() {
            // The key itself must not show in a message.
            let number = index + 1;
            let line = line.map_err(|error| format!("line {number}: {error}"))?;
            // Editors of Windows put a byte order mark before the first line.
            let key = if index == 0 { line.trim_start_matches('\u{feff}') } else { &line };
            let fingerprint =
                maker.fingerprint(key).map_err(|error| format!("line {number}: {error}"))?;
            writeln!(out, "{}", hex::encode(fingerprint.0))?;
        }
        out.flush()?;
        Ok(())
    }
}
