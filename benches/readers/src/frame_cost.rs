//! `gatepost-frame-cost KIND COUNT`: does the same COUNT times, for whoever counts instructions:
//! the difference of two counts is what so many cost (`scripts/device-figures`).

// Of what it shares with `gatepost-readers` it needs a part.
#[allow(dead_code)]
mod error;
#[allow(dead_code)]
mod judge_and_log;
mod scanner;

use std::{hint::black_box, process::ExitCode};

use clap::{Parser, ValueEnum};
use error::BenchError;
use gatepost_decode::{Luma, StreamReader, first_look};
use gatepost_pass::{
    Kind,
    document::to_text,
    fixture::{documents, paper_pass},
};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, blank, render};
use image::{DynamicImage, GrayImage, Luma as Grey};
use judge_and_log::JudgeAndLog;

// Where the scanner's files look for each other.
use scanner::{clock, readable_time, store};

/// Reads or judges the same again and again, at 640x480
#[derive(Parser)]
#[command(name = "gatepost-frame-cost")]
struct Args {
    kind: What,
    count: usize,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    /// Frames of a room, without a code.
    NoCode,
    /// Frames with a pass that the first look reads.
    Clean,
    /// Frames with a pass whose finder pattern is blotted out: each gets all further looks until
    /// one reads it.
    Torn,
    /// Frames in which something looks like a code and is none: each gets all further looks.
    Unreadable,
    /// Verdicts on the content of a code: signature, lists, rules.
    Judge,
    /// Passages with such a verdict, sealed and committed, each alone.
    Log,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args.kind, args.count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepost-frame-cost: {}", gatepost_system::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(kind: What, count: usize) -> Result<(), BenchError> {
    let text = to_text(&documents().sign(Kind::Pass, &paper_pass(1)));
    let hand = View::hand_held(7, Carrier::Paper);
    if matches!(kind, What::Judge | What::Log) {
        return judge_and_log(text.as_bytes(), kind, count);
    }
    let clean = render(&Code::new(&text, ErrorCorrection::Medium)?, &hand);
    let frame = match kind {
        What::NoCode => DynamicImage::ImageRgb8(blank(&hand)).into_luma8(),
        What::Torn => without_finders(clean, 1),
        What::Unreadable => washed_out(clean),
        What::Clean | What::Judge | What::Log => clean,
    };
    let Some(view) = Luma::new(frame.width(), frame.height(), frame.as_raw()) else {
        return Err(BenchError::Nothing);
    };
    let mut reader = StreamReader::default();
    let read = (0..count).map(|_| black_box(reader.read(black_box(view))).len());
    let read: usize = read.sum();
    eprintln!("{read} of {count} read");
    Ok(())
}

fn judge_and_log(content: &[u8], kind: What, count: usize) -> Result<(), BenchError> {
    let place = tempfile::tempdir().map_err(|source| BenchError::Directory {
        path: std::env::temp_dir(),
        source,
    })?;
    let mut scanner = JudgeAndLog::open(&place.path().join("passages.sqlite"))?;
    let judged = [scanner.judge(content)];
    eprintln!("{:?}", judged[0].verdict.outcome);
    for _ in 0..count {
        match kind {
            What::Log => drop(scanner.log(&judged)?),
            _ => drop(black_box(scanner.judge(black_box(content)))),
        }
    }
    Ok(())
}

/// With as many of the code's finder patterns blotted out.
fn without_finders(mut frame: GrayImage, count: usize) -> GrayImage {
    let seen = Luma::new(frame.width(), frame.height(), frame.as_raw()).map(first_look);
    let Some([code]) = seen.as_deref() else {
        return frame;
    };
    let ([a, b, c, d], side) = (code.corners, 0.07);
    let spots = [(a, c), (b, d), (d, b)];
    let length = (c.0 - a.0).hypot(c.1 - a.1);
    for (near, far) in spots.into_iter().take(count) {
        // The pattern's middle lies on the diagonal, a tenth of it from the corner in codes of
        // this size.
        let (x, y) = (
            near.0 + side * (far.0 - near.0),
            near.1 + side * (far.1 - near.1),
        );
        for (column, row, pixel) in frame.enumerate_pixels_mut() {
            if (column as f32 - x).hypot(row as f32 - y) < 0.05 * length {
                *pixel = Grey([200]);
            }
        }
    }
    frame
}

/// With all finder patterns as they were, and grey in the code's middle.
fn washed_out(mut frame: GrayImage) -> GrayImage {
    let seen = Luma::new(frame.width(), frame.height(), frame.as_raw()).map(first_look);
    let Some([code]) = seen.as_deref() else {
        return frame;
    };
    let [a, _, c, _] = code.corners;
    let (x, y) = ((a.0 + c.0) / 2.0, (a.1 + c.1) / 2.0);
    let reach = 0.3 * (c.0 - a.0).hypot(c.1 - a.1);
    for (column, row, pixel) in frame.enumerate_pixels_mut() {
        if (column as f32 - x).hypot(row as f32 - y) < reach {
            *pixel = Grey([if (column / 3 + row / 5) % 2 == 0 {
                60
            } else {
                190
            }]);
        }
    }
    frame
}
