//! `photos`: who reads which photographs, wrongly or rightly, and how long it takes.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use crate::BenchError;
use crate::measure::{Outcome, Show, measure};
use crate::readers::{self, Kind};
use crate::table::{median, milliseconds, p95, print, share};

/// Rates per set, wrong payloads, reads where there is no code, panics and CPU times, at two sizes
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only sets whose name begins so; may be repeated
    #[arg(long, value_name = "NAME")]
    set: Vec<String>,
    /// Only this reader, named as in the tables; may be repeated
    #[arg(long, value_name = "NAME")]
    reader: Vec<String>,
    /// Longest side of the pictures, in pixels; may be repeated
    #[arg(long, value_name = "PIXELS", default_values_t = [1280, 640])]
    side: Vec<u32>,
    /// How often each picture is shown; the least time counts
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Write a row per picture and reader to this file, separated by tabs
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let sets = crate::photographs(&arguments.set)?;
    let kinds = readers::named(&arguments.reader);
    if kinds.is_empty() {
        return Err(BenchError::Nothing);
    }
    let mut rows = String::from("side\tset\tfile\treader\tright\twrong\treads\tms\n");
    for &side in &arguments.side {
        let rounds = arguments.rounds;
        let outcomes = measure(&sets, &kinds, Show { side, rounds })?;
        print_sets(side, &kinds, &outcomes);
        print_totals(side, &kinds, &outcomes);
        outcomes.iter().for_each(|o| rows.push_str(&row(side, o)));
    }
    if let Some(path) = &arguments.rows {
        fs::write(path, rows).map_err(|source| BenchError::Write {
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}

fn print_sets(side: u32, kinds: &[Kind], outcomes: &[Outcome]) {
    let mut sets: Vec<&str> = outcomes.iter().map(|o| o.set.as_str()).collect();
    sets.dedup();
    let heads = ["set", "pictures"].into_iter();
    let head: Vec<&str> = heads
        .chain(kinds.iter().map(|k| k.name))
        .chain(["anyone"])
        .collect();
    let row = |set: &&str| {
        let of_set: Vec<&Outcome> = outcomes.iter().filter(|o| o.set == *set).collect();
        let read = |kind: &Kind| {
            let by = of_set.iter().filter(|o| o.reader == kind.name);
            by.filter(|o| o.is_read()).count().to_string()
        };
        let mut row = vec![(*set).to_owned(), files(&of_set, |_| true).to_string()];
        row.extend(kinds.iter().map(read));
        row.push(files(&of_set, Outcome::is_read).to_string());
        row
    };
    let rows: Vec<_> = sets.iter().map(row).collect();
    print(&format!("Pictures read, longest side {side}"), &head, &rows);
}

fn print_totals(side: u32, kinds: &[Kind], outcomes: &[Outcome]) {
    let head = [
        "reader",
        "all",
        "BoofCV",
        "wrong",
        "reads on falsepos",
        "panics",
        "median ms",
        "p95 ms",
    ];
    let mut rows: Vec<Vec<String>> = kinds.iter().map(|kind| total(kind, outcomes)).collect();
    let all: Vec<&Outcome> = outcomes.iter().filter(|o| o.has_code()).collect();
    let boofcv: Vec<&Outcome> = all.iter().copied().filter(|o| of_boofcv(o)).collect();
    let anyone = |of: &[&Outcome]| share(files(of, Outcome::is_read), files(of, |_| true));
    let mut union = vec!["anyone".to_owned(), anyone(&all), anyone(&boofcv)];
    union.resize(head.len(), String::new());
    rows.push(union);
    print(&format!("Totals, longest side {side}"), &head, &rows);
}

fn total(kind: &Kind, outcomes: &[Outcome]) -> Vec<String> {
    let own = || outcomes.iter().filter(|o| o.reader == kind.name);
    let with_code = || own().filter(|o| o.has_code());
    let boofcv = || with_code().filter(|o| of_boofcv(o));
    let scores = |code: bool| own().filter(move |o| o.has_code() == code);
    let wrong: usize = scores(true).filter_map(|o| Some(o.score?.wrong)).sum();
    let from_nothing: usize = scores(false).filter_map(|o| Some(o.score?.reads)).sum();
    let times = || own().map(|o| milliseconds(o.time));
    vec![
        kind.name.to_owned(),
        share(
            with_code().filter(|o| o.is_read()).count(),
            with_code().count(),
        ),
        share(boofcv().filter(|o| o.is_read()).count(), boofcv().count()),
        wrong.to_string(),
        from_nothing.to_string(),
        own().filter(|o| o.score.is_none()).count().to_string(),
        format!("{:.2}", median(times())),
        format!("{:.2}", p95(times())),
    ]
}

fn of_boofcv(outcome: &Outcome) -> bool {
    outcome.set.starts_with("boofcv-")
}

/// Pictures of which any reader's outcome is `like` this.
fn files(outcomes: &[&Outcome], like: impl Fn(&Outcome) -> bool) -> usize {
    let matching = outcomes.iter().filter(|o| like(o));
    let files: HashSet<_> = matching.map(|o| (&o.set, &o.file)).collect();
    files.len()
}

fn row(side: u32, outcome: &Outcome) -> String {
    let score = outcome.score.map_or_else(
        || "panic\t\t".to_owned(),
        |s| format!("{}\t{}\t{}", s.right, s.wrong, s.reads),
    );
    let (set, file, reader) = (&outcome.set, &outcome.file, outcome.reader);
    let time = milliseconds(outcome.time);
    format!("{side}\t{set}\t{file}\t{reader}\t{score}\t{time:.3}\n")
}
