//! `gatepost check --id`: what the lists say of a person by ID number, without a pass.

use std::{
    io::{self, Read, Write},
    time::Instant,
};

use gatepost_pass::{Colour, IdNumber, Listing, list::ListKind};
use serde::Serialize;

use super::{CommandError, Done, decode::round};
use crate::{
    checkpoint::{ListAnswer, ask_about, worst},
    clock::format_time,
    store::InstalledBundle,
};

/// Longest line that is read.
const MAX_LINE: u64 = 4096;

#[derive(Serialize)]
struct Line {
    answer: &'static str,
    lists: Vec<List>,
    ms: f64,
}

#[derive(Serialize)]
struct List {
    issuer: String,
    answer: &'static str,
    as_of: Option<String>,
}

/// Looks a person up; `-` reads the number from a line of the standard input, for a command line is open to
/// every user of the machine.
pub(super) fn run(
    bundle: &InstalledBundle,
    argument: &str,
    json: bool,
) -> Result<Done, CommandError> {
    let mut line = String::new();
    let text = match argument {
        "-" => {
            io::stdin().take(MAX_LINE).read_to_string(&mut line)?;
            line.lines().next().unwrap_or_default()
        }
        number => number,
    };
    let number = IdNumber::parse(text)?;
    let began = Instant::now();
    let answers = ask_about(&number, bundle);
    let ms = round(began.elapsed().as_secs_f64() * 1000.0);
    let all = worst(&answers);
    let lists = answers.iter().map(|one| List {
        issuer: one.issuer.to_string(),
        answer: word(one.answer),
        as_of: bundle
            .list(ListKind::Identity, one.issuer)
            .map(|list| format_time(list.head().as_of)),
    });
    let line = Line {
        answer: word(all),
        lists: lists.collect(),
        ms,
    };
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, &line).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let lists = line.lists.iter();
        let lists: Vec<_> = lists
            .map(|list| format!("{}: {}", list.issuer, list.answer))
            .collect();
        writeln!(out, "{} ({}) {ms} ms", line.answer, lists.join(", "))?;
    }
    Ok(match all {
        ListAnswer::Unreadable => Done::WithFaults,
        ListAnswer::Found(_) | ListAnswer::NoList | ListAnswer::NotAsked => Done::Well,
    })
}

const fn word(answer: ListAnswer<Listing>) -> &'static str {
    match answer {
        ListAnswer::Found(Listing::Listed(Colour::Red)) => "red",
        ListAnswer::Found(Listing::Listed(Colour::Yellow)) => "yellow",
        ListAnswer::Found(Listing::NotListed | Listing::Listed(Colour::Green)) => "not-listed",
        ListAnswer::NoList | ListAnswer::NotAsked => "no-list",
        ListAnswer::Unreadable => "unreadable",
    }
}
