//! No CPU work on tokio's workers: what is asynchronous moves requests, and everything that computes runs on threads of its
//! own. That follows from who can name what, so that the source is looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::imports::{is_test, module_of, rust_files, source};

/// Modules that read or write tables with polars, or have it read formulas.
const POLARS: [&str; 7] =
    ["features", "history", "mapping", "report", "scoring", "tables", "train"];
/// Of those that the engine works with, the files that do: formulas and artifacts are read with it, tables of history become
/// a matrix. What runs for a claim is beside them.
const POLARS_OF_THE_ENGINE: [&str; 6] = [
    "features/expression.rs",
    "features/read.rs",
    "features/read_call.rs",
    "scoring/cells.rs",
    "scoring/error.rs",
    "scoring/set.rs",
];
/// Modules with asynchronous code: the edge, the door of the engine, and commands.
const ASYNCHRONOUS: [&str; 3] = ["cli", "engine", "rpc"];

/// A file's path below `src`, and its code: no comments, no tests.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    let inside = |path: &Path| path.strip_prefix(source()).unwrap().to_path_buf();
    files.retain(|file| !is_test(&inside(file)));
    let code = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    };
    files.iter().map(|path| (inside(path).to_str().unwrap().to_owned(), code(path))).collect()
}

/// The words of code.
fn words(code: &str) -> BTreeSet<&str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The files of which any word is in the code.
fn files_with(wanted: &[&str]) -> BTreeSet<String> {
    let has = |code: &str| wanted.iter().any(|word| words(code).contains(word));
    sources().into_iter().filter(|(_, code)| has(code)).map(|(path, _)| path).collect()
}

fn modules(files: &BTreeSet<String>) -> BTreeSet<String> {
    files.iter().map(|file| module_of(&source().join(file))).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn nothing_that_serves_asks_polars() {
    let files = files_with(&["polars"]);
    assert_eq!(modules(&files), set(&POLARS));
    let of_the_engine =
        files.iter().filter(|file| ["features", "scoring"].iter().any(|own| file.starts_with(own)));
    assert_eq!(of_the_engine.cloned().collect::<BTreeSet<_>>(), set(&POLARS_OF_THE_ENGINE));
    // A lazy table is collected where one is made.
    assert_eq!(files_with(&["LazyFrame"]), set(&["train/history.rs"]));
}

#[test]
fn what_is_asynchronous_computes_nothing() {
    let files = files_with(&["async", "await", "tokio", "block_in_place"]);
    assert_eq!(modules(&files), set(&ASYNCHRONOUS));
    // Of the engine only its door; its threads do but wait at channels.
    let code: Vec<_> =
        sources().into_iter().filter(|(path, _)| path.starts_with("engine/")).collect();
    let is_async = |code: &str| words(code).contains("async");
    let open: Vec<&str> =
        code.iter().filter(|(_, code)| is_async(code)).map(|(path, _)| path.as_str()).collect();
    assert_eq!(open, ["engine/handle.rs"]);
    let (_, door) = code.iter().find(|(path, _)| path == "engine/handle.rs").unwrap();
    let handle = door.split("\nimpl EngineHandle {").nth(1).unwrap().split("\n}").next().unwrap();
    assert!(is_async(handle) && !words(handle).contains("core"), "{handle}");
    // The edge has no engine to compute with, only its door.
    let heavy = ["Core", "Models", "Scorer", "Setup", "rayon"];
    for (path, code) in sources().iter().filter(|(path, _)| path.starts_with("rpc/")) {
        let named: Vec<_> = heavy.iter().filter(|word| words(code).contains(*word)).collect();
        assert!(named.is_empty(), "{path} names {named:?}");
    }
}

/// Policy, models and geo files are read anew beside the workers.
#[test]
fn a_reload_reads_on_a_thread_of_its_own() {
    let all = sources();
    let (_, code) = all.iter().find(|(path, _)| path == "cli/reload.rs").unwrap();
    let (before, blocking) = code.split_once("spawn_blocking(move || {").unwrap();
    let (blocking, after) = blocking.split_once("});").unwrap();
    for call in ["read()", "setup(&config)"] {
        assert!(blocking.contains(call), "{blocking}");
        assert!(!before.contains(call) && !after.contains(call), "{call} runs on a worker");
    }
}
