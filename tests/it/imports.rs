//! The table of who imports whom, in `src/lib.rs`, is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the source is.
pub(crate) fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The table in the crate's documentation: module, and what it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(source().join("lib.rs")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |"));
    let cells = rows.filter_map(|row| row.split_once(" | "));
    cells
        .filter(|(module, _)| *module != "module")
        .map(|(module, used)| (module.to_owned(), used.split(", ").map(str::to_owned).collect()))
        .collect()
}

/// Every file of Rust below a folder.
pub(crate) fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The top-level module that a file belongs to.
pub(crate) fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(source()).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Tests may use what they like.
pub(crate) fn is_test(file: &Path) -> bool {
    file.components().any(|part| {
        let part = part.as_os_str();
        part == "tests" || part == "tests.rs" || part == "samples.rs" || part == "strategies"
    })
}

/// Every module named behind `crate::`, also inside `use crate::{a::…, b::…}`.
fn used_modules(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut used = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        assert!(!name.is_empty() || after.starts_with('{'), "cannot read `crate::{after:.40}`");
        if name.is_empty() {
            let list = after.split('}').next().unwrap_or_default();
            let names = list.trim_start_matches('{').split(',');
            used.extend(names.map(|n| n.trim().split("::").next().unwrap_or_default().to_owned()));
        } else {
            used.insert(name);
        }
    }
    used
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table = table();
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        let module = module_of(&file);
        if module == "lib" || module == "main" || is_test(file.strip_prefix(source()).unwrap()) {
            continue;
        }
        let allowed =
            table.get(&module).unwrap_or_else(|| panic!("`{module}` is not in the table"));
        seen.insert(module.clone());
        if module == "cli" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for used in used_modules(&text) {
            if used != module && table.contains_key(&used) && !allowed.contains(&used) {
                wrong.push(format!("{} uses `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against the table in src/lib.rs:\n{}", wrong.join("\n"));
    let listed: BTreeSet<String> = table.keys().cloned().collect();
    assert_eq!(seen, listed, "the table lists the modules that there are");
}
