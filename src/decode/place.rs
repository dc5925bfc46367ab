//! Which three finder patterns belong to one code: likely triples first, each pattern used once.

use super::MAX_CODES;
use super::budget::Budget;
use super::finder::Finder;
use super::grid::{self, Outcome};
use super::legs::Legs;
use super::mapping::Point;
use super::threshold::Ink;

/// Content, and the code's corners in pixels: top left, top right, bottom right, bottom left.
pub(super) type Reading = (Vec<u8>, [Point; 4]);

/// What a look at a picture gave.
#[derive(Default)]
pub(super) struct Sight {
    pub(super) readings: Vec<Reading>,
    /// For each finder pattern whether it is part of a code that was read.
    pub(super) used: Vec<bool>,
    /// Finder patterns of codes that were seen but not read.
    pub(super) unread: Vec<usize>,
}

/// Reads the codes of a black and white picture, in the order in which they were found.
pub(super) fn read_all(ink: &Ink, finders: &[Finder], budget: &mut Budget) -> Sight {
    let mut sight = Sight {
        used: vec![false; finders.len()],
        ..Sight::default()
    };
    for triple in triples(finders) {
        if triple.members.iter().any(|&i| sight.used[i]) {
            continue;
        }
        if sight.readings.len() == MAX_CODES || budget.spend(TRIPLE_WORK).is_none() {
            break;
        }
        let legs = Legs::by_crosses(ink, triple.members.map(|i| &finders[i]));
        match grid::read(ink, &legs, budget) {
            Outcome::Read(content, corners) => {
                sight.add((content, corners), triple.members.into_iter());
            }
            Outcome::Seen => sight.unread.extend(triple.members),
            Outcome::Nothing => {}
        }
    }
    let used = &sight.used;
    sight.unread.retain(|&i| !used[i]);
    sight
}

impl Sight {
    /// Adds a reading of a code with these finder patterns.
    pub(super) fn add(&mut self, reading: Reading, members: impl Iterator<Item = usize>) {
        for member in members {
            self.used[member] = true;
            self.unread.retain(|&unread| unread != member);
        }
        self.readings.push(reading);
    }
}

/// What measuring a triple costs, in modules sampled.
const TRIPLE_WORK: usize = 300;

/// Three finder patterns that may belong to one code.
struct Triple {
    /// Indices: the corner between the two others, then clockwise.
    members: [usize; 3],
    /// How far from a square; 0 is perfect.
    skew: f64,
}

/// All triples that could be a code seen from an angle, squarest first.
fn triples(finders: &[Finder]) -> Vec<Triple> {
    let n = finders.len();
    let mut list: Vec<Triple> = (0..n)
        .flat_map(|i| (i + 1..n).flat_map(move |j| (j + 1..n).map(move |k| [i, j, k])))
        .filter_map(|members| triple(finders, members))
        .collect();
    list.sort_by(|a, b| (a.skew.total_cmp(&b.skew)).then(a.members.cmp(&b.members)));
    list
}

fn triple(finders: &[Finder], members: [usize; 3]) -> Option<Triple> {
    let modules = members.map(|i| finders[i].module);
    let smallest = modules.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = modules.iter().copied().fold(0.0, f64::max);
    if largest > 2.5 * smallest {
        return None;
    }
    let distance =
        |a: usize, b: usize| (finders[a].x - finders[b].x).hypot(finders[a].y - finders[b].y);
    // The corner lies opposite the longest side.
    let [i, j, k] = members;
    let (corner, a, b) = [(i, j, k), (j, k, i), (k, i, j)]
        .into_iter()
        .max_by(|x, y| distance(x.1, x.2).total_cmp(&distance(y.1, y.2)))?;
    let leg = |to: usize| {
        (
            finders[to].x - finders[corner].x,
            finders[to].y - finders[corner].y,
        )
    };
    let ((ax, ay), (bx, by)) = (leg(a), leg(b));
    let (la, lb) = (ax.hypot(ay), bx.hypot(by));
    let (shorter, longer) = (la.min(lb), la.max(lb));
    // Centres are at least 14 and at most 170 modules apart; modules are measured aslant up to 1.5
    // times too large.
    if shorter < 14.0 * 0.5 * smallest || longer > 170.0 * 1.5 * largest || longer > 4.0 * shorter {
        return None;
    }
    let cosine = (ax * bx + ay * by) / (la * lb);
    if cosine.abs() > 0.85 {
        return None;
    }
    let clockwise = ax * by - ay * bx > 0.0;
    Some(Triple {
        members: if clockwise {
            [corner, a, b]
        } else {
            [corner, b, a]
        },
        skew: longer / shorter - 1.0 + cosine.abs() + (largest / smallest - 1.0),
    })
}
