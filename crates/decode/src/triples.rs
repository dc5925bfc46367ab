//! Which three finder patterns belong to one code: likely triples first, each pattern used once.

use std::cmp::Ordering;

use crate::budget::Budget;
use crate::content::MAX_CODES;
use crate::finder::Finder;
use crate::grid::{self, Attempt, ReadSymbol};
use crate::ink::Ink;
use crate::legs::Legs;
use crate::point::{length, vector};

/// What a look at a picture gave.
#[derive(Default)]
pub(crate) struct Sight {
    pub(crate) codes: Vec<ReadSymbol>,
    /// For each finder pattern whether it is part of a code that was read.
    pub(crate) used: Vec<bool>,
    /// Finder patterns of codes that were seen but not read.
    pub(crate) unread: Vec<usize>,
}

/// Reads the codes of a black and white picture, in the order in which they were found.
///
/// At most `limit` triples are looked at.
pub(crate) fn read_all(ink: &Ink, finders: &[Finder], limit: usize, budget: &mut Budget) -> Sight {
    let mut sight = Sight {
        used: vec![false; finders.len()],
        ..Sight::default()
    };
    for triple in triples(finders, limit) {
        if triple.members.iter().any(|&i| sight.used[i]) {
            continue;
        }
        if sight.codes.len() == MAX_CODES || budget.spend(TRIPLE_WORK).is_none() {
            break;
        }
        let before = *budget;
        let legs = Legs::by_crosses(ink, triple.members.map(|i| &finders[i]));
        match grid::read(ink, &legs, budget) {
            Attempt::Read(code) => {
                // Each code gets as much as the first one.
                *budget = before;
                sight.add(code, triple.members.into_iter());
            }
            Attempt::Unread => sight.unread.extend(triple.members),
            Attempt::NoCode => {}
        }
    }
    let used = &sight.used;
    sight.unread.retain(|&i| !used[i]);
    sight
}

impl Sight {
    /// Adds a code that was read, with the indices of its finder patterns.
    pub(crate) fn add(&mut self, code: ReadSymbol, members: impl Iterator<Item = usize>) {
        for member in members {
            self.used[member] = true;
            self.unread.retain(|&unread| unread != member);
        }
        self.codes.push(code);
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

impl Triple {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.skew.total_cmp(&other.skew)).then(self.members.cmp(&other.members))
    }
}

/// The triples that could best be a code seen from an angle, squarest first.
fn triples(finders: &[Finder], limit: usize) -> Vec<Triple> {
    let n = finders.len();
    let pairs = Pairs::of(finders);
    let mut list: Vec<Triple> = (0..n)
        .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
        .filter(|&(i, j)| pairs.likely(i, j))
        .flat_map(|(i, j)| (j + 1..n).map(move |k| [i, j, k]))
        .filter(|&[i, j, k]| pairs.likely(i, k) && pairs.likely(j, k))
        .filter_map(|members| triple(finders, &pairs, members))
        .collect();
    if list.len() > limit {
        list.select_nth_unstable_by(limit, Triple::cmp);
        list.truncate(limit);
    }
    list.sort_by(Triple::cmp);
    list
}

/// Distances between all finder patterns, 0 where two can't belong to one code.
struct Pairs {
    count: usize,
    distances: Vec<f64>,
}

impl Pairs {
    fn of(finders: &[Finder]) -> Self {
        let distance = |a: &Finder, b: &Finder| {
            let (smaller, larger) = (a.module.min(b.module), a.module.max(b.module));
            let distance = length(vector(a.centre, b.centre));
            // Centres are at least 14 modules apart; modules are measured aslant up to 1.5 times
            // too large.
            let likely = larger <= 2.5 * smaller && distance >= 14.0 * 0.5 * smaller;
            if likely { distance } else { 0.0 }
        };
        let distances = finders
            .iter()
            .flat_map(|a| finders.iter().map(move |b| distance(a, b)));
        Self {
            count: finders.len(),
            distances: distances.collect(),
        }
    }

    fn distance(&self, a: usize, b: usize) -> f64 {
        self.distances[a * self.count + b]
    }

    fn likely(&self, a: usize, b: usize) -> bool {
        self.distance(a, b) > 0.0
    }
}

fn triple(finders: &[Finder], pairs: &Pairs, [i, j, k]: [usize; 3]) -> Option<Triple> {
    // The corner lies opposite the longest side.
    let (ij, jk, ki) = (
        pairs.distance(i, j),
        pairs.distance(j, k),
        pairs.distance(k, i),
    );
    let ([corner, a, b], la, lb) = if ij > jk && ij > ki {
        ([k, i, j], ki, jk)
    } else if ki > jk {
        ([j, k, i], jk, ij)
    } else {
        ([i, j, k], ij, ki)
    };
    let modules = [i, j, k].map(|i| finders[i].module);
    let smallest = modules.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = modules.iter().copied().fold(0.0, f64::max);
    let (shorter, longer) = (la.min(lb), la.max(lb));
    // Centres are at most 170 modules apart.
    if longer > 170.0 * 1.5 * largest || longer > 4.0 * shorter {
        return None;
    }
    let leg = |to: usize| vector(finders[corner].centre, finders[to].centre);
    let ((ax, ay), (bx, by)) = (leg(a), leg(b));
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
