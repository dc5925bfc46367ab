//! Photographs from other projects' test sets: what is read must be what others read there.
//!
//! They lie outside the repository; without them the test says so and passes.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::camera::load_picture;

/// Every so manieth picture, so that a debug build stays quick.
const EVERY: usize = 8;

#[test]
fn photographs_give_no_wrong_payload() {
    let root = folder();
    let Ok(listed) = fs::read_dir(&root) else {
        println!("skipped: no third-party pictures at {}", root.display());
        return;
    };
    let mut sets: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    sets.sort();
    let (mut with_code, mut read, mut wrong) = (0, 0, Vec::new());
    for set in &sets {
        let sample = sample(set);
        for picture in &sample.pictures {
            let frame = load_picture(set.join(&picture.file)).unwrap();
            let codes = decode(frame.view());
            let contents: Vec<_> = codes.into_iter().map(|c| as_truth(c.content)).collect();
            with_code += usize::from(!picture.accepted.is_empty());
            read += usize::from(contents.iter().any(|c| picture.accepted.contains(c)));
            for content in contents {
                if sample.proves_wrong(picture, &content) {
                    wrong.push(format!("{}/{}: {content:?}", set.display(), picture.file));
                }
            }
        }
    }
    println!(
        "read {read} of {with_code} pictures with a known code, {} wrong payloads",
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        read * 10 >= with_code * 9,
        "the rate fell: {read} of {with_code}"
    );
}

fn folder() -> PathBuf {
    let vectors = std::env::var_os("GATEPOST_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
        PathBuf::from,
    );
    vectors.join("qr")
}

struct Sample {
    pictures: Vec<Picture>,
    /// Contents of any picture of the set.
    known: HashSet<CodeContent>,
}

struct Picture {
    file: String,
    /// None: nobody knows, or there is no code.
    accepted: HashSet<CodeContent>,
    /// How the truth is known.
    kind: String,
}

impl Sample {
    /// Whether the truth says that this content is not in the picture. It does not if nobody read the
    /// picture, if it is another code of the same set (crowds were not read completely), and for
    /// bytes where the truth holds Shift JIS made to Unicode.
    fn proves_wrong(&self, picture: &Picture, content: &CodeContent) -> bool {
        let unicode = |c: &CodeContent| !c.as_bytes().is_ascii();
        let converted =
            matches!(content, CodeContent::Bytes(_)) && picture.accepted.iter().any(unicode);
        picture.kind != "unknown" && !self.known.contains(content) && !converted
    }
}

fn sample(set: &Path) -> Sample {
    let truth = fs::read_to_string(set.join("truth.tsv")).unwrap();
    let all: Vec<Picture> = truth.lines().map(picture).collect();
    let known = all
        .iter()
        .flat_map(|p| p.accepted.iter().cloned())
        .collect();
    let pictures = all.into_iter().step_by(EVERY).collect();
    Sample { pictures, known }
}

/// A line of `truth.tsv`: file, how the truth is known, contents in hex.
fn picture(line: &str) -> Picture {
    let mut fields = line.split('\t').map(str::to_owned);
    let mut field = || fields.next().unwrap_or_default();
    let (file, kind, contents) = (field(), field(), field());
    let hex = contents.split('|').filter_map(|c| c.strip_prefix("hex:"));
    Picture {
        file,
        kind,
        accepted: hex.map(|hex| as_truth(text::content(unhex(hex)))).collect(),
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |d: u8| char::from(d).to_digit(16).unwrap();
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).unwrap();
    hex.as_bytes().chunks_exact(2).map(byte).collect()
}

/// Truth files of other projects have their own line ends.
fn as_truth(content: CodeContent) -> CodeContent {
    match content {
        CodeContent::Text(text) => {
            CodeContent::Text(text.replace("\r\n", "\n").trim_end().to_owned())
        }
        bytes => bytes,
    }
}
