//! The real binary, as a person at a terminal meets it.

use std::path::Path;
use std::process::{Command, Output};

/// The binary in a folder, with what the environment must not change.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouch"));
    command.args(arguments).current_dir(folder).env_remove("VOUCH_KEY_PEPPER");
    command.env_remove("VOUCH_CONFIG");
    command
}

/// Runs the binary in a folder: exit code, standard output, standard error.
pub(crate) fn vouch(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(&command(folder, arguments).output().unwrap())
}

/// Exit code, standard output, standard error.
pub(crate) fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The files of a folder, by name.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
