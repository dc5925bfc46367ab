//! `scripts/lists-scale`: lists of N records, measured beside SQLite and redb on the same records.
//!
//! Each step runs in a process of its own, so that its memory and its CPU time are its own. Figures
//! of one run on one machine: read them as ratios. One JSON object a line comes out.

mod data;
mod figures;
mod gatepost;
mod measure;
mod redb;
mod sqlite;

use std::{env, error::Error, fs, path::PathBuf, process::Command};

use serde_json::{Value, json};

use figures::{Figures, Steps};

const STRUCTURES: [(&str, Steps); 4] = [
    ("gatepost status, b=64", gatepost::STATUS),
    ("gatepost revocation, b=40", gatepost::REVOCATION),
    ("sqlite, without rowid", sqlite::STEPS),
    ("redb", redb::STEPS),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [count, dir] => run(count.parse()?, dir.into()),
        [count, dir, structure, step] => {
            let plan = data::Plan::new(count.parse()?, dir.into());
            let (_, steps) = STRUCTURES[structure.parse::<usize>()?];
            let figures = steps[step.parse::<usize>()?].1(&plan)?;
            println!("{}", Value::Object(figures));
            Ok(())
        }
        _ => Err("usage: gatepost-lists-scale RECORDS DIRECTORY".into()),
    }
}

fn run(count: u64, dir: PathBuf) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(&dir)?;
    let mut all = Vec::new();
    for (number, (structure, steps)) in STRUCTURES.iter().enumerate() {
        let mut line = Figures::new();
        line.insert("structure".into(), json!(structure));
        line.insert("records".into(), json!(count));
        for (step, (name, _)) in steps.iter().enumerate() {
            eprintln!("{structure}: {name}");
            let output = Command::new(env::current_exe()?)
                .args([&count.to_string(), &dir.display().to_string()])
                .args([number.to_string(), step.to_string()])
                .output()?;
            if !output.status.success() {
                let why = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(format!("{structure}: {name}: {why}").into());
            }
            line.extend(serde_json::from_slice::<Figures>(&output.stdout)?);
        }
        println!("{}", Value::Object(line.clone()));
        all.push(line);
    }
    println!("{}", ratios(&all));
    fs::remove_dir_all(&dir)?;
    Ok(())
}

/// How many times ours the others take.
fn ratios(all: &[Figures]) -> Value {
    let mut line = Figures::new();
    line.insert("structure".into(), json!("times the status list"));
    for other in &all[2..] {
        let name = other["structure"].as_str().unwrap_or_default();
        let times = |field: &str| {
            let (ours, theirs) = (all[0][field].as_f64(), other[field].as_f64());
            theirs
                .zip(ours)
                .map(|(theirs, ours)| measure::rounded(theirs / ours))
        };
        let fields = [
            "bytes_per_entry",
            "hit_p50_ns",
            "hit_p99_ns",
            "build_s",
            "merge_cpu_s",
            "merge_written_mb",
        ];
        let figures: Figures = fields
            .iter()
            .map(|field| ((*field).into(), json!(times(field))))
            .collect();
        line.insert(name.into(), Value::Object(figures));
    }
    Value::Object(line)
}
