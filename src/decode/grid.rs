//! Where the modules of a code lie, and what they say.

use super::budget::Budget;
use super::layout::{
    FINDER_MODULES, Fixed, alignment_centres, alignment_pattern, finder_modules, fixed_modules,
};
use super::legs::Legs;
use super::mapping::{Anchors, Mapping, Point};
use super::mesh;
use super::symbol::{self, Unread};
use super::threshold::Ink;

/// What came of trying to read a code.
pub(super) enum Outcome {
    /// The content, and the code's corners in pixels: top left, top right, bottom right, bottom left.
    Read(Vec<u8>, [Point; 4]),
    /// It looks like a code, but could not be read.
    Seen,
    /// There is no code.
    Nothing,
}

/// Share of the fixed modules that must be right before the rest is worth reading.
const MIN_FIT: f64 = 0.7;
/// The same when the code has told its version and a mesh will mend its bends.
const MIN_TOLD_FIT: f64 = 0.5;
/// Positions per code that are read as they are, and of these that are worth moving about.
const MAX_READS: usize = 2;
/// The same before a quick look reads it: error correction is the dearest stage.
const MIN_READ_FIT: f64 = 0.8;
const MAX_REFINED: usize = 2;

/// Reads a code as a flat square, at the likeliest places.
pub(super) fn read(ink: &Ink, legs: &Legs, budget: &mut Budget) -> Outcome {
    let guesses = guesses(ink, legs, &legs.versions(), MIN_FIT, budget);
    if guesses.is_empty() {
        return Outcome::Nothing;
    }
    let plain = guesses
        .iter()
        .filter(|g| g.fit >= MIN_READ_FIT)
        .take(MAX_READS)
        .map(|g| g.read(ink, budget));
    first(plain).unwrap_or(Outcome::Seen)
}

/// Reads a code whose places are moved until they fit, first as a flat square and then with a mesh.
/// `told` is the version that it says it has.
pub(super) fn read_thoroughly(
    ink: &Ink,
    legs: &Legs,
    told: Option<usize>,
    budget: &mut Budget,
) -> Outcome {
    let guesses = match told {
        Some(version) => guesses(ink, legs, &[version], MIN_TOLD_FIT, budget),
        None => guesses(ink, legs, &legs.versions(), MIN_FIT, budget),
    };
    let better: Vec<Guess> = guesses
        .iter()
        .take(MAX_REFINED)
        .map(|guess| guess.refined(ink, budget).unwrap_or(*guess))
        .collect();
    let flat = first(better.iter().map(|guess| guess.read(ink, budget)));
    flat.or_else(|| first(better.iter().map(|guess| guess.read_by_mesh(ink, budget))))
        .unwrap_or(Outcome::Nothing)
}

/// The first that was read.
fn first(outcomes: impl Iterator<Item = Option<Outcome>>) -> Option<Outcome> {
    outcomes.flatten().next()
}

/// Where a code may lie.
#[derive(Clone, Copy)]
struct Guess {
    version: usize,
    anchors: Anchors,
    /// Share of fixed modules that are right, 0 to 1.
    fit: f64,
}

/// The places to try, best fit first: by the alignment pattern, by the finder patterns' perspective,
/// without perspective.
fn guesses(
    ink: &Ink,
    legs: &Legs,
    versions: &[usize],
    min_fit: f64,
    budget: &mut Budget,
) -> Vec<Guess> {
    let mut all: Vec<Guess> = Vec::new();
    for &version in versions {
        let side = symbol::side_of(version);
        // Most triples of a crowded picture fail here, before the search for their alignment pattern.
        let finders = finder_modules(version);
        let mut anchors = legs.anchors(side).to_vec();
        if budget.spend(2 * FINDER_MODULES).is_none() {
            break;
        }
        anchors.retain(|anchors| fit(ink, anchors, side, &finders) >= min_fit);
        if anchors.is_empty() {
            continue;
        }
        let fixed = fixed_modules(version);
        let aligned: Vec<Anchors> = anchors
            .iter()
            .filter_map(|anchors| with_alignment(ink, anchors, version, budget))
            .collect();
        for anchors in aligned.into_iter().chain(anchors) {
            if budget.spend(fixed.len()).is_none() {
                break;
            }
            let fit = fit(ink, &anchors, side, &fixed);
            if fit >= min_fit {
                all.push(Guess {
                    version,
                    anchors,
                    fit,
                });
            }
        }
    }
    // A stable sort: of equals, the likelier version and the found alignment pattern stay first.
    all.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    all
}

/// Share of these modules that have the right colour; 0 where no code can lie.
fn fit(ink: &Ink, anchors: &Anchors, side: usize, fixed: &[Fixed]) -> f64 {
    let Some(mapping) = Mapping::new(anchors, side) else {
        return 0.0;
    };
    let right = fixed.iter().filter(|f| f.fits(ink, &mapping)).count();
    right as f64 / fixed.len() as f64
}

/// The anchors with the bottom right alignment pattern as the fourth point, if it can be found.
fn with_alignment(
    ink: &Ink,
    anchors: &Anchors,
    version: usize,
    budget: &mut Budget,
) -> Option<Anchors> {
    let side = symbol::side_of(version);
    let fourth_at = alignment_centres(version).last().copied()?;
    let found = find_alignment(ink, &Mapping::new(anchors, side)?, side, fourth_at, budget)?;
    let [a, b, c, _] = anchors.points;
    Some(Anchors {
        points: [a, b, c, found],
        fourth_at,
    })
}

impl Guess {
    /// `None` if it can't be read.
    fn read(&self, ink: &Ink, budget: &mut Budget) -> Option<Outcome> {
        let side = symbol::side_of(self.version);
        budget.spend(symbol::WORK * side * side)?;
        let mapping = Mapping::new(&self.anchors, side)?;
        self.outcome(&mapping, symbol::read(side, &mapping.sample(ink, side)))
    }

    fn read_by_mesh(&self, ink: &Ink, budget: &mut Budget) -> Option<Outcome> {
        let side = symbol::side_of(self.version);
        budget.spend(mesh::WORK * side * side)?;
        let mapping = Mapping::new(&self.anchors, side)?;
        let tones = mesh::relaxed(ink, &mapping, self.version);
        let mut readings = tones.modules().map(|modules| symbol::read(side, &modules));
        readings.find_map(|reading| self.outcome(&mapping, reading))
    }

    fn outcome(&self, mapping: &Mapping, reading: Result<Vec<u8>, Unread>) -> Option<Outcome> {
        let end = symbol::side_of(self.version) as f64;
        let corners = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)];
        match reading {
            Ok(content) => Some(Outcome::Read(
                content,
                corners.map(|(x, y)| mapping.at(x, y)),
            )),
            Err(Unread::Unsupported) => Some(Outcome::Nothing),
            Err(Unread::Damaged) => None,
        }
    }

    /// The same guess with its anchors moved to where the fixed modules fit better; `None` if there
    /// is no better place.
    fn refined(&self, ink: &Ink, budget: &mut Budget) -> Option<Guess> {
        let side = symbol::side_of(self.version);
        let fixed = fixed_modules(self.version);
        budget.spend(fixed.len() * 80)?;
        let score = |anchors: &Anchors| {
            let mapping = Mapping::new(anchors, side)?;
            Some(
                fixed
                    .iter()
                    .map(|f| f.agreement(ink, &mapping))
                    .sum::<u32>(),
            )
        };
        let mut anchors = self.anchors;
        let first = score(&anchors)?;
        let mut best = first;
        let [(ax, ay), (bx, by), ..] = anchors.points;
        let module = (bx - ax).hypot(by - ay) / (side as f64 - 7.0);
        for step in [1.0, 0.5, 0.5, 0.25, 0.25] {
            let step = step * module;
            for moved in [3, 1, 2, 0] {
                for (dx, dy) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
                    let mut trial = anchors;
                    let (x, y) = trial.points[moved];
                    trial.points[moved] = (x + dx, y + dy);
                    if let Some(score) = score(&trial).filter(|&score| score > best) {
                        (best, anchors) = (score, trial);
                    }
                }
            }
        }
        (best > first).then_some(Guess { anchors, ..*self })
    }
}

/// The middle of the bottom right alignment pattern: the best match around where it should be.
fn find_alignment(
    ink: &Ink,
    mapping: &Mapping,
    side: usize,
    at: f64,
    budget: &mut Budget,
) -> Option<Point> {
    /// Of 25 modules.
    const MIN_MATCH: u32 = 21;
    let reach = (6 + side / 8) as i32;
    // Half of the places are white, and are not looked at closer.
    budget.spend(((2 * reach + 1) * (2 * reach + 1)) as usize * 13)?;
    let mut best = MIN_MATCH - 1;
    let mut places: Vec<Point> = Vec::new();
    for (i, j) in (-reach..=reach).flat_map(|j| (-reach..=reach).map(move |i| (i, j))) {
        let (x, y) = (at + f64::from(i) / 2.0, at + f64::from(j) / 2.0);
        if !mapping.black(ink, x, y) {
            continue;
        }
        let matching = alignment_pattern()
            .map(|(dx, dy, black)| u32::from(mapping.black(ink, x + dx, y + dy) == black))
            .sum::<u32>();
        if matching > best {
            best = matching;
            places.clear();
        }
        if matching == best {
            places.push((x, y));
        }
    }
    let distance = |&(x, y): &Point| (x - at).hypot(y - at);
    let nearest = places
        .iter()
        .copied()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    // Half steps around the true middle match equally well: take their mean.
    let around: Vec<_> = places
        .iter()
        .filter(|p| (p.0 - nearest.0).abs() <= 1.0 && (p.1 - nearest.1).abs() <= 1.0)
        .collect();
    let n = around.len() as f64;
    let x = around.iter().map(|p| p.0).sum::<f64>() / n;
    let y = around.iter().map(|p| p.1).sum::<f64>() / n;
    Some(mapping.at(x, y))
}

impl Fixed {
    fn fits(&self, ink: &Ink, mapping: &Mapping) -> bool {
        mapping.black(ink, self.x, self.y) == self.black
    }

    /// How many of five points in the module have the right colour.
    fn agreement(&self, ink: &Ink, mapping: &Mapping) -> u32 {
        let black = mapping.black_points(ink, self.x, self.y);
        if self.black { black } else { 5 - black }
    }
}
