//! `density`: how few pixels a module may have, by the length of the content and the error
//! correction.

use qrcodegen::QrCode;

use crate::error::BenchError;
use crate::readers::{self, Contestant};
use crate::sample_code::{EcLevel, base45_like};
use crate::table::print;
use crate::tilted_sheet::{SheetView, render};

/// The frame of a cheap camera.
const SIZE: (u32, u32) = (640, 480);
/// Pixels per module: from, to and step.
const FROM: f32 = 1.25;
const TO: f32 = 5.0;
const STEP: f32 = 0.25;
/// Light border that the standard asks for, in modules (ISO/IEC 18004, 9.1).
const QUIET: f32 = 4.0;
/// Positions between two pixels, across and down, and how many of all must be read.
const PHASES: (u8, u8) = (4, 3);
const ENOUGH: usize = 11;

/// Smallest pixels per module at which 11 of 12 sub-pixel positions are read, at 640x480
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Bytes of content before base45; may be repeated
    #[arg(long, value_name = "N", default_values_t = [100, 200, 400, 600])]
    bytes: Vec<usize>,
    /// Error correction; may be repeated
    #[arg(long, default_values = ["l", "m", "q"])]
    level: Vec<EcLevel>,
    /// Of the sheet, about the vertical axis, in degrees
    #[arg(long, default_value_t = 7.0)]
    tilt: f32,
    /// Of the code in the sheet, in degrees
    #[arg(long, default_value_t = 0.0)]
    turn: f32,
    /// Standard deviation, in pixels
    #[arg(long, default_value_t = 0.6)]
    blur: f32,
    /// Only this reader, named as in the tables; may be repeated
    #[arg(long, value_name = "NAME")]
    reader: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    readers::hush_panics();
    let contestants = readers::named(&args.reader);
    let mut rows = Vec::new();
    for &bytes in &args.bytes {
        for &level in &args.level {
            eprintln!("{bytes} bytes, level {level:?}");
            let text = base45_like(bytes);
            let code =
                QrCode::encode_text(&text, level.into()).map_err(|_| BenchError::TooLong(bytes))?;
            rows.push(row(
                bytes,
                level,
                &KnownCode { code, text },
                &contestants,
                args,
            ));
        }
    }
    let head: Vec<&str> = ["bytes", "level", "modules", "largest that fits"]
        .into_iter()
        .chain(contestants.iter().map(|contestant| contestant.name))
        .collect();
    let heading = format!(
        "Smallest pixels per module, {} x {}, tilt {}, turn {}, blur {}, and larger ones that fail",
        SIZE.0, SIZE.1, args.tilt, args.turn, args.blur
    );
    print(&heading, &head, &rows);
    Ok(())
}

struct KnownCode {
    code: QrCode,
    text: String,
}

fn row(
    bytes: usize,
    level: EcLevel,
    shown: &KnownCode,
    contestants: &[Contestant],
    args: &Args,
) -> Vec<String> {
    let modules = shown.code.size() as f32;
    let steps = (0..).map(|i| FROM + STEP * i as f32);
    let (sin, cos) = args.turn.to_radians().sin_cos();
    let upright = (modules + 2.0 * QUIET) * (sin.abs() + cos.abs());
    let fits = |&size: &f32| size <= TO && upright * size <= SIZE.1 as f32;
    let sizes: Vec<f32> = steps.take_while(fits).collect();
    // For each size, for each reader: how many of the positions.
    let counts: Vec<Vec<usize>> = sizes
        .iter()
        .map(|&size| positions_read(shown, size, contestants, args))
        .collect();
    let largest = sizes.last().map_or("none".to_owned(), f32::to_string);
    let mut row = vec![
        bytes.to_string(),
        format!("{level:?}"),
        modules.to_string(),
        largest,
    ];
    for reader in 0..contestants.len() {
        let enough = |count: &Vec<usize>| count[reader] >= ENOUGH;
        row.push(match counts.iter().position(enough) {
            None => "never".to_owned(),
            Some(first) => {
                let above = sizes.iter().zip(&counts).skip(first);
                let fails: Vec<String> = above
                    .filter(|(_, count)| !enough(count))
                    .map(|(size, _)| size.to_string())
                    .collect();
                let but = if fails.is_empty() { "" } else { ", not " };
                format!("{}{but}{}", sizes[first], fails.join(" "))
            }
        });
    }
    row
}

fn positions_read(
    shown: &KnownCode,
    size: f32,
    contestants: &[Contestant],
    args: &Args,
) -> Vec<usize> {
    let mut counts = vec![0; contestants.len()];
    for phase in 0..PHASES.0 * PHASES.1 {
        let (across, down) = (phase % PHASES.0, phase / PHASES.0);
        let view = SheetView {
            size: SIZE,
            pixels_per_module: size,
            tilt: args.tilt,
            turn: args.turn,
            shift: (
                f32::from(across) / f32::from(PHASES.0),
                f32::from(down) / f32::from(PHASES.1),
            ),
            blur: args.blur,
        };
        let picture = render(&shown.code, view);
        for (contestant, count) in contestants.iter().zip(&mut counts) {
            let attempt = readers::attempt(&mut *(contestant.fresh)(), &picture);
            let mut reads = attempt.reads.iter().flatten();
            *count += usize::from(reads.any(|read| read.bytes == shown.text.as_bytes()));
        }
    }
    counts
}
