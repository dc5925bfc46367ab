//! `people`: how many people a minute a gate lets pass, by the reader behind its camera.
//!
//! A person steps up (the same time for every reader), brings their codes before the camera, and is
//! done when the last of them has its right verdict and that passage is on the disk. The reader
//! looks at the newest frame whenever it has done with the one before, so a slow one misses frames.
//! Judge and log are the scanner's for all readers.

mod crowd;
mod gates;

use std::time::Instant;

use gatepost_protocol::{Outcome, Reason};
use gatepost_scene::FRAME_MS;

use self::crowd::{CROWD, PeopleKind};
use self::gates::{GateCamera, Showing};
use crate::error::BenchError;
use crate::judge_and_log::{JudgeAndLog, LogDirectory};
use crate::readers::{self, Contestant, OURS_STREAM, ZXING, ZXING_FAST};
use crate::table::{median, milliseconds, p95, print};

/// People a minute through a synthetic gate: eight kinds of people at three cameras of 30 frames a
/// second, with passages on the disk
#[derive(clap::Args)]
pub(crate) struct Args {
    /// People of each kind at each gate
    #[arg(long, default_value_t = 10)]
    seeds: u8,
    /// The first of their seeds
    #[arg(long, default_value_t = 1)]
    first_seed: u8,
    /// How many times slower than this machine's core the device is
    #[arg(long, value_name = "TIMES", default_value_t = 1.0)]
    slower: f64,
    /// Milliseconds from one person's verdict to the next person's hand
    #[arg(long, value_name = "MS", default_value_t = 2000.0)]
    change: f64,
    /// Frames until a person whose code is not read is registered by hand
    #[arg(long, default_value_t = 90)]
    frames: usize,
    /// Milliseconds that this takes
    #[arg(long, value_name = "MS", default_value_t = 20_000.0)]
    by_hand: f64,
    /// Only this reader, named as in the tables; may be repeated
    #[arg(long, value_name = "NAME", default_values = [OURS_STREAM, ZXING, ZXING_FAST])]
    reader: Vec<String>,
    #[command(flatten)]
    logs: LogDirectory,
}

pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    readers::hush_panics();
    let directory = args.logs.open()?;
    let contestants = readers::named(&args.reader);
    if contestants.is_empty() {
        return Err(BenchError::Nothing);
    }
    let side = |contestant: &Contestant| -> Result<ReaderAtGates, BenchError> {
        Ok(ReaderAtGates {
            contestant: *contestant,
            checkpoint: JudgeAndLog::open(&directory.path().join(contestant.name))?,
            people: Vec::new(),
        })
    };
    let mut sides = contestants
        .iter()
        .map(side)
        .collect::<Result<Vec<_>, _>>()?;
    for gate in GateCamera::ALL {
        for (kind, number) in CROWD.iter().zip(0..) {
            eprintln!("{}: {}", gate.name(), kind.name);
            for n in (args.first_seed..).take(args.seeds.into()) {
                let texts = kind.texts(n);
                // Other hands for each kind, the same at each gate.
                let seed = u64::from(n) * CROWD.len() as u64 + number;
                let showing = gate.watch(&texts, kind.carrier, seed, args.frames)?;
                for side in &mut sides {
                    let visit = side.pass(&texts, kind.right, &showing, args)?;
                    side.people.push((gate, kind.name, visit));
                }
            }
        }
    }
    print_tables(args, &sides);
    Ok(())
}

/// The gates with one reader behind their cameras.
struct ReaderAtGates {
    contestant: Contestant,
    checkpoint: JudgeAndLog,
    people: Vec<(GateCamera, &'static str, Visit)>,
}

/// What came of one person.
struct Visit {
    /// From their hand's first move until the last passage was on the disk, in milliseconds;
    /// nothing where that did not come.
    done: Option<f64>,
    /// When everything they showed was in the picture.
    visible: f64,
    /// The reader's milliseconds for each frame that it looked at.
    looks: Vec<f64>,
    /// Verdicts that were not right.
    wrong: usize,
}

impl Visit {
    /// Milliseconds from person to person.
    fn takes(&self, args: &Args) -> f64 {
        let watched = args.frames as f64 * f64::from(FRAME_MS);
        args.change + self.done.unwrap_or(watched + args.by_hand)
    }
}

impl ReaderAtGates {
    fn pass(
        &mut self,
        texts: &[String],
        right: (Outcome, Reason),
        showing: &Showing,
        args: &Args,
    ) -> Result<Visit, BenchError> {
        let mut reader = (self.contestant.fresh)();
        let mut waiting: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let mut visit = Visit {
            done: None,
            visible: showing.visible_ms().unwrap_or_default(),
            looks: Vec::new(),
            wrong: 0,
        };
        // Milliseconds from their hand's first move.
        let mut free = 0.0_f64;
        let mut next = 0;
        let frame_ms = f64::from(FRAME_MS);
        loop {
            let number = next.max((free / frame_ms) as usize);
            let Some(picture) = showing.frame(number) else {
                break;
            };
            next = number + 1;
            let attempt = readers::attempt(&mut *reader, picture);
            let look = milliseconds(attempt.time) * args.slower;
            visit.looks.push(look);
            free = free.max(number as f64 * frame_ms) + look;
            let reads = attempt.reads.unwrap_or_default();
            let start = readers::cpu_time();
            let mut judged = Vec::new();
            for read in &reads {
                let shown = texts.iter().any(|text| text.as_bytes() == read.bytes);
                if shown && !waiting.contains(&&*read.bytes) {
                    // Judged before: the scanner tells that from the text.
                    continue;
                }
                waiting.retain(|text| *text != read.bytes);
                let one = self.checkpoint.judge(&read.bytes);
                let verdict = (one.verdict.outcome, one.verdict.reasons.first().copied());
                visit.wrong += usize::from(verdict != (right.0, Some(right.1)));
                judged.push(one);
            }
            if judged.is_empty() {
                continue;
            }
            let judging = milliseconds(readers::cpu_time() - start) * args.slower;
            let start = Instant::now();
            self.checkpoint.log(&judged)?;
            if waiting.is_empty() {
                visit.done = Some(free + judging + milliseconds(start.elapsed()));
                break;
            }
        }
        Ok(visit)
    }

    fn of(&self, wanted: impl Fn(GateCamera, &str) -> bool) -> impl Iterator<Item = &Visit> {
        let people = self.people.iter();
        people.filter_map(move |(gate, kind, visit)| wanted(*gate, kind).then_some(visit))
    }
}

fn print_tables(args: &Args, sides: &[ReaderAtGates]) {
    let of_row = |name: &str, wanted: &dyn Fn(GateCamera, &str) -> bool| {
        let cell = |side: &ReaderAtGates| {
            let times: Vec<f64> = side.of(wanted).map(|visit| visit.takes(args)).collect();
            let unread = side.of(wanted).filter(|visit| visit.done.is_none()).count();
            let minute = 60_000.0 * times.len() as f64 / times.iter().sum::<f64>();
            format!("{minute:.1} / {unread}")
        };
        let cells = sides.iter().map(cell);
        std::iter::once(name.to_owned())
            .chain(cells)
            .collect::<Vec<_>>()
    };
    let gates = GateCamera::ALL.map(|gate| of_row(gate.name(), &|g, _| g == gate));
    let kinds = CROWD
        .iter()
        .map(|kind: &PeopleKind| of_row(kind.name, &|_, name| name == kind.name));
    let all = of_row("all", &|_, _| true);
    let rows: Vec<_> = gates.into_iter().chain(kinds).chain([all]).collect();
    let names = sides.iter().map(|side| side.contestant.name);
    let head: Vec<&str> = std::iter::once("gate or kind").chain(names).collect();
    let heading = format!(
        "People a minute / not read in {} frames; {} of each kind at each gate, {} ms to change, \
         a device {} times slower than this core",
        args.frames, args.seeds, args.change, args.slower
    );
    print(&heading, &head, &rows);

    let row = |side: &ReaderAtGates| {
        let everybody = || side.of(|_, _| true);
        let wait = |visit: &Visit| visit.done.map(|done| done - visit.visible);
        let waits = || everybody().map(move |visit| wait(visit).unwrap_or(f64::INFINITY));
        let looks = || everybody().flat_map(|visit| visit.looks.iter().copied());
        vec![
            side.contestant.name.to_owned(),
            everybody().count().to_string(),
            everybody()
                .map(|visit| visit.wrong)
                .sum::<usize>()
                .to_string(),
            format!("{:.0} / {:.0}", median(waits()), p95(waits())),
            format!("{:.1}", looks().count() as f64 / everybody().count() as f64),
            format!("{:.2} / {:.2}", median(looks()), p95(looks())),
        ]
    };
    let rows: Vec<_> = sides.iter().map(row).collect();
    let head = [
        "reader",
        "people",
        "wrong verdicts",
        "wholly visible to durable, ms (median / p95)",
        "looks a person",
        "ms a look (median / p95)",
    ];
    print(
        "From wholly visible to all passages on the disk",
        &head,
        &rows,
    );
}
