//! Frames of a sequence as numbered pictures with their truth, or all on one contact sheet.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use gatepost_scene::{Scenario, SceneFrame, Sequence, Setting};
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};

use super::error::RunError;
use super::files::{frames, make_directory, read_code};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// File with the code's text
    #[arg(long, value_name = "FILE")]
    code: PathBuf,
    /// How the code is shown: `all`, or a name such as paper-dusk or phone-approach
    #[arg(long, default_value = "all")]
    scenario: String,
    /// Directory for NAME-000.png, NAME-001.png and so on, and NAME.tsv; made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Frames, up to 300
    #[arg(long, default_value_t = 90)]
    frames: usize,
    /// The same seed gives the same pictures
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One picture NAME.png of all frames instead, only every so many; the code's corners are
    /// marked
    #[arg(long, value_name = "STEP")]
    sheet: Option<usize>,
}

/// Gives the number of pictures written.
pub(crate) fn run(args: &Args) -> Result<usize, RunError> {
    let frames = frames(args.frames)?;
    let scenarios = scenarios(&args.scenario)?;
    let code = read_code(&args.code)?;
    make_directory(&args.out)?;
    let mut written = 0;
    for scenario in scenarios {
        let setting = Setting {
            frames,
            ..scenario.setting()
        };
        let sequence = Sequence::with(&code, setting, args.seed);
        written += match args.sheet {
            Some(step) => write_sheet(sequence, step, &args.out, scenario)?,
            None => write_frames(sequence, &args.out, scenario)?,
        };
    }
    Ok(written)
}

fn scenarios(name: &str) -> Result<Vec<Scenario>, RunError> {
    if name == "all" {
        return Ok(Scenario::ALL.to_vec());
    }
    let known = Scenario::ALL.iter().find(|known| known.name() == name);
    known
        .map(|known| vec![*known])
        .ok_or_else(|| RunError::Scenario {
            name: name.into(),
            known: Scenario::ALL.map(Scenario::name).join(" "),
        })
}

/// Numbered pictures, and a table of the truth about them.
fn write_frames(sequence: Sequence, out: &Path, scenario: Scenario) -> Result<usize, RunError> {
    let name = scenario.name();
    let mut table = String::from("frame\ttime_ms\tfully_visible\tpx_per_module\tcorners\n");
    let mut written = 0;
    for frame in sequence {
        save(
            &frame.image,
            out.join(format!("{name}-{:03}.png", frame.number)),
        )?;
        written += 1;
        let truth = &frame.truth;
        let corners = truth
            .corners
            .map(|[x, y]| format!("{x:.2},{y:.2}"))
            .join(" ");
        // Writing to a text can't fail.
        let _ = writeln!(
            table,
            "{}\t{:.1}\t{}\t{:.2}\t{corners}",
            frame.number, frame.time_ms, truth.fully_visible, truth.px_per_module
        );
    }
    let path = out.join(format!("{name}.tsv"));
    fs::write(&path, table).map_err(|source| RunError::Write {
        path,
        source: source.into(),
    })?;
    Ok(written)
}
/// Pictures in a row of the contact sheet, and pixels of its whole width.
const COLUMNS: u32 = 5;
const SHEET_WIDTH: u32 = 1600;

fn write_sheet(
    sequence: Sequence,
    step: usize,
    out: &Path,
    scenario: Scenario,
) -> Result<usize, RunError> {
    let tiles: Vec<GrayImage> = (0..sequence.frames())
        .step_by(step.max(1))
        .map(|number| tile(sequence.frame(number)))
        .collect();
    let (width, height) = tiles.first().map_or((1, 1), GrayImage::dimensions);
    let rows = (tiles.len() as u32).div_ceil(COLUMNS);
    let mut sheet = GrayImage::new(width * COLUMNS, height * rows);
    for (index, tile) in (0..).zip(&tiles) {
        let (column, row) = (index % COLUMNS, index / COLUMNS);
        imageops::replace(
            &mut sheet,
            tile,
            i64::from(column * width),
            i64::from(row * height),
        );
    }
    save(&sheet, out.join(format!("{}.png", scenario.name())))?;
    Ok(1)
}

/// A frame in small, with crosses on the corners of a code that is fully visible.
fn tile(frame: SceneFrame) -> GrayImage {
    let SceneFrame {
        mut image, truth, ..
    } = frame;
    if truth.fully_visible {
        for [x, y] in truth.corners {
            for step in -7..=7 {
                for (dx, dy) in [(step, 0), (0, step)] {
                    let (x, y) = (x as i64 + dx, y as i64 + dy);
                    if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
                        && let Some(pixel) = image.get_pixel_mut_checked(x, y)
                    {
                        *pixel = Luma([if step % 2 == 0 { 255 } else { 0 }]);
                    }
                }
            }
        }
    }
    let (width, height) = image.dimensions();
    let small = SHEET_WIDTH / COLUMNS;
    imageops::resize(
        &image,
        small,
        (small * height / width).max(1),
        FilterType::Triangle,
    )
}

fn save(picture: &GrayImage, path: PathBuf) -> Result<(), RunError> {
    picture
        .save(&path)
        .map_err(|source| RunError::Write { path, source })
}
