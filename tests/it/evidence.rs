//! `vouch evidence hash`: what a platform should send of a file.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{ImageFormat, Rgb, RgbImage};
use sha2::{Digest, Sha256};
use vouch::wire::from_json;
use vouch::wire::pb::v1::Evidence;

/// Its hash was computed with another implementation, from the description in the module `evidence`.
fn picture() -> RgbImage {
    RgbImage::from_fn(100, 70, |x, y| {
        let stripes = if (x / 9 + y / 7) % 3 == 0 { 90 } else { 0 };
        let value = (x * x * 3 + y * y * 5 + x * y * 7) / 16 + stripes;
        let parts = [value % 256, (value / 3 + 40) % 256, (value / 5 + 2 * y) % 256];
        Rgb(parts.map(|part| u8::try_from(part).unwrap()))
    })
}

const HASH: &str = "86060e1e7efc10fd";

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    /// A picture, the same smaller and compressed, a plain one, a text, a damaged picture and one that is not there.
    fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        let picture = picture();
        picture.save(files.path("picture.png")).unwrap();
        let small = image::imageops::thumbnail(&picture, 60, 42);
        // What counts is what a file begins with.
        small.save_with_format(files.path("small"), ImageFormat::Jpeg).unwrap();
        RgbImage::from_pixel(40, 30, Rgb([255; 3])).save(files.path("plain.webp")).unwrap();
        std::fs::write(files.path("chat.txt"), "the key does not work").unwrap();
        let whole = std::fs::read(files.path("picture.png")).unwrap();
        std::fs::write(files.path("damaged.png"), &whole[..whole.len() / 2]).unwrap();
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn sha256(&self, name: &str) -> Vec<u8> {
        Sha256::digest(std::fs::read(self.path(name)).unwrap()).to_vec()
    }
}

fn hash(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["evidence", "hash"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    std::str::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

/// The cells of a line of the table.
fn cells(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_table_names_digest_hash_size_and_file() {
    let files = Files::new();
    let names = ["picture.png", "small", "plain.webp", "chat.txt"];
    let output = hash(files.folder.path(), &names);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let table = lines(&output.stdout);
    assert_eq!(table.len(), 1 + names.len());
    let rows: Vec<_> = table[1..].iter().map(|line| cells(line)).collect();
    for (row, name) in rows.iter().zip(names) {
        assert_eq!(row[0], hex::encode(files.sha256(name)), "{name}");
    }
    assert_eq!(rows[0][1..], [HASH, "100x70", "picture.png"]);
    assert_eq!(rows[1][2..], ["60x42", "small"]);
    let small = u64::from_str_radix(&rows[1][1], 16).unwrap();
    let distance = (small ^ u64::from_str_radix(HASH, 16).unwrap()).count_ones();
    assert!(distance <= 6, "{distance} bits");
    assert_eq!(
        rows[2][1..],
        ["-", "40x30", "plain.webp"],
        "a plain picture looks like every other"
    );
    assert_eq!(rows[3][1..], ["-", "-", "chat.txt"]);
}

#[test]
fn a_bad_file_is_named_and_the_others_are_printed() {
    let files = Files::new();
    let names = ["damaged.png", "picture.png", "missing.png", "chat.txt"];
    let output = hash(files.folder.path(), &names);
    assert_eq!(output.status.code(), Some(1));
    let table = lines(&output.stdout);
    assert_eq!(table.len(), 3);
    assert!(table[1].contains(HASH) && table[1].ends_with("picture.png"), "{table:?}");
    assert!(table[2].ends_with("chat.txt"), "{table:?}");
    let complaints = lines(&output.stderr);
    assert_eq!(complaints.len(), 2);
    assert!(complaints[0].starts_with("damaged.png: cannot be decoded: "), "{complaints:?}");
    assert!(complaints[1].starts_with("missing.png: cannot be read: "), "{complaints:?}");
}

#[test]
fn json_is_the_evidence_of_a_claim_line_by_line() {
    let files = Files::new();
    let names = ["picture.png", "damaged.png", "chat.txt"];
    let arguments = [["--json"].as_slice(), &names].concat();
    let output = hash(files.folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let printed = lines(&output.stdout);
    assert_eq!(printed.len(), names.len(), "a line for each file");
    assert_eq!(printed[1], "null");
    for (line, name) in printed.iter().zip(names).filter(|(line, _)| *line != "null") {
        let evidence: Evidence = from_json("vouch.v1.Evidence", line).unwrap();
        assert_eq!(evidence.sha256.to_vec(), files.sha256(name));
        let expected = (name == "picture.png").then(|| hex::decode(HASH).unwrap());
        assert_eq!(evidence.perceptual_hash.map(|hash| hash.to_vec()), expected, "{name}");
    }
}

#[test]
fn a_decompression_bomb_is_refused() {
    let files = Files::new();
    // A GIF may say that it is large in a few bytes.
    let [low, high] = 60_000_u16.to_le_bytes();
    let mut gif = b"GIF89a".to_vec();
    gif.extend_from_slice(&[low, high, low, high, 0, 0, 0]);
    gif.extend_from_slice(&[0x2c, 0, 0, 0, 0, low, high, low, high, 0, 2, 2, 0x4c, 1, 0, 0x3b]);
    std::fs::write(files.path("bomb.gif"), gif).unwrap();
    let output = hash(files.folder.path(), &["bomb.gif"]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.starts_with("bomb.gif: unfolds into 60000 x 60000 pixels"), "{complaint}");
}
