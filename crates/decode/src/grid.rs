//! Where the modules of a code lie, and whether they can be read.

use crate::alignment;
use crate::budget::Budget;
use crate::codewords::Effort;
use crate::ink::Ink;
use crate::layout::{Fixed, alignment_centres, edge_modules, fixed_modules, side_of};
use crate::legs::Legs;
use crate::mapping::{Anchors, Mapping};
use crate::mesh::{self, Tones};
use crate::point::{Point, length};
use crate::segments::Run;
use crate::symbol::{self, Unread};

/// What came of trying to read a code.
pub(crate) enum Attempt {
    /// It was read.
    Read(ReadSymbol),
    /// It looks like a code, but could not be read.
    Unread,
    /// There is no code.
    NoCode,
}

/// A code that was read.
pub(crate) struct ReadSymbol {
    /// What it carries, as it stands in the symbol.
    pub(crate) content: Vec<Run>,
    /// In pixels: top left, top right, bottom right, bottom left.
    pub(crate) corners: [Point; 4],
}

/// Share of the fixed modules that must be right before the rest is worth reading: to a careful
/// look, to a quick one, and where the code has stated its version and a mesh will mend its bends.
const MIN_FIT: f64 = 0.7;
const MIN_QUICK_FIT: f64 = 0.75;
const MIN_STATED_FIT: f64 = 0.5;
/// The same before a quick look reads it: error correction is the most expensive stage.
const MIN_READ_FIT: f64 = 0.8;
/// The same for a mesh, which fits wherever there is a code.
const MIN_MESH_FIT: f64 = 0.85;
/// How much longer, in modules, one side of a code may seem than the other to a quick look.
const MAX_UNEVEN: f64 = 1.35;
/// What looking at a timing pattern costs, in modules sampled.
const TICKS_WORK: usize = 32;
/// Places per code whose alignment pattern is looked for.
const MAX_NEAR: usize = 2;
/// Places per code that a quick look reads as they are, and that a careful one moves about.
const MAX_READS: usize = 2;
const MAX_REFINED: usize = 2;
/// Steps, in modules, by which a careful look and a quick one move a place.
const STEPS: [f64; 5] = [1.0, 0.5, 0.5, 0.25, 0.25];
const QUICK_STEPS: [f64; 1] = [0.25];

/// Reads a code as a flat square, at the likeliest places.
pub(crate) fn read(ink: &Ink, legs: &Legs, budget: &mut Budget) -> Attempt {
    if legs.uneven > MAX_UNEVEN {
        return Attempt::NoCode;
    }
    let guesses = guesses(ink, legs, &legs.versions(), MIN_QUICK_FIT, budget);
    if guesses.is_empty() {
        return Attempt::NoCode;
    }
    let good = |guess: &&Guess| guess.fit >= MIN_READ_FIT;
    let best: Vec<&Guess> = guesses.iter().filter(good).take(MAX_READS).collect();
    let as_they_are = first(best.iter().map(|guess| guess.read_if_clear(ink, budget)));
    as_they_are
        .or_else(|| {
            let better = best.first()?.refined(ink, &QUICK_STEPS, budget)?;
            better.read_if_clear(ink, budget)
        })
        .unwrap_or(Attempt::Unread)
}

/// Reads a code whose places are moved until they fit, first as a flat square and then with a mesh.
/// `stated` is the version that the code itself states, if it does.
pub(crate) fn read_thoroughly(
    ink: &Ink,
    legs: &Legs,
    stated: Option<usize>,
    budget: &mut Budget,
) -> Attempt {
    let guesses = match stated {
        Some(version) => guesses(ink, legs, &[version], MIN_STATED_FIT, budget),
        None => guesses(ink, legs, &legs.versions(), MIN_FIT, budget),
    };
    let better: Vec<Guess> = guesses
        .iter()
        .take(MAX_REFINED)
        .map(|guess| guess.refined(ink, &STEPS, budget).unwrap_or(*guess))
        .collect();
    let flat = first(
        better
            .iter()
            .map(|guess| guess.read(ink, Effort::Doubting, budget)),
    );
    let tied = || first(better.iter().map(|guess| guess.read_tied(ink, budget)));
    let tied = flat.or_else(tied);
    let relaxed = || first(better.iter().map(|guess| guess.read_relaxed(ink, budget)));
    tied.or_else(relaxed).unwrap_or(Attempt::NoCode)
}

/// The first that was read.
fn first(attempts: impl Iterator<Item = Option<Attempt>>) -> Option<Attempt> {
    attempts.flatten().next()
}

/// Where a code may lie.
#[derive(Clone, Copy)]
struct Guess {
    version: usize,
    anchors: Anchors,
    /// Share of fixed modules that are right, 0 to 1.
    fit: f64,
}

/// The places to try, best fit first: by the alignment pattern, by the finder patterns'
/// perspective, without perspective.
fn guesses(
    ink: &Ink,
    legs: &Legs,
    versions: &[usize],
    min_fit: f64,
    budget: &mut Budget,
) -> Vec<Guess> {
    let mut near: Vec<Guess> = Vec::new();
    for &version in versions {
        let side = side_of(version);
        for anchors in legs.anchors(side) {
            if budget.spend(TICKS_WORK).is_none() {
                break;
            }
            let Some(mapping) = Mapping::new(&anchors, side) else {
                continue;
            };
            if !ticks(ink, &mapping, side) {
                continue;
            }
            let edges = edge_modules(version);
            if budget.spend(edges.len()).is_none() {
                break;
            }
            near.extend(Guess::fitting(ink, version, anchors, &edges, min_fit));
        }
    }
    // Stable sorts: of equals, the likelier version and the found alignment pattern stay first.
    near.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    near.truncate(MAX_NEAR);
    let mut all: Vec<Guess> = Vec::new();
    for Guess {
        version, anchors, ..
    } in near
    {
        let fixed = fixed_modules(version);
        let aligned = with_alignment(ink, &anchors, version, budget);
        for anchors in aligned.into_iter().chain([anchors]) {
            if budget.spend(fixed.len()).is_none() {
                break;
            }
            all.extend(Guess::fitting(ink, version, anchors, &fixed, min_fit));
        }
    }
    all.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    all
}

/// Whether enough of the timing pattern is right, by a few modules from all over it: each says
/// whether the code has this size.
fn ticks(ink: &Ink, mapping: &Mapping, side: usize) -> bool {
    /// Modules of each of the two patterns; even, so that both colours have the same weight.
    const FEW: usize = 16;
    const MAX_WRONG: usize = 11;
    let (first, modules) = (8, side - 16);
    let mut wrong = 0;
    for i in 0..FEW {
        // Even and odd in turns, so that both colours are among them.
        let even = i * modules / FEW / 2 * 2;
        let at = first + (even + i % 2).min(modules - 1);
        let (along, black) = (at as f64 + 0.5, at.is_multiple_of(2));
        for (x, y) in [(along, 6.5), (6.5, along)] {
            wrong += usize::from(mapping.black(ink, x, y) != black);
        }
        if wrong > MAX_WRONG {
            return false;
        }
    }
    true
}

/// Share of these modules that have the right colour; 0 where no code can lie, and where it is less
/// than `min_fit`.
fn fit(ink: &Ink, anchors: &Anchors, side: usize, fixed: &[Fixed], min_fit: f64) -> f64 {
    let Some(mapping) = Mapping::new(anchors, side) else {
        return 0.0;
    };
    let all = fixed.len();
    let most_wrong = (all as f64 * (1.0 - min_fit)) as usize;
    let mut wrong = 0;
    for module in fixed {
        wrong += usize::from(!module.fits(ink, &mapping));
        if wrong > most_wrong {
            return 0.0;
        }
    }
    (all - wrong) as f64 / all as f64
}

/// The anchors with the bottom right alignment pattern as the fourth point, if it can be found.
fn with_alignment(
    ink: &Ink,
    anchors: &Anchors,
    version: usize,
    budget: &mut Budget,
) -> Option<Anchors> {
    let side = side_of(version);
    let fourth_at = alignment_centres(version).last().copied()?;
    let found = alignment::find(ink, &Mapping::new(anchors, side)?, side, fourth_at, budget)?;
    let [a, b, c, _] = anchors.points;
    Some(Anchors {
        points: [a, b, c, found],
        fourth_at,
    })
}

impl Guess {
    /// `None` if these modules don't fit well enough.
    fn fitting(
        ink: &Ink,
        version: usize,
        anchors: Anchors,
        modules: &[Fixed],
        min_fit: f64,
    ) -> Option<Self> {
        let fit = fit(ink, &anchors, side_of(version), modules, min_fit);
        (fit > 0.0).then_some(Self {
            version,
            anchors,
            fit,
        })
    }

    /// `None` if it can't be read. Without a clear format no more than that is looked at; with one,
    /// the reserve is spent too.
    fn read_if_clear(&self, ink: &Ink, budget: &mut Budget) -> Option<Attempt> {
        budget.spend(symbol::FORMAT_WORK)?;
        let mapping = self.mapping()?;
        let tone = |x: usize, y: usize| {
            let (x, y) = mapping.at(x as f64 + 0.5, y as f64 + 0.5);
            ink.mixed(x, y) as f32
        };
        if !symbol::has_format(side_of(self.version), tone) {
            return None;
        }
        budget.open();
        self.read(ink, Effort::Plain, budget)
    }

    /// `None` if it can't be read.
    fn read(&self, ink: &Ink, effort: Effort, budget: &mut Budget) -> Option<Attempt> {
        let side = side_of(self.version);
        budget.spend(symbol::WORK * side * side)?;
        let mapping = Mapping::new(&self.anchors, side)?;
        let tones = match effort {
            Effort::Plain => mapping.middles(ink, side),
            Effort::Doubting => mapping.votes(ink, side),
        };
        self.attempt(&mapping, symbol::read(side, &tones, effort))
    }

    /// Over a mesh that is tied to the alignment patterns, where there are some.
    fn read_tied(&self, ink: &Ink, budget: &mut Budget) -> Option<Attempt> {
        budget.spend(mesh::tying_work(self.version))?;
        let mapping = self.mapping()?;
        let tones = mesh::tied(ink, &mapping, self.version)?;
        self.read_tones(&mapping, &tones, budget)
    }

    /// Over a mesh that is moved until nothing gets clearer.
    fn read_relaxed(&self, ink: &Ink, budget: &mut Budget) -> Option<Attempt> {
        let side = side_of(self.version);
        budget.spend(mesh::WORK * side * side)?;
        let mapping = self.mapping()?;
        self.read_tones(
            &mapping,
            &mesh::relaxed(ink, &mapping, self.version),
            budget,
        )
    }

    fn read_tones(&self, mapping: &Mapping, tones: &Tones, budget: &mut Budget) -> Option<Attempt> {
        if tones.fit < MIN_MESH_FIT {
            return None;
        }
        let side = side_of(self.version);
        tones.modules().find_map(|modules| {
            budget.spend(symbol::WORK * side * side)?;
            self.attempt(mapping, symbol::read(side, &modules, Effort::Doubting))
        })
    }

    fn mapping(&self) -> Option<Mapping> {
        Mapping::new(&self.anchors, side_of(self.version))
    }

    fn attempt(&self, mapping: &Mapping, reading: Result<Vec<Run>, Unread>) -> Option<Attempt> {
        let end = side_of(self.version) as f64;
        let corners = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)];
        match reading {
            Ok(content) => Some(Attempt::Read(ReadSymbol {
                content,
                corners: corners.map(|(x, y)| mapping.at(x, y)),
            })),
            Err(Unread::Unsupported) => Some(Attempt::NoCode),
            Err(Unread::Damaged) => None,
        }
    }

    /// The same guess with its anchors moved, by ever smaller steps in modules, to where the fixed
    /// modules fit better.
    fn refined(&self, ink: &Ink, steps: &[f64], budget: &mut Budget) -> Option<Guess> {
        let side = side_of(self.version);
        let fixed = fixed_modules(self.version);
        budget.spend(fixed.len() * (16 * steps.len() + 1))?;
        let score = |anchors: &Anchors| {
            let mapping = Mapping::new(anchors, side)?;
            Some(
                fixed
                    .iter()
                    .map(|f| f.agreement(ink, &mapping))
                    .sum::<f64>(),
            )
        };
        let mut anchors = self.anchors;
        let mut best = score(&anchors)?;
        let [(ax, ay), (bx, by), ..] = anchors.points;
        let module = length((bx - ax, by - ay)) / (side as f64 - 7.0);
        for step in steps.iter().map(|step| step * module) {
            for moved in [3, 1, 2, 0] {
                for (dx, dy) in [(step, 0.0), (0.0, step)] {
                    // Where one way is better, the other one leads back.
                    for sign in [1.0, -1.0] {
                        let mut trial = anchors;
                        let (x, y) = trial.points[moved];
                        trial.points[moved] = (x + sign * dx, y + sign * dy);
                        if let Some(score) = score(&trial).filter(|&score| score > best) {
                            (best, anchors) = (score, trial);
                            break;
                        }
                    }
                }
            }
        }
        Some(Guess { anchors, ..*self })
    }
}

impl Fixed {
    fn fits(&self, ink: &Ink, mapping: &Mapping) -> bool {
        mapping.black(ink, self.x, self.y) == self.black
    }

    /// How much ink, up to a limit, speaks for the right colour.
    fn agreement(&self, ink: &Ink, mapping: &Mapping) -> f64 {
        /// A clear module says no more than this.
        const CLEAR: f64 = 40.0;
        let (x, y) = mapping.at(self.x, self.y);
        let tone = ink.mixed(x, y).clamp(-CLEAR, CLEAR);
        if self.black { tone } else { -tone }
    }
}
