//! Photographs from other projects' test sets: what is read must be what others read there.
//!
//! They lie outside the repository; without them the test says so and passes.
#![allow(clippy::unwrap_used)]

use gatepost_truth::{Claim, folder, sets};

use crate::{Luma, decode};

/// Only every eighth picture is read, so that a debug build stays quick.
const EVERY: usize = 8;

#[test]
fn photographs_give_no_wrong_payload() {
    let root = folder();
    if !root.is_dir() {
        println!("skipped: no third-party pictures at {}", root.display());
        return;
    }
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
