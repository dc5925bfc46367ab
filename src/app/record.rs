//! Pictures and a table of every verdict, for the demo and for bug reports: `verdicts.tsv` with file,
//! outcome, reasons, milliseconds from frame to verdict, and picture.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{checkpoint::Verdict, ui::UiHandle};

/// Writes into one folder.
#[derive(Debug)]
pub(super) struct Recorder {
    folder: PathBuf,
    table: File,
    /// Verdicts since the last picture: the codes of one frame share it.
    lines: Vec<Line>,
    count: u32,
}

#[derive(Debug)]
struct Line {
    name: String,
    outcome: &'static str,
    reasons: String,
    took: Duration,
}

impl Recorder {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut table = File::create(folder.join("verdicts.tsv"))?;
        writeln!(table, "file\toutcome\treasons\tms\tpicture")?;
        Ok(Self {
            folder: folder.to_owned(),
            table,
            lines: Vec::new(),
            count: 0,
        })
    }

    /// Notes a verdict that has just been shown.
    pub(super) fn begin(&mut self, name: Option<&str>, verdict: &Verdict, took: Duration) {
        let reasons: Vec<_> = verdict.reasons.iter().map(|reason| reason.name()).collect();
        self.lines.push(Line {
            name: name.unwrap_or("camera").to_owned(),
            outcome: verdict.outcome.name(),
            reasons: reasons.join(","),
            took,
        });
    }

    /// Takes its picture, now that it shows whether it was logged.
    pub(super) fn finish(&mut self, ui: &UiHandle) -> io::Result<()> {
        let lines = std::mem::take(&mut self.lines);
        let Some(line) = lines.first() else {
            return Ok(());
        };
        self.count += 1;
        let picture = format!(
            "{:02}-{}-{}.png",
            self.count,
            stem(&line.name),
            line.outcome
        );
        let shot = ui.snapshot().map_err(io::Error::other)?;
        let image = image::RgbImage::from_raw(shot.width, shot.height, shot.rgb)
            .ok_or_else(|| io::Error::other("the picture has a wrong size"))?;
        image
            .save(self.folder.join(&picture))
            .map_err(io::Error::other)?;
        for line in &lines {
            writeln!(
                self.table,
                "{}\t{}\t{}\t{:.1}\t{picture}",
                line.name,
                line.outcome,
                line.reasons,
                line.took.as_secs_f64() * 1000.0
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
