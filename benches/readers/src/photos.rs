//! `photos`: who reads which photographs, wrongly or rightly, and how long it takes.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use crate::error::BenchError;
use crate::readers::{self, Contestant};
use crate::table::{median, milliseconds, p95, print, share};
use crate::trials::{Show, Trial, measure, photographs};

/// Rates per set, wrong payloads, reads where there is no code, panics and CPU times, at two sizes
#[derive(clap::Args)]
pub(crate) struct Args {
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

pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    let sets = photographs(&args.set)?;
    let contestants = readers::named(&args.reader);
    if contestants.is_empty() {
        return Err(BenchError::Nothing);
    }
    let mut rows = String::from("side\tset\tfile\treader\tright\twrong\treads\tms\n");
    for &side in &args.side {
        let rounds = args.rounds;
        let trials = measure(&sets, &contestants, Show { side, rounds })?;
        print_sets(side, &contestants, &trials);
        print_totals(side, &contestants, &trials);
        trials.iter().for_each(|t| rows.push_str(&row(side, t)));
    }
    if let Some(path) = &args.rows {
        fs::write(path, rows).map_err(|source| BenchError::Write {
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}

fn print_sets(side: u32, contestants: &[Contestant], trials: &[Trial]) {
    let mut sets: Vec<&str> = trials.iter().map(|t| t.set.as_str()).collect();
    sets.dedup();
    let heads = ["set", "pictures"].into_iter();
    let head: Vec<&str> = heads
        .chain(contestants.iter().map(|k| k.name))
        .chain(["anyone"])
        .collect();
    let row = |set: &&str| {
        let of_set: Vec<&Trial> = trials.iter().filter(|t| t.set == *set).collect();
        let read = |contestant: &Contestant| {
            let by = of_set.iter().filter(|t| t.reader == contestant.name);
            by.filter(|t| t.is_read()).count().to_string()
        };
        let mut row = vec![(*set).to_owned(), files(&of_set, |_| true).to_string()];
        row.extend(contestants.iter().map(read));
        row.push(files(&of_set, Trial::is_read).to_string());
        row
    };
    let rows: Vec<_> = sets.iter().map(row).collect();
    print(&format!("Pictures read, longest side {side}"), &head, &rows);
}

fn print_totals(side: u32, contestants: &[Contestant], trials: &[Trial]) {
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
    let mut rows: Vec<Vec<String>> = contestants
        .iter()
        .map(|contestant| total(contestant, trials))
        .collect();
    let all: Vec<&Trial> = trials.iter().filter(|t| t.has_code()).collect();
    let boofcv: Vec<&Trial> = all.iter().copied().filter(|t| of_boofcv(t)).collect();
    let anyone = |of: &[&Trial]| share(files(of, Trial::is_read), files(of, |_| true));
    let mut union = vec!["anyone".to_owned(), anyone(&all), anyone(&boofcv)];
    union.resize(head.len(), String::new());
    rows.push(union);
    print(&format!("Totals, longest side {side}"), &head, &rows);
}

fn total(contestant: &Contestant, trials: &[Trial]) -> Vec<String> {
    let own = || trials.iter().filter(|t| t.reader == contestant.name);
    let with_code = || own().filter(|t| t.has_code());
    let boofcv = || with_code().filter(|t| of_boofcv(t));
    let scores = |code: bool| own().filter(move |t| t.has_code() == code);
    let wrong: usize = scores(true).filter_map(|t| Some(t.score?.wrong)).sum();
    let from_nothing: usize = scores(false).filter_map(|t| Some(t.score?.reads)).sum();
    let times = || own().map(|t| milliseconds(t.time));
    vec![
        contestant.name.to_owned(),
        share(
            with_code().filter(|t| t.is_read()).count(),
            with_code().count(),
        ),
        share(boofcv().filter(|t| t.is_read()).count(), boofcv().count()),
        wrong.to_string(),
        from_nothing.to_string(),
        own().filter(|t| t.score.is_none()).count().to_string(),
        format!("{:.2}", median(times())),
        format!("{:.2}", p95(times())),
    ]
}

fn of_boofcv(trial: &Trial) -> bool {
    trial.set.starts_with("boofcv-")
}

/// Pictures of which any reader's trial is `like` this.
fn files(trials: &[&Trial], like: impl Fn(&Trial) -> bool) -> usize {
    let matching = trials.iter().filter(|t| like(t));
    let files: HashSet<_> = matching.map(|t| (&t.set, &t.file)).collect();
    files.len()
}

fn row(side: u32, trial: &Trial) -> String {
    let score = trial.score.map_or_else(
        || "panic\t\t".to_owned(),
        |s| format!("{}\t{}\t{}", s.right, s.wrong, s.reads),
    );
    let (set, file, reader) = (&trial.set, &trial.file, trial.reader);
    let time = milliseconds(trial.time);
    format!("{side}\t{set}\t{file}\t{reader}\t{score}\t{time:.3}\n")
}
