//! `gatepost check --id`: looks a person up in the lists by ID number, without a pass.

use std::{
    io::{self, Read},
    time::Instant,
};

use gatepost_checkpoint::{ListAnswer, ask_about, worst};
use gatepost_pass::{Colour, IdNumber, Listing, list::ListKind};
use gatepost_system::{clock::format_time, say};
use serde::Serialize;

use super::{CommandError, Done, milliseconds, say_json};
use crate::store::InstalledBundle;

/// Longest input that is read, in bytes.
const MAX_LINE: u64 = 4096;

#[derive(Serialize)]
struct LookupLine {
    answer: &'static str,
    lists: Vec<ListLine>,
    ms: f64,
}

#[derive(Serialize)]
struct ListLine {
    issuer: String,
    answer: &'static str,
    as_of: Option<String>,
}

/// Looks a person up; `-` reads the number from a line of standard input, since every user of the
/// machine can see a command line.
pub(super) fn run(
    bundle: &InstalledBundle,
    argument: &str,
    json: bool,
) -> Result<Done, Box<dyn std::error::Error>> {
    let mut line = String::new();
    let text = match argument {
        "-" => {
            let read = io::stdin().take(MAX_LINE).read_to_string(&mut line);
            read.map_err(CommandError::Input)?;
            line.lines().next().unwrap_or_default()
        }
        number => number,
    };
    let number = IdNumber::parse(text)?;
    let began = Instant::now();
    let answers = ask_about(&number, bundle);
    let ms = milliseconds(began);
    let all = worst(&answers);
    let lists = answers.iter().map(|one| ListLine {
        issuer: one.issuer.to_string(),
        answer: word(one.answer),
        as_of: bundle
            .list(ListKind::Identity, one.issuer)
            .map(|list| format_time(list.head().as_of)),
    });
    let line = LookupLine {
        answer: word(all),
        lists: lists.collect(),
        ms,
    };
    if json {
        say_json(&line)?;
    } else {
        let lists = line.lists.iter();
        let lists: Vec<_> = lists
            .map(|list| format!("{}: {}", list.issuer, list.answer))
            .collect();
        say!("{} ({}) {ms} ms", line.answer, lists.join(", "));
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
