//! What must hold in every file and between all of them.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use gatepost_tidy::{circles::circles, krate::Krate, reached::reached, source, uses::uses};

/// Longest lines, in characters, by the ending of a file's name.
const WIDTHS: [(&str, usize); 5] = [
    (".rs", 100),
    (".slint", 100),
    (".c", 100),
    (".py", 120),
    (".md", 120),
];
/// A worked example in it is one long code.
const WIDE: [&str; 1] = ["docs/pass-format.md"];

/// The rooms of the scanner, lowest first: none uses one that stands after it.
const ROOMS: [&str; 15] = [
    "clock",
    "readable_time",
    "data",
    "config",
    "cause",
    "face",
    "store",
    "program",
    "camera",
    "devices",
    "sync",
    "ui",
    "app",
    "commands",
    "main.rs",
];

/// Programs that a test hands to the compiler itself.
const COMPILED_BY_TESTS: &str = "crates/pass/tests/compile_fail/";

/// Names that each program or file may have for itself: its command line.
const COMMON_NAMES: [&str; 4] = ["Args", "Arguments", "Cli", "Command"];

fn relative(path: &Path) -> String {
    let root = source::root();
    path.strip_prefix(&root).unwrap().display().to_string()
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Units of the distances in the window.
const SPACINGS: [u32; 5] = [4, 8, 12, 16, 24];

#[test]
fn every_distance_in_the_window_is_of_one_scale() {
    let mut faults = Vec::new();
    for file in source::files(&source::root().join("ui"), &[".slint"]).unwrap() {
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let line = line.trim().trim_start_matches("property <length> ");
            let Some((name, value)) = line.split_once(": ") else {
                continue;
            };
            if !["padding", "spacing", "gap", "edge"]
                .iter()
                .any(|of| name.starts_with(of))
            {
                continue;
            }
            let factors = value.split(" * ").zip(value.split(" * ").skip(1));
            for (factor, unit) in factors {
                let digits = factor.rsplit(|c: char| !c.is_ascii_digit()).next();
                let odd = digits
                    .and_then(|digits| digits.parse().ok())
                    .is_some_and(|factor: u32| !SPACINGS.contains(&factor));
                if odd && ["u", "root.u"].iter().any(|u| unit.starts_with(u)) {
                    faults.push(format!("{}:{}: {line}", relative(&file), number + 1));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn every_source_file_opens_with_a_sentence_on_what_is_in_it() {
    let mut faults = Vec::new();
    for (ending, sign) in [(".rs", "//!"), (".slint", "//")] {
        for file in source::files(&source::root(), &[ending]).unwrap() {
            if !fs::read_to_string(&file).unwrap().starts_with(sign) {
                faults.push(relative(&file));
            }
        }
    }
    none(&faults);
}

#[test]
fn no_line_is_wider_than_a_reader_takes_in() {
    let mut faults = Vec::new();
    for (ending, widest) in WIDTHS {
        for file in source::files(&source::root(), &[ending]).unwrap() {
            let name = relative(&file);
            if WIDE.contains(&&*name) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                let width = line.chars().count();
                if width > widest {
                    faults.push(format!("{name}:{}: {width} characters", number + 1));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn every_rust_file_is_compiled_as_a_target_or_by_a_mod_line() {
    let root = source::root();
    let reached = reached(&root).unwrap();
    let faults = source::files(&root, &[".rs"]).unwrap();
    let faults = faults
        .iter()
        .filter(|file| !reached.contains(*file))
        .map(|file| relative(file))
        .filter(|name| !name.starts_with(COMPILED_BY_TESTS));
    none(&Vec::from_iter(faults));
}

#[test]
fn files_of_a_crate_use_each_other_one_way() {
    let mut faults = Vec::new();
    for directory in source::crates(&source::root()).unwrap() {
        let krate = Krate::read(&directory).unwrap();
        for circle in circles(&uses(&krate)) {
            let files: Vec<_> = circle
                .iter()
                .map(|names| relative(&krate.modules[*names].path))
                .collect();
            faults.push(files.join(" <-> "));
        }
    }
    none(&faults);
}

#[test]
fn no_room_of_the_scanner_uses_one_above_it() {
    let krate = Krate::read(&source::root().join("src")).unwrap();
    let room = |names: &[String]| {
        let name = names.first()?;
        ROOMS.iter().position(|room| room == name)
    };
    let mut faults = BTreeSet::new();
    for (from, used) in uses(&krate) {
        assert!(
            from.is_empty() || room(from).is_some(),
            "a new room: {from:?}"
        );
        for to in used {
            if let (Some(low), Some(high)) = (room(from), room(to))
                && low < high
            {
                faults.insert(format!("{} uses {}", from.join("/"), to.join("/")));
            }
        }
    }
    none(&Vec::from_iter(faults));
}

#[test]
fn main_runs_every_command_of_the_scanner() {
    let read = |file| fs::read_to_string(source::root().join(file)).unwrap();
    let (main, commands) = (read("src/main.rs"), read("src/commands/mod.rs"));
    let names = commands.lines().filter_map(|line| {
        let name = line.strip_prefix("pub mod ")?.strip_suffix(';')?;
        Some(name.to_owned())
    });
    let faults = names.filter(|name| !main.contains(&format!("=> {name}::run(")));
    none(&Vec::from_iter(faults));
}

#[test]
fn a_type_name_has_one_meaning_in_the_house() {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for directory in source::crates(&source::root()).unwrap() {
        for module in Krate::read(&directory).unwrap().modules.values() {
            for name in &module.types {
                let file = relative(&module.path);
                known.entry(name.clone()).or_default().push(file);
            }
        }
    }
    known.retain(|name, files| files.len() > 1 && !COMMON_NAMES.contains(&&**name));
    let faults = known
        .iter()
        .map(|(name, files)| format!("{name}: {}", files.join(", ")));
    none(&Vec::from_iter(faults));
}
