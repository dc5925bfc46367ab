//! `gatepost decode`: pictures to code contents, unverified.

use std::{
    collections::BTreeMap,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use data_encoding::HEXLOWER;
use gatepost_decode::{CodeContent, Drawing, decode, explain};
use gatepost_system::{
    files::{Action, FileError},
    say,
};
use image::ImageError;
use serde::Serialize;

use super::{Done, each_picture, milliseconds, say_json};

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
struct ContentLine<'a> {
    file: String,
    codes: Vec<&'a CodeContent>,
    ms: f64,
}

/// Decodes each picture.
pub fn run(arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
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
        let ms = milliseconds(began);
        if arguments.json {
            let codes = codes.iter().map(|code| &code.content).collect();
            say_json(&ContentLine { file, codes, ms })?;
        } else if codes.is_empty() {
            say!("{file}: no code");
        } else {
            for code in &codes {
                say!("{file}: {}", describe(&code.content));
            }
        }
        Ok(())
    })
}

/// A directory of drawings: `<picture>-<look>-<stage>.png`.
struct Album {
    directory: PathBuf,
    /// Number of pictures so far with each name: folders often hold the same names.
    pages: BTreeMap<String, usize>,
}

impl Album {
    fn new(directory: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(directory).map_err(FileError::at(Action::Create, directory))?;
        Ok(Self {
            directory: directory.to_owned(),
            pages: BTreeMap::new(),
        })
    }

    /// The name of a picture's drawings: the picture's own, with a number when it occurs again. It
    /// is safe, since it was the name of a file.
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

    fn save(&self, page: &str, drawing: &Drawing) -> Result<(), Box<dyn Error>> {
        let path = self.directory.join(format!("{page}-{}.png", drawing.name));
        drawing.image.save(&path).map_err(|error| {
            let source = match error {
                ImageError::IoError(why) => why,
                other => io::Error::other(other),
            };
            FileError::at(Action::Write, &path)(source).into()
        })
    }
}

fn describe(content: &CodeContent) -> String {
    match content {
        // Control characters would move the terminal's cursor.
        CodeContent::Text(text) => text.escape_debug().to_string(),
        CodeContent::Bytes(bytes) => format!("hex {}", HEXLOWER.encode(bytes)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn explained(into: &Path, pictures: &[&Path]) -> Result<Done, Box<dyn Error>> {
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
