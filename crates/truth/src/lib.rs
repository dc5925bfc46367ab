//! The photographs of other projects' test sets, and what is known to be in them: the same
//! judgement for the scanner's own test and for the comparison of readers. They lie outside the
//! repository.

#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use data_encoding::HEXLOWER_PERMISSIVE;

/// The set without a QR code in any picture.
pub const FALSEPOS: &str = "falsepos";

/// One code that a reader claims to see.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The content as it is in the symbol.
    pub bytes: Vec<u8>,
    /// The content as text, where the reader itself converts character sets.
    pub text: Option<String>,
}

impl Claim {
    /// A content that the reader leaves as it is.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            text: None,
        }
    }
}

/// A file or folder of the photographs cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}")]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

/// Photographs of one kind.
pub struct Set {
    /// Its folder's name.
    pub name: String,
    /// All of them.
    pub pictures: Vec<Photograph>,
    /// Contents of any picture of the set.
    known: HashSet<Vec<u8>>,
}

/// A row of `truth.tsv`.
pub struct Photograph {
    /// The photograph's file.
    pub path: PathBuf,
    /// How the truth is known: `expected` by its project, by `consensus` of readers, or `unknown`.
    kind: String,
    /// Empty: nobody knows, or there is no code.
    accepted: HashSet<Vec<u8>>,
}

impl Photograph {
    /// Whether a content of it is known.
    pub fn has_known_code(&self) -> bool {
        !self.accepted.is_empty()
    }
}

/// How one reader's claims about one photograph score.
#[derive(Clone, Copy, Default)]
pub struct Score {
    /// Contents that the truth has.
    pub right: usize,
    /// Contents that the truth rules out.
    pub wrong: usize,
    /// All contents, right, wrong or of unknown worth.
    pub reads: usize,
}

impl Set {
    /// What these reads of one of its pictures are worth.
    pub fn score(&self, picture: &Photograph, reads: &[Claim]) -> Score {
        let has = |read: &Claim| forms(read).any(|form| picture.accepted.contains(&form));
        Score {
            right: reads.iter().filter(|read| has(read)).count(),
            wrong: reads.iter().filter(|r| self.rules_out(picture, r)).count(),
            reads: reads.len(),
        }
    }

    /// It does not if nobody read the picture, if it is another code of the same set (crowds were
    /// not read completely), and for bytes where the truth holds Shift JIS made to Unicode.
    fn rules_out(&self, picture: &Photograph, read: &Claim) -> bool {
        let converted = std::str::from_utf8(&read.bytes).is_err()
            && picture.accepted.iter().any(|content| !content.is_ascii());
        picture.kind != "unknown"
            && !forms(read).any(|form| self.known.contains(&form))
            && !converted
    }
}

/// The sets in a folder whose name begins with one of `names`, all without any, sorted by name.
pub fn sets(root: &Path, names: &[String]) -> Result<Vec<Set>, Unreadable> {
    let unreadable = |source| Unreadable {
        path: root.to_owned(),
        source,
    };
    let mut sets = Vec::new();
    for entry in fs::read_dir(root).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if names.is_empty() || names.iter().any(|n| name.starts_with(n.as_str())) {
            sets.push(set(&path, &name)?);
        }
    }
    sets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sets)
}

/// Where the photographs lie: `$GATEPOST_VECTORS/qr`, or beside the repository.
pub fn folder() -> PathBuf {
    vectors().join("qr")
}

/// Where the inputs lie that were made after reports of other scanners' failures:
/// `$GATEPOST_VECTORS/reports`, or beside the repository.
pub fn reports() -> PathBuf {
    vectors().join("reports")
}

fn vectors() -> PathBuf {
    std::env::var_os("GATEPOST_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors"),
        PathBuf::from,
    )
}

fn set(folder: &Path, name: &str) -> Result<Set, Unreadable> {
    let path = folder.join("truth.tsv");
    let truth = fs::read_to_string(&path).map_err(|source| Unreadable { path, source })?;
    let pictures: Vec<Photograph> = truth.lines().map(|line| picture(folder, line)).collect();
    let accepted = pictures.iter().flat_map(|p| p.accepted.iter().cloned());
    Ok(Set {
        name: name.to_owned(),
        known: accepted.collect(),
        pictures,
    })
}

/// A line of `truth.tsv`: file, how the truth is known, contents in hex.
fn picture(folder: &Path, line: &str) -> Photograph {
    let mut fields = line.split('\t');
    let mut field = || fields.next().unwrap_or_default();
    let (file, kind, contents) = (field(), field(), field());
    let hex = contents.split('|').filter_map(|c| c.strip_prefix("hex:"));
    Photograph {
        path: folder.join(file),
        kind: kind.to_owned(),
        accepted: hex
            .filter_map(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok())
            .map(|c| as_truth(&c))
            .collect(),
    }
}

/// A read as bytes, and as the reader's own text.
fn forms(read: &Claim) -> impl Iterator<Item = Vec<u8>> {
    let text = read.text.as_ref().map(|text| as_truth(text.as_bytes()));
    [Some(as_truth(&read.bytes)), text].into_iter().flatten()
}

/// Truth files of other projects have their own line ends.
fn as_truth(content: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(content) {
        Ok(text) => text.replace("\r\n", "\n").trim_end().into(),
        Err(_) => content.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_of(lines: &[&str]) -> Set {
        let pictures: Vec<Photograph> = lines.iter().map(|l| picture(Path::new(""), l)).collect();
        let known = pictures.iter().flat_map(|p| p.accepted.iter().cloned());
        Set {
            name: String::new(),
            known: known.collect(),
            pictures,
        }
    }

    fn judged(set: &Set, at: usize, bytes: &[u8]) -> (usize, usize) {
        let read = Claim {
            bytes: bytes.to_vec(),
            text: None,
        };
        let score = set.score(&set.pictures[at], &[read]);
        (score.right, score.wrong)
    }

    #[test]
    fn only_contents_that_the_whole_set_lacks_are_wrong() {
        let set = set_of(&[
            "a.jpg\texpected\thex:4142|hex:43",
            "b.jpg\tconsensus\thex:44",
            "c.jpg\tunknown\t",
        ]);
        assert_eq!(judged(&set, 0, b"AB"), (1, 0));
        assert_eq!(judged(&set, 0, b"C"), (1, 0));
        assert_eq!(judged(&set, 0, b"D"), (0, 0), "another code of the set");
        assert_eq!(judged(&set, 0, b"E"), (0, 1));
        assert_eq!(judged(&set, 2, b"E"), (0, 0), "nobody knows");
    }

    #[test]
    fn line_ends_do_not_matter_and_shift_jis_is_not_held_against_a_reader() {
        let set = set_of(&["a.jpg\texpected\thex:410a42", "b.jpg\texpected\thex:e38182"]);
        assert_eq!(judged(&set, 0, b"A\r\nB\r\n"), (1, 0));
        assert_eq!(judged(&set, 1, &[0x82, 0xa0]), (0, 0));
        assert_eq!(judged(&set, 0, &[0x82, 0xa0]), (0, 1));
        let converted = Claim {
            bytes: vec![0x82, 0xa0],
            text: Some("あ".to_owned()),
        };
        assert_eq!(set.score(&set.pictures[1], &[converted]).right, 1);
    }
}
