//! `gatepost decode`: pictures to code contents, nothing else.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use gatepost_decode::{CodeContent, Drawing, decode, explain};
use image::ImageError;
use serde::Serialize;

use super::{CommandError, Done, each_picture};

/// What `decode` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Writes pictures of every stage of every look into this directory; `ms` includes that.
    #[arg(long, value_name = "DIR")]
    explain: Option<PathBuf>,
    /// Pictures, or folders of them (PNG, JPEG, WebP).
    #[arg(required = true, value_name = "IMAGE|DIR")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    codes: Vec<&'a CodeContent>,
    ms: f64,
}

/// Decodes each picture.
pub fn run(arguments: &Arguments) -> Result<Done, CommandError> {
    let mut out = std::io::stdout().lock();
    let mut album = arguments.explain.as_deref().map(Album::new).transpose()?;
    each_picture(&arguments.paths, |file, frame| {
        let began = Instant::now();
        let codes = match &mut album {
            None => decode(frame.view()),
            Some(album) => {
                let page = album.page(&file);
                explain(frame.view(), |drawing| album.save(&page, &drawing))?
            }
        };
        let ms = round(began.elapsed().as_secs_f64() * 1000.0);
        if arguments.json {
            let codes = codes.iter().map(|code| &code.content).collect();
            serde_json::to_writer(&mut out, &Line { file, codes, ms }).map_err(io::Error::from)?;
            writeln!(out)?;
        } else if codes.is_empty() {
            writeln!(out, "{file}: no code")?;
        } else {
            for code in &codes {
                writeln!(out, "{file}: {}", describe(&code.content))?;
            }
        }
        Ok(())
    })
}

/// A directory of drawings: `<picture>-<look>-<stage>.png`.
struct Album {
    directory: PathBuf,
    /// How many pictures of each name there were: folders often hold the same ones.
    pages: BTreeMap<String, usize>,
}

impl Album {
    fn new(directory: &Path) -> Result<Self, CommandError> {
        fs::create_dir_all(directory).map_err(|why| CommandError::File {
            path: directory.display().to_string(),
            why,
        })?;
        Ok(Self {
            directory: directory.to_owned(),
            pages: BTreeMap::new(),
        })
    }

    /// The name of a picture's drawings: its own, which is safe as it was one of a file, and a number
    /// if it comes again.
    fn page(&mut self, file: &str) -> String {
        let stem = Path::new(file).file_stem().unwrap_or_default();
        let stem = stem.to_string_lossy().into_owned();
        let times = self.pages.entry(stem.clone()).or_default();
        *times += 1;
        match *times {
            1 => stem,
            times => format!("{stem}.{times}"),
        }
    }

    fn save(&self, page: &str, drawing: &Drawing) -> Result<(), CommandError> {
        let path = self.directory.join(format!("{page}-{}.png", drawing.name));
        drawing
            .image
            .save(&path)
            .map_err(|error| CommandError::File {
                path: path.display().to_string(),
                why: match error {
                    ImageError::IoError(why) => why,
                    other => io::Error::other(other),
                },
            })
    }
}

fn describe(content: &CodeContent) -> String {
    match content {
        // Control characters would move the terminal's cursor.
        CodeContent::Text(text) => text.escape_debug().to_string(),
        CodeContent::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("hex {hex}")
        }
    }
}

/// Milliseconds with two digits after the point.
pub(super) fn round(ms: f64) -> f64 {
    (ms * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn explained(into: &Path, pictures: &[&Path]) -> Result<Done, CommandError> {
        run(&Arguments {
            json: true,
            explain: Some(into.to_owned()),
            paths: pictures.iter().map(|&path| path.to_owned()).collect(),
        })
    }

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn explaining_writes_the_stages_of_pictures_of_the_same_name_beside_each_other() {
        let home = tempfile::tempdir().unwrap();
        let (one, two) = (home.path().join("gate.png"), home.path().join("b/gate.png"));
        fs::create_dir(home.path().join("b")).unwrap();
        for picture in [&one, &two] {
            image::GrayImage::new(90, 90).save(picture).unwrap();
        }
        let into = home.path().join("new/explained");
        for _ in 0..2 {
            assert_eq!(explained(&into, &[&one, &two]).unwrap(), Done::Well);
        }
        let names = names_in(&into);
        assert_eq!(
            names[..2],
            ["gate-00-1-grey.png", "gate-00-2-ink.png"].map(String::from)
        );
        assert!(names.contains(&"gate.2-00-4-codes.png".to_owned()));
        let first = names.iter().filter(|name| name.starts_with("gate-"));
        assert_eq!(first.count() * 2, names.len());
        let drawn = image::open(into.join("gate-00-4-codes.png")).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (90, 90));
    }

    #[test]
    fn a_directory_that_is_a_file_is_named_in_the_error() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("taken");
        fs::write(&file, "").unwrap();
        let error = explained(&file, &[]).unwrap_err().to_string();
        assert!(error.contains("taken"), "{error}");
    }
}
