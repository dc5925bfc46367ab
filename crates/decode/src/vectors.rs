//! Photographs from other projects' test sets: what is read must be what others read there; and
//! codes that other scanners were reported to fail on.
//!
//! They lie outside the repository; without them the tests say so and pass.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use gatepost_truth::{Claim, folder, reports, sets};

use crate::{CodeContent, Luma, decode};

/// Only every eighth picture is read, so that a debug build stays quick.
const EVERY: usize = 8;

/// A folder if it is there; says so if not.
fn present(folder: PathBuf) -> Option<PathBuf> {
    if !folder.is_dir() {
        println!("skipped: no third-party pictures at {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn photographs_give_no_wrong_payload() {
    let Some(root) = present(folder()) else {
        return;
    };
    let (mut with_code, mut read, mut wrong) = (0, 0, Vec::new());
    for set in sets(&root, &[]).unwrap() {
        for picture in set.pictures.iter().step_by(EVERY) {
            let grey = image::open(&picture.path).unwrap().into_luma8();
            let codes = decode(Luma::from_rows(grey.width() as usize, &grey));
            let reads: Vec<Claim> = (codes.iter())
                .map(|code| Claim::bytes(code.content.as_bytes()))
                .collect();
            let score = set.score(picture, &reads);
            with_code += usize::from(picture.has_known_code());
            read += usize::from(score.right > 0);
            if score.wrong > 0 {
                wrong.push(format!("{}: {reads:?}", picture.path.display()));
            }
        }
    }
    println!(
        "read {read} of {with_code} pictures with a known code, {} with wrong payloads",
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        read * 10 >= with_code * 9,
        "the rate fell: {read} of {with_code}"
    );
}

#[test]
fn codes_of_reports_are_text_in_the_character_set_that_they_announce() {
    let Some(root) = present(reports()) else {
        return;
    };
    for (file, text) in [
        ("hanzi-mode.png", "汉字"),
        ("eci29.png", "门票：北京 2026"),
        ("eci22.png", "Билет № 7"),
    ] {
        let grey = image::open(root.join(file)).unwrap().into_luma8();
        let codes = decode(Luma::from_rows(grey.width() as usize, &grey));
        let contents: Vec<_> = codes.into_iter().map(|code| code.content).collect();
        assert_eq!(contents, [CodeContent::Text(text.to_owned())], "{file}");
    }
}
