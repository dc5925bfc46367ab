//! `durable`: from a frame to a passage that no power cut takes away, beside the least that could
//! be done with the same frame.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use gatepost_pass::{
    Kind, PublicKey, document,
    fixture::{documents, paper_pass},
};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, render};
use image::GrayImage;
use rusqlite::{Connection, params};

use crate::error::BenchError;
use crate::judge_and_log::{JudgeAndLog, LogDirectory};
use crate::readers::{self, CodeReader, Contestant, OURS_STREAM, ZXING, ZXING_FAST};
use crate::table::{median, milliseconds, p95, print};

/// Wall time from a frame with a paper pass to its passage on the disk: decoder, judge and sealed
/// log, beside zxing-cpp, one bare signature check and one row of the same size
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Frames of each kind, each another pass in another hand
    #[arg(long, default_value_t = 40)]
    frames: u8,
    /// How often each frame is shown
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    #[command(flatten)]
    logs: LogDirectory,
}

/// The bytes of a signature, at the end of an envelope.
const SIGNATURE: usize = 64;

pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    if readers::named(&[ZXING.to_owned()]).is_empty() {
        return Err(BenchError::WithoutZxing);
    }
    let directory = args.logs.open()?;
    let mut ways = ways(directory.path())?;
    for (name, view) in [
        ("clean", clean as ViewOfSeed),
        ("held in a hand", |seed| {
            View::hand_held(seed, Carrier::Paper)
        }),
    ] {
        let pictures = pictures(args.frames, view)?;
        let readable = readable_by_all(&ways, &pictures)?;
        let mut times: Vec<Vec<TurnTimes>> = ways.iter().map(|_| Vec::new()).collect();
        for turn in 0..args.rounds * readable.len() {
            let picture = readable[turn % readable.len()];
            // Each begins as often as another.
            for step in 0..ways.len() {
                let at = (turn + step) % ways.len();
                times[at].extend(ways[at].pass(picture)?);
            }
        }
        print_table(name, readable.len(), &ways, &times);
    }
    Ok(())
}

/// How one seed is seen.
type ViewOfSeed = fn(u64) -> View;

fn clean(seed: u64) -> View {
    View {
        carrier: Carrier::Paper,
        seed,
        ..View::clean()
    }
}

/// Milliseconds of wall time, one after the other.
struct TurnTimes {
    /// Picture to content.
    read: f64,
    /// Content to verdict, or to a signature that holds.
    judge: f64,
    /// Until it is on the disk.
    keep: f64,
    /// CPU time in all three: the rest is waiting for the disk.
    cpu: f64,
}

impl TurnTimes {
    fn whole(&self) -> f64 {
        self.read + self.judge + self.keep
    }
}

/// A way from a frame to the disk.
struct Contender {
    name: String,
    reader: Contestant,
    ending: AfterReading,
}

/// What is done with a content.
enum AfterReading {
    Ours(Box<JudgeAndLog>),
    Bare(Box<LeastWork>),
}

fn ways(directory: &Path) -> Result<Vec<Contender>, BenchError> {
    let mut checkpoint = JudgeAndLog::open(&directory.join("passages"))?;
    // The first passage tells how large a sealed record is.
    let first = checkpoint.judge(&[]);
    checkpoint.log(&[first])?;
    let record: i64 = Connection::open(directory.join("passages"))?.query_row(
        "SELECT max(length(bytes)) FROM records WHERE passage",
        [],
        |row| row.get(0),
    )?;
    let ours = readers::named(&[OURS_STREAM.to_owned()]).pop();
    let ours = Contender {
        name: "ours".to_owned(),
        reader: ours.ok_or(BenchError::Nothing)?,
        ending: AfterReading::Ours(Box::new(checkpoint)),
    };
    let mut ways = vec![ours];
    for reader in readers::named(&[ZXING, ZXING_FAST].map(str::to_owned)) {
        let least = LeastWork::create(&directory.join(reader.name), record as usize)?;
        ways.push(Contender {
            name: format!("{}, bare", reader.name),
            reader,
            ending: AfterReading::Bare(Box::new(least)),
        });
    }
    Ok(ways)
}

impl Contender {
    /// Nothing where the picture is not read.
    fn pass(&mut self, picture: &GrayImage) -> Result<Option<TurnTimes>, BenchError> {
        let mut reader = (self.reader.fresh)();
        let (start, cpu) = (Instant::now(), readers::cpu_time());
        let Some(content) = read(&mut *reader, picture) else {
            return Ok(None);
        };
        let was_read = Instant::now();
        let (was_judged, kept) = match &mut self.ending {
            AfterReading::Ours(checkpoint) => {
                let judged = checkpoint.judge(&content);
                let was_judged = Instant::now();
                black_box(checkpoint.log(&[judged])?);
                (was_judged, Instant::now())
            }
            AfterReading::Bare(bare) => {
                black_box(holds(&bare.key, &content));
                let was_judged = Instant::now();
                bare.insert()?;
                (was_judged, Instant::now())
            }
        };
        Ok(Some(TurnTimes {
            read: milliseconds(was_read - start),
            judge: milliseconds(was_judged - was_read),
            keep: milliseconds(kept - was_judged),
            cpu: milliseconds(readers::cpu_time() - cpu),
        }))
    }
}

fn read(reader: &mut dyn CodeReader, picture: &GrayImage) -> Option<Vec<u8>> {
    reader.read(picture).pop().map(|claim| claim.bytes)
}

/// `verify_strict` of the signature at the end, and nothing else.
fn holds(key: &PublicKey, content: &[u8]) -> bool {
    let text = std::str::from_utf8(content).unwrap_or_default();
    let envelope = document::from_text(text).unwrap_or_default();
    let Some((signed, signature)) = envelope.split_last_chunk::<SIGNATURE>() else {
        return false;
    };
    key.verify_detached(Kind::Pass, signed, signature).is_ok()
}

/// One signature check, and a row that says nothing: as long as a sealed record and synced, in a
/// database with the same promise as the passage log's.
struct LeastWork {
    key: PublicKey,
    connection: Connection,
    row: Vec<u8>,
}

impl LeastWork {
    fn create(path: &Path, record: usize) -> Result<Self, BenchError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection
            .execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
        let row = vec![0xa5; record];
        Ok(Self {
            key: documents().secret.public(),
            connection,
            row,
        })
    }

    fn insert(&self) -> Result<(), BenchError> {
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO rows (bytes) VALUES (?1)")?;
        insert.execute(params![self.row])?;
        Ok(())
    }
}

fn pictures(count: u8, view: ViewOfSeed) -> Result<Vec<GrayImage>, BenchError> {
    let picture = |n: u8| {
        let text = document::to_text(&documents().sign(Kind::Pass, &paper_pass(n)));
        let code = Code::new(&text, ErrorCorrection::Medium)?;
        Ok(render(&code, &view(u64::from(n))))
    };
    (1..=count).map(picture).collect()
}

/// Those that every reader reads, and reads right; an error where that is less than half of them.
fn readable_by_all<'a>(
    ways: &[Contender],
    pictures: &'a [GrayImage],
) -> Result<Vec<&'a GrayImage>, BenchError> {
    let key = documents().secret.public();
    let right = |way: &Contender, picture: &GrayImage| {
        read(&mut *(way.reader.fresh)(), picture).is_some_and(|content| holds(&key, &content))
    };
    for way in ways {
        let read = pictures
            .iter()
            .filter(|picture| right(way, picture))
            .count();
        if read * 2 < pictures.len() {
            return Err(BenchError::Unread {
                reader: way.reader.name,
                read,
                of: pictures.len(),
            });
        }
    }
    let all = |picture: &&GrayImage| ways.iter().all(|way| right(way, picture));
    let readable: Vec<_> = pictures.iter().filter(all).collect();
    if readable.is_empty() {
        return Err(BenchError::Nothing);
    }
    Ok(readable)
}

fn print_table(name: &str, frames: usize, ways: &[Contender], times: &[Vec<TurnTimes>]) {
    let [ours, ..] = times else { return };
    let row = |(way, parts): (&Contender, &Vec<TurnTimes>)| {
        let middle = |parts: &[TurnTimes], of: fn(&TurnTimes) -> f64| median(parts.iter().map(of));
        let part = |of| format!("{:.3}", middle(parts, of));
        let ratio = |of| format!("{:.2}", middle(ours, of) / middle(parts, of));
        // Turn by turn, so that a slow moment of the disk is in both.
        let turns = ours.iter().zip(parts);
        let ratios = turns.map(|(ours, other)| ours.whole() / other.whole());
        vec![
            way.name.clone(),
            part(TurnTimes::whole),
            format!("{:.3}", p95(parts.iter().map(TurnTimes::whole))),
            part(|parts| parts.read),
            part(|parts| parts.judge),
            part(|parts| parts.keep),
            part(|parts| parts.cpu),
            ratio(TurnTimes::whole),
            format!("{:.2}", median(ratios)),
            ratio(|parts| parts.cpu),
        ]
    };
    let rows: Vec<_> = ways.iter().zip(times).map(row).collect();
    let head = [
        "way",
        "median ms",
        "p95 ms",
        "read",
        "judge",
        "keep",
        "CPU time",
        "ours / this",
        "median of the turns' ratios",
        "CPU time, ours / this",
    ];
    let heading = format!(
        "Frame to a durable passage, paper, {name}: {} turns over {frames} frames",
        ours.len()
    );
    print(&heading, &head, &rows);
}
