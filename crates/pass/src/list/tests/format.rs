//! `docs/list-format.md` says what the code does: its examples are written here again.

use super::*;
use crate::IdNumber;

const DOCUMENT: &str = include_str!("../../../../../docs/list-format.md");

/// Lines of 16 bytes, without those that are all zeros.
fn dump(file: &[u8]) -> String {
    let lines = file.chunks(16).enumerate();
    let lines = lines.filter(|(_, line)| line.iter().any(|byte| *byte != 0));
    lines
        .map(|(number, line)| {
            let bytes: String = line.iter().map(|byte| format!(" {byte:02x}")).collect();
            format!("{:05x} {bytes}\n", number * 16)
        })
        .collect()
}

fn is_in_the_document(what: &str, example: &str) {
    let block = format!("```text\n{example}```");
    assert!(DOCUMENT.contains(&block), "{what} is now:\n{example}");
}

fn person(number: u8) -> SubjectTag {
    SubjectTag([number; 16])
}

fn example(version: u64, colours: &[(u8, Colour)]) -> Vec<u8> {
    let listed = colours
        .iter()
        .map(|(number, colour)| (person(*number), *colour));
    write_status(&fixture::lists(), plan(version), listed, []).unwrap()
}

#[test]
fn the_worked_examples_of_the_document_are_what_is_written() {
    let (yellow, red) = (Colour::Yellow, Colour::Red);
    let old = example(1, &[(1, yellow), (2, red), (3, yellow)]);
    let new = example(2, &[(1, red), (3, yellow), (4, red)]);
    let hash = TagKey::new(&SALT);
    let keys: String = (1..=4)
        .map(|number| format!("{number} {:016x}\n", hash.key(&person(number))))
        .collect();
    let mut delta = Vec::new();
    write_delta(&open(old.clone()).unwrap(), &open(new).unwrap(), &mut delta).unwrap();
    let mut hasher = IdentityHasher::new(&SALT);
    let identity_keys: String = ["11010519491231002X", "440524188001010014", "H0123456"]
        .map(|text| (text, hasher.key(&IdNumber::parse(text).unwrap())))
        .map(|(text, key)| format!("{text} {:016x}\n", key.key()))
        .concat();
    is_in_the_document("the keys", &keys);
    is_in_the_document("the keys of ID numbers", &identity_keys);
    is_in_the_document("the list", &dump(&old));
    is_in_the_document("the delta", &dump(&delta));
}
