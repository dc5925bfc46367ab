//! What outside code can't do: each file of `tests/compile_fail` must be refused by the compiler,
//! for the reason that its first line names and no other. `allowed.rs` is the same kind of code
//! without a fault, so that none of them fails because a name has changed.
//!
//! Only error codes are compared: the compiler's wording may change with its version.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compile_fail");

/// The library and serde as cargo builds them for a check: `name=metadata file`, and where they
/// lie.
fn libraries() -> (Vec<String>, PathBuf) {
    let output = Command::new(std::env::var_os("CARGO").unwrap())
        .args(["check", "--offline", "--lib"])
        .args(["--message-format", "json", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut libraries = Vec::new();
    let mut directory = PathBuf::new();
    for message in messages.lines() {
        let message: Value = serde_json::from_str(message).unwrap();
        let (name, file) = (&message["target"]["name"], &message["filenames"]);
        if let (Some(name @ ("gatepost_pass" | "serde")), Some(file)) = (name.as_str(), rmeta(file))
        {
            libraries.push(format!("{name}={file}"));
            directory = Path::new(file).parent().unwrap().to_owned();
        }
    }
    assert_eq!(libraries.len(), 2, "{libraries:?}");
    (libraries, directory)
}

fn rmeta(files: &Value) -> Option<&str> {
    let mut files = files.as_array()?.iter().filter_map(Value::as_str);
    files.find(|file| file.ends_with(".rmeta"))
}

/// The codes of all errors that the compiler finds in a file, and what it said.
fn errors(libraries: &[String], directory: &Path, case: &Path) -> (BTreeSet<String>, String) {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib"])
        .args(["--emit", "metadata=-"])
        .args(libraries.iter().flat_map(|library| ["--extern", library]))
        .arg("-L")
        .arg(directory)
        .arg(case)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors: BTreeSet<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("error[")?.split(']').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(output.status.success(), errors.is_empty(), "{said}");
    (errors, said)
}

#[test]
fn outside_code_can_make_or_change_nothing_that_only_a_check_may_make() {
    let (libraries, directory) = libraries();
    let (mut refused, mut wrong) = (0, Vec::new());
    for file in fs::read_dir(CASES).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let first = text.lines().next().unwrap_or_default();
        let expected: BTreeSet<String> = first
            .strip_prefix("//! error: ")
            .into_iter()
            .map(str::to_owned)
            .collect();
        assert_eq!(expected.is_empty(), name == "allowed.rs", "{name}");
        let (errors, said) = errors(&libraries, &directory, &file);
        if errors != expected {
            wrong.push(format!("{name}: {expected:?} expected\n{said}"));
        }
        refused += expected.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused >= 30, "only {refused} cases were found");
}
