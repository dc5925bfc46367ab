//! Lets every reader try every photograph.

use std::time::Duration;

use gatepost_truth::{FALSEPOS, Picture, Score, Set};
use image::GrayImage;

use crate::BenchError;
use crate::readers::{self, Kind};
use crate::scale::shrink_to;

/// One reader on one photograph.
pub(crate) struct Outcome {
    pub(crate) set: String,
    pub(crate) file: String,
    pub(crate) reader: &'static str,
    /// `None`: it panicked.
    pub(crate) score: Option<Score>,
    /// CPU time: the least of the rounds.
    pub(crate) time: Duration,
}

impl Outcome {
    /// Whether the row counts as read.
    pub(crate) fn is_read(&self) -> bool {
        self.score.is_some_and(|score| score.right > 0)
    }

    /// Whether the row is in the rate's denominator: all are, but those without any code.
    pub(crate) fn has_code(&self) -> bool {
        self.set != FALSEPOS
    }
}

/// How the photographs are shown to the readers.
#[derive(Clone, Copy)]
pub(crate) struct Show {
    /// Longest side of the pictures, in pixels.
    pub(crate) side: u32,
    /// How often each is shown.
    pub(crate) rounds: usize,
}

/// The readers take turns on each picture, so that noise of the machine hits all of them, and each
/// begins as often as another, so that a warm cache helps all of them.
pub(crate) fn measure(
    sets: &[Set],
    kinds: &[Kind],
    show: Show,
) -> Result<Vec<Outcome>, BenchError> {
    readers::hush_panics();
    let mut outcomes = Vec::new();
    let mut turn = 0;
    for set in sets {
        eprintln!("{} px: {}, {}", show.side, set.name, set.pictures.len());
        for picture in &set.pictures {
            let pixels = shrink_to(load(picture)?, show.side);
            let mut order: Vec<Kind> = kinds.to_vec();
            order.rotate_left(turn % kinds.len().max(1));
            turn += 1;
            let trials = order
                .iter()
                .map(|kind| try_out(*kind, set, picture, &pixels));
            let mut trials: Vec<Outcome> = trials.collect();
            for _ in 1..show.rounds {
                for (kind, outcome) in order.iter().zip(&mut trials) {
                    let again = readers::attempt(&mut *(kind.fresh)(), &pixels);
                    outcome.time = outcome.time.min(again.time);
                }
            }
            outcomes.extend(trials);
        }
    }
    Ok(outcomes)
}

fn try_out(kind: Kind, set: &Set, picture: &Picture, pixels: &GrayImage) -> Outcome {
    let attempt = readers::attempt(&mut *(kind.fresh)(), pixels);
    let file = picture.path.file_name().unwrap_or_default();
    Outcome {
        set: set.name.clone(),
        file: file.to_string_lossy().into_owned(),
        reader: kind.name,
        score: attempt.reads.map(|reads| set.score(picture, &reads)),
        time: attempt.time,
    }
}

fn load(picture: &Picture) -> Result<GrayImage, BenchError> {
    let opened = image::open(&picture.path).map_err(|source| BenchError::Picture {
        path: picture.path.clone(),
        source,
    })?;
    Ok(opened.into_luma8())
}
