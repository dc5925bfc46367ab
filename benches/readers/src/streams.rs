//! `streams`: how long a code must be shown until it is read.

use gatepost_scene::{Code, Scenario, SceneFrame, Sequence};

use crate::error::BenchError;
use crate::readers::{self, CodeReader, Contestant};
use crate::sample_code::{EcLevel, base45_like};
use crate::table::{median, milliseconds, p95, print};

/// Time from first wholly visible to decoded, in synthetic camera streams of 30 frames a second
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only scenarios whose name begins so; may be repeated
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// Sequences of each scenario
    #[arg(long, default_value_t = 10)]
    seeds: u64,
    /// The first of their seeds
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Bytes of content before base45
    #[arg(long, value_name = "N", default_value_t = 200)]
    bytes: usize,
    /// Error correction
    #[arg(long, default_value = "m")]
    level: EcLevel,
    /// Only this reader, named as in the tables; may be repeated
    #[arg(long, value_name = "NAME")]
    reader: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    readers::hush_panics();
    let contestants = readers::named(&args.reader);
    let wanted = |name: &str| {
        let names = &args.scenario;
        names.is_empty() || names.iter().any(|n| name.starts_with(n.as_str()))
    };
    let text = base45_like(args.bytes);
    let code = Code::new(&text, args.level.into())?;
    let mut tallies: Vec<Tally> = contestants.iter().map(|_| Tally::default()).collect();
    let mut rows = Vec::new();
    for scenario in Scenario::ALL.into_iter().filter(|s| wanted(s.name())) {
        let before: Vec<usize> = tallies.iter().map(|tally| tally.waits.len()).collect();
        for seed in args.first_seed..args.first_seed + args.seeds {
            eprintln!("{}, seed {seed}", scenario.name());
            watch(
                Sequence::new(&code, scenario, seed),
                &text,
                &contestants,
                &mut tallies,
            );
        }
        let since = tallies.iter().zip(before);
        let cells = since.map(|(tally, before)| waits(&tally.waits[before..]));
        rows.push(
            std::iter::once(scenario.name().to_owned())
                .chain(cells)
                .collect(),
        );
    }
    let all = tallies.iter().map(|tally| waits(&tally.waits));
    rows.push(std::iter::once("all".to_owned()).chain(all).collect());
    print_tables(args, &contestants, &tallies, &rows);
    Ok(())
}

/// What one reader did in all sequences.
#[derive(Default)]
struct Tally {
    /// Milliseconds from first wholly visible to decoded; infinity: never decoded.
    waits: Vec<f64>,
    /// CPU milliseconds per frame.
    times: Vec<f64>,
    /// Contents that are not the code's.
    wrong: usize,
    panics: usize,
}

/// One reader at one sequence.
struct Watcher {
    reader: Box<dyn CodeReader>,
    /// When it decoded the code, in milliseconds.
    decoded: Option<f32>,
}

/// Shows a sequence to all readers, to each until it has decoded.
fn watch(sequence: Sequence, text: &str, contestants: &[Contestant], tallies: &mut [Tally]) {
    let fresh = |contestant: &Contestant| Watcher {
        reader: (contestant.fresh)(),
        decoded: None,
    };
    let mut watchers: Vec<Watcher> = contestants.iter().map(fresh).collect();
    let mut visible = None;
    for frame in sequence {
        if frame.truth.fully_visible {
            visible = visible.or(Some(frame.time_ms));
        }
        let waiting = watchers.iter_mut().zip(tallies.iter_mut());
        for (watcher, tally) in waiting.filter(|(w, _)| w.decoded.is_none()) {
            show(&frame, text, watcher, tally);
        }
        if visible.is_some() && watchers.iter().all(|w| w.decoded.is_some()) {
            break;
        }
    }
    // A code that nobody could see whole tells nothing.
    let Some(visible) = visible else { return };
    for (watcher, tally) in watchers.iter().zip(tallies) {
        // Some manage before the whole code is in the picture.
        let wait = |decoded: f32| f64::from((decoded - visible).max(0.0));
        tally
            .waits
            .push(watcher.decoded.map_or(f64::INFINITY, wait));
    }
}

fn show(frame: &SceneFrame, text: &str, watcher: &mut Watcher, tally: &mut Tally) {
    let attempt = readers::attempt(&mut *watcher.reader, &frame.image);
    tally.times.push(milliseconds(attempt.time));
    tally.panics += usize::from(attempt.reads.is_none());
    let reads = attempt.reads.unwrap_or_default();
    let right = reads.iter().filter(|r| r.bytes == text.as_bytes()).count();
    tally.wrong += reads.len() - right;
    if right > 0 {
        watcher.decoded = Some(frame.time_ms);
    }
}

fn print_tables(args: &Args, contestants: &[Contestant], tallies: &[Tally], rows: &[Vec<String>]) {
    let heads = contestants.iter().map(|contestant| contestant.name);
    let head: Vec<&str> = std::iter::once("scenario").chain(heads).collect();
    let heading = format!(
        "From first wholly visible to decoded, ms: median / p95 / never, of {} sequences each, \
         {} bytes, level {:?}",
        args.seeds, args.bytes, args.level
    );
    print(&heading, &head, rows);
    let head = [
        "reader",
        "frames",
        "median ms",
        "p95 ms",
        "worst ms",
        "wrong",
        "panics",
    ];
    let row = |(contestant, tally): (&Contestant, &Tally)| {
        let times = || tally.times.iter().copied();
        vec![
            contestant.name.to_owned(),
            tally.times.len().to_string(),
            format!("{:.2}", median(times())),
            format!("{:.2}", p95(times())),
            format!("{:.2}", times().fold(0.0, f64::max)),
            tally.wrong.to_string(),
            tally.panics.to_string(),
        ]
    };
    let rows: Vec<_> = contestants.iter().zip(tallies).map(row).collect();
    print("CPU time per frame, until decoded", &head, &rows);
}

/// Never is longer than any time.
fn waits(waits: &[f64]) -> String {
    let time = |ms: f64| {
        if ms.is_finite() {
            format!("{ms:.0}")
        } else {
            "never".to_owned()
        }
    };
    let never = waits.iter().filter(|ms| ms.is_infinite()).count();
    let (middle, late) = (median(waits.iter().copied()), p95(waits.iter().copied()));
    format!("{} / {} / {never}", time(middle), time(late))
}
