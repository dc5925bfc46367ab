//! `gatepost check`: pictures to verdicts, without a window and without a passage; or a look-up of
//! an ID number in the lists.

use std::{
    error::Error,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use gatepost_checkpoint::{Judge, Reason, RecentPassages, Verdict};
use gatepost_decode::{DecodedCode, decode};
use gatepost_pass::{Kind, Timestamp};
use gatepost_protocol::Direction;
use gatepost_system::{clock::parse_time, say};
use serde::Serialize;

use super::{CommandError, Done, each_picture, milliseconds, person, say_json};
use crate::{app::place_of_device, clock::Clock, data::DataDir, store::BundleCache};

/// What `check` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Judge as of this time, such as 2026-11-21T08:00:00Z.
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    now: Option<Timestamp>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Look up a person by ID number instead; `-` reads it from a line of the standard input.
    #[arg(long, value_name = "NUMBER", conflicts_with = "paths")]
    id: Option<String>,
    /// Pictures, or folders of them (PNG, JPEG, WebP).
    #[arg(required_unless_present = "id", value_name = "IMAGE|DIR")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct VerdictLine {
    file: String,
    outcome: &'static str,
    reasons: Vec<Reason>,
    document: Option<&'static str>,
    issuer: Option<String>,
    ms: f64,
}

/// Judges each picture by the rules of the place where the device stands; of several codes in one,
/// each has a line.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    let identity = data.identity()?;
    let still = || arguments.now.map(Clock::still);
    let clock = still().unwrap_or_else(|| data.clock());
    let bundle = BundleCache::new(data.bundle()).load(&identity.root, &clock)?;
    let bundle = bundle.ok_or(CommandError::NoBundle)?;
    // A time that was asked for stands, whatever was signed after it.
    let clock = still().unwrap_or(clock);
    if let Some(id) = &arguments.id {
        return person::run(&bundle, id, arguments.json);
    }
    let place = place_of_device(&data, bundle.trust(), clock.now().time);
    each_picture(&arguments.paths, |file, frame| {
        let began = Instant::now();
        let codes = decode(frame.view());
        let judge = Judge {
            bundle: Some(&bundle),
            class: place.as_ref().and_then(|place| place.class.as_ref()),
            area: place.as_ref().and_then(|place| place.area.as_ref()),
            recent: &RecentPassages::default(),
            direction: Direction::In,
            now: clock.now(),
        };
        let verdict = |code: &DecodedCode| judge.code(code.content.as_text()).verdict;
        let verdicts: Vec<Verdict> = codes.iter().map(verdict).collect();
        let ms = milliseconds(began);
        if verdicts.is_empty() {
            write(arguments, &none(file.clone(), ms))?;
        }
        for verdict in verdicts {
            write(arguments, &line(file.clone(), verdict, ms))?;
        }
        Ok(())
    })
}

fn none(file: String, ms: f64) -> VerdictLine {
    VerdictLine {
        file,
        outcome: "none",
        reasons: Vec::new(),
        document: None,
        issuer: None,
        ms,
    }
}

fn line(file: String, verdict: Verdict, ms: f64) -> VerdictLine {
    VerdictLine {
        file,
        outcome: verdict.outcome.name(),
        reasons: verdict.reasons,
        document: verdict.document.map(Kind::name),
        issuer: verdict.issuer.map(|issuer| issuer.code),
        ms,
    }
}

fn write(arguments: &Arguments, line: &VerdictLine) -> Result<(), Box<dyn Error>> {
    if arguments.json {
        return say_json(line);
    }
    let reasons: Vec<_> = line.reasons.iter().map(|reason| reason.name()).collect();
    let VerdictLine {
        file, outcome, ms, ..
    } = line;
    say!("{file}: {outcome} ({}) {ms} ms", reasons.join(", "));
    Ok(())
}
