//! Lets every reader try every photograph.

use std::time::Duration;

use gatepost_truth::{FALSEPOS, Photograph, Score, Set};
use image::GrayImage;

use crate::error::BenchError;
use crate::readers::{self, Contestant};
use crate::shrink::shrink_to;

/// One reader on one photograph.
pub(crate) struct Trial {
    pub(crate) set: String,
    pub(crate) file: String,
    pub(crate) reader: &'static str,
    /// `None`: it panicked.
    pub(crate) score: Option<Score>,
    /// CPU time: the least of the rounds.
    pub(crate) time: Duration,
}

impl Trial {
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
    contestants: &[Contestant],
    show: Show,
) -> Result<Vec<Trial>, BenchError> {
    readers::hush_panics();
    let mut trials = Vec::new();
    let mut turn = 0;
    for set in sets {
        eprintln!("{} px: {}, {}", show.side, set.name, set.pictures.len());
        for picture in &set.pictures {
            let pixels = shrink_to(load(picture)?, show.side);
            let mut order: Vec<Contestant> = contestants.to_vec();
            order.rotate_left(turn % contestants.len().max(1));
            turn += 1;
            let of_picture = order
                .iter()
                .map(|contestant| try_out(*contestant, set, picture, &pixels));
            let mut of_picture: Vec<Trial> = of_picture.collect();
            for _ in 1..show.rounds {
                for (contestant, trial) in order.iter().zip(&mut of_picture) {
                    let again = readers::attempt(&mut *(contestant.fresh)(), &pixels);
                    trial.time = trial.time.min(again.time);
                }
            }
            trials.extend(of_picture);
        }
    }
    Ok(trials)
}

fn try_out(contestant: Contestant, set: &Set, picture: &Photograph, pixels: &GrayImage) -> Trial {
    let attempt = readers::attempt(&mut *(contestant.fresh)(), pixels);
    let file = picture.path.file_name().unwrap_or_default();
    Trial {
        set: set.name.clone(),
        file: file.to_string_lossy().into_owned(),
        reader: contestant.name,
        score: attempt.reads.map(|reads| set.score(picture, &reads)),
        time: attempt.time,
    }
}

fn load(picture: &Photograph) -> Result<GrayImage, BenchError> {
    let opened = image::open(&picture.path).map_err(|source| BenchError::Picture {
        path: picture.path.clone(),
        source,
    })?;
    Ok(opened.into_luma8())
}

/// The sets of photographs whose name begins with one of `names`, all without any.
pub(crate) fn photographs(names: &[String]) -> Result<Vec<Set>, BenchError> {
    let sets = gatepost_truth::sets(&gatepost_truth::folder(), names)?;
    if sets.is_empty() {
        return Err(BenchError::Nothing);
    }
    Ok(sets)
}
