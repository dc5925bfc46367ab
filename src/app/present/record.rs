//! Pictures and a table of every verdict, for the demo and for bug reports: `verdicts.tsv` with
//! file, outcome, reasons, milliseconds from frame to verdict, and picture.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use gatepost_checkpoint::Verdict;
use gatepost_system::files::{Action, FileError};

use crate::ui::UiHandle;

/// Writes into one folder.
#[derive(Debug)]
pub(crate) struct Recorder {
    folder: PathBuf,
    table: File,
    /// Verdicts since the last picture: the codes of one frame share it.
    rows: Vec<VerdictRow>,
    count: u32,
}

#[derive(Debug)]
struct VerdictRow {
    name: String,
    outcome: &'static str,
    reasons: String,
    took: Duration,
}

impl Recorder {
    pub(crate) fn new(folder: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(folder).map_err(FileError::at(Action::Create, folder))?;
        let path = folder.join("verdicts.tsv");
        let mut table = File::create(&path).map_err(FileError::at(Action::Create, &path))?;
        writeln!(table, "file\toutcome\treasons\tms\tpicture")
            .map_err(FileError::at(Action::Write, &path))?;
        Ok(Self {
            folder: folder.to_owned(),
            table,
            rows: Vec::new(),
            count: 0,
        })
    }

    /// Notes a verdict that has just been shown.
    pub(crate) fn begin(&mut self, name: Option<&str>, verdict: &Verdict, took: Duration) {
        let reasons: Vec<_> = verdict.reasons.iter().map(|reason| reason.name()).collect();
        self.rows.push(VerdictRow {
            name: name.unwrap_or("camera").to_owned(),
            outcome: verdict.outcome.name(),
            reasons: reasons.join(","),
            took,
        });
    }

    /// Takes its picture, now that it shows whether it was logged.
    pub(crate) fn finish(&mut self, ui: &UiHandle) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let Some(first) = rows.first() else {
            return Ok(());
        };
        self.count += 1;
        let picture = format!(
            "{:02}-{}-{}.png",
            self.count,
            stem(&first.name),
            first.outcome
        );
        let shot = ui.snapshot().map_err(io::Error::other)?;
        let image = image::RgbImage::from_raw(shot.width, shot.height, shot.rgb)
            .ok_or_else(|| io::Error::other("the picture has a wrong size"))?;
        image
            .save(self.folder.join(&picture))
            .map_err(io::Error::other)?;
        for row in &rows {
            writeln!(
                self.table,
                "{}\t{}\t{}\t{:.1}\t{picture}",
                row.name,
                row.outcome,
                row.reasons,
                row.took.as_secs_f64() * 1000.0
            )?;
        }
        Ok(())
    }
}

fn stem(name: &str) -> String {
    let stem = Path::new(name)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    stem.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}
