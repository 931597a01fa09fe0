//! `vouch evidence`.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use comfy_table::{Table, presets};
use prost::bytes::Bytes;

use super::output::{self, Failure};
use crate::evidence::{EvidenceError, Inspected, inspect};
use crate::wire::{pb::v1, to_json};

#[derive(Debug, clap::Args)]
pub(super) struct EvidenceArgs {
    #[command(subcommand)]
    command: EvidenceCommand,
}

#[derive(Debug, Subcommand)]
enum EvidenceCommand {
    /// Print the hashes of evidence files, as a claim carries them.
    Hash(Hash),
}

impl EvidenceArgs {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.command {
            EvidenceCommand::Hash(hash) => hash.run(),
        }
    }
}

#[derive(Debug, clap::Args)]
struct Hash {
    /// Files of any kind. PNG, JPEG, WebP and GIF have a perceptual hash, unless the picture is plain.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object per file, as `vouch.v1.Evidence` without its kind; `null` for a file that failed.
    #[arg(long)]
    json: bool,
}

impl Hash {
    /// Prints every file that can be read, then fails when there is one that can not.
    fn run(self) -> Result<(), Failure> {
        let mut failed = Vec::new();
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["sha256", "perceptual hash", "size", "file"]);
        for file in &self.files {
            let inspected = open_and_inspect(file);
            if self.json {
                output::line(json(inspected.as_ref().ok())?)?;
            }
            match inspected {
                Ok(_) if self.json => {}
                Ok(inspected) => drop(table.add_row(row(&inspected, file))),
                Err(error) => failed.push(format!("{}: {error}", shown(file))),
            }
        }
        if !table.is_empty() {
            for column in table.column_iter_mut() {
                column.set_padding((0, 2));
            }
            output::line(table.trim_fmt())?;
        }
        if failed.is_empty() { Ok(()) } else { Err(Failure::Problems(failed)) }
    }
}

fn open_and_inspect(file: &Path) -> Result<Inspected, EvidenceError> {
    inspect(File::open(file)?)
}

fn row(inspected: &Inspected, file: &Path) -> [String; 4] {
    let none = || "-".to_owned();
    let picture = inspected.picture;
    let hash = picture.and_then(|picture| picture.perceptual_hash);
    [
        hex::encode(inspected.sha256.0),
        hash.map_or_else(none, |hash| format!("{hash:016x}")),
        picture.map_or_else(none, |picture| format!("{}x{}", picture.width, picture.height)),
        shown(file),
    ]
}

fn json(inspected: Option<&Inspected>) -> Result<String, Failure> {
    let Some(inspected) = inspected else { return Ok("null".to_owned()) };
    let hash = inspected.picture.and_then(|picture| picture.perceptual_hash);
    let evidence = v1::Evidence {
        sha256: Bytes::copy_from_slice(&inspected.sha256.0),
        perceptual_hash: hash.map(|hash| Bytes::copy_from_slice(&hash.to_be_bytes())),
        ..v1::Evidence::default()
    };
    Ok(to_json("vouch.v1.Evidence", &evidence)?)
}

/// The name of a file, in one line.
fn shown(file: &Path) -> String {
    file.display().to_string().replace(char::is_control, "\u{fffd}")
}
