//! Codes seen at a strong angle, or with only two finder patterns left: patterns are matched by
//! their own axes, and the third is searched for where it should be.

use crate::axes::{self, FinderAxes};
use crate::budget::Budget;
use crate::finder::Finder;
use crate::grid::{self, Attempt};
use crate::ink::Ink;
use crate::legs::Legs;
use crate::point::Point;
use crate::triples::Sight;
use crate::version_info;

/// Finder patterns that get a axes.
const MAX_AXES: usize = 12;
/// Trios, complete and guessed, that are read.
const MAX_TRIOS: usize = 16;
/// How well a pattern must fit to be one of a trio, and of a pair.
const MIN_FIT: f64 = 0.45;
const MIN_PAIR_FIT: f64 = 0.6;
/// How far a neighbour may lie off an axis, as a tangent (15 degrees); lines stay straight in
/// perspective.
const MAX_TILT: f64 = 0.267_949_192_431_122_7;
/// The same for one that lies opposite, between both axes (25 and 65 degrees).
const OPPOSITE: std::ops::RangeInclusive<f64> = 0.466_307_658_154_998_6..=2.144_506_920_509_559;
/// Modules between the centres of two finder patterns, and a bit.
const SPANS: std::ops::RangeInclusive<f64> = 12.0..=175.0;

/// Adds to a sight the codes that can be read by their finder patterns' axes.
pub(crate) fn read_all(ink: &Ink, finders: &[Finder], sight: &mut Sight, budget: &mut Budget) {
    let (places, axes): (Vec<usize>, Vec<FinderAxes>) = (0..finders.len())
        .filter(|&i| !sight.used[i])
        .take(MAX_AXES)
        .map_while(|i| {
            budget.spend(axes::WORK)?;
            Some((
                i,
                FinderAxes::around(ink, finders[i].centre, finders[i].module),
            ))
        })
        .filter(|(_, axes)| axes.fit >= MIN_FIT)
        .unzip();
    let candidates = complete(&axes).into_iter().chain(pairs(&axes));
    for candidate in candidates.take(MAX_TRIOS) {
        if candidate.members.iter().any(|&i| sight.used[places[i]]) {
            continue;
        }
        let Some(trio) = candidate.trio(ink, budget) else {
            continue;
        };
        if let Attempt::Read(code) = trio.read(ink, budget) {
            sight.add(code, candidate.members.iter().map(|&i| places[i]));
        }
    }
}

/// The corner, the right and the down pattern, each turned as the code is.
struct Trio([FinderAxes; 3]);

impl Trio {
    fn read(&self, ink: &Ink, budget: &mut Budget) -> Attempt {
        let [corner, right, down] = &self.0;
        let legs = Legs::by_axes([corner, right, down]);
        let stated =
            version_info::read(ink, right, down).filter(|_| legs.modules > MODULES_WITH_NUMBER);
        grid::read_thoroughly(ink, &legs, stated, budget)
    }
}

/// Version 7, the first that states its number, has 38 modules between two patterns.
const MODULES_WITH_NUMBER: f64 = 32.0;

/// Two or three patterns that may belong to one code.
struct TrioCandidate {
    /// Indices of the patterns.
    members: Vec<usize>,
    /// Turned as the code is. The one at `missing` is where the third pattern should be.
    axes: [FinderAxes; 3],
    missing: Option<usize>,
    /// Modules between two patterns.
    span: f64,
    /// How odd it looks; 0 is perfect.
    odd: f64,
}

impl TrioCandidate {
    /// The trio, its third pattern searched for if it is not known.
    fn trio(&self, ink: &Ink, budget: &mut Budget) -> Option<Trio> {
        let mut axes = self.axes;
        if let Some(missing) = self.missing {
            axes[missing] = found(ink, &axes[missing], self.span, budget)?;
        }
        Some(Trio(axes))
    }
}

/// Candidates of three patterns, least odd first.
fn complete(axes: &[FinderAxes]) -> Vec<TrioCandidate> {
    let n = axes.len();
    let mut list = Vec::new();
    for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let Some((corner, right, tilt)) = along(&axes[i], &axes[j]) else {
            continue;
        };
        for k in (0..n).filter(|&k| k != i && k != j) {
            let Some((turned, down, other_tilt)) = along(&axes[i], &axes[k]) else {
                continue;
            };
            // `turned` is the corner seen along its other side: a quarter on from `corner`.
            if corner.quarter().modules(turned.right).0 < 0.5 {
                continue;
            }
            let down = down.quarter().quarter().quarter();
            let axes = [corner, right, down];
            let sizes = axes.map(|f| f.module());
            let largest = sizes.iter().copied().fold(0.0, f64::max);
            let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
            let (a, b) = (span(&corner, &right), span(&turned, &down.quarter()));
            if largest > 2.5 * smallest || a.max(b) > 1.4 * a.min(b) {
                continue;
            }
            let fits: f64 = axes.iter().map(|f| 1.0 - f.fit).sum();
            list.push(TrioCandidate {
                members: vec![i, j, k],
                axes,
                missing: None,
                span: (a + b) / 2.0,
                odd: (tilt + other_tilt) / MAX_TILT + fits + (a.max(b) / a.min(b) - 1.0) * 3.0,
            });
        }
    }
    list.sort_by(|a, b| a.odd.total_cmp(&b.odd));
    list
}

/// If the second lies along a side of the first: both turned so that it lies along `right`, and how
/// far off the axes it lies, as a sum of tangents.
fn along(from: &FinderAxes, to: &FinderAxes) -> Option<(FinderAxes, FinderAxes, f64)> {
    let way = (to.centre.0 - from.centre.0, to.centre.1 - from.centre.1);
    let (from, way_from) = from.facing(way)?;
    let (to, way_to) = to.facing(way)?;
    // Facing, x is above 0.
    let tilt = |(x, y): Point| (y / x).abs();
    let near = tilt(way_from) < MAX_TILT && tilt(way_to) < MAX_TILT;
    let span = (way_from.0 * way_to.0).sqrt();
    (near && SPANS.contains(&span)).then_some((from, to, tilt(way_from) + tilt(way_to)))
}

/// Modules between two patterns that lie along each other's `right`.
fn span(from: &FinderAxes, to: &FinderAxes) -> f64 {
    let way = (to.centre.0 - from.centre.0, to.centre.1 - from.centre.1);
    (from.modules(way).0 * to.modules(way).0).abs().sqrt()
}

/// Candidates of two patterns with a guess of the third, best fit first.
fn pairs(axes: &[FinderAxes]) -> Vec<TrioCandidate> {
    let n = axes.len();
    let mut list: Vec<TrioCandidate> = (0..n)
        .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
        .filter(|&(i, j)| axes[i].fit.min(axes[j].fit) >= MIN_PAIR_FIT)
        .flat_map(|(i, j)| {
            let (a, b) = (&axes[i], &axes[j]);
            let alike = a.module().max(b.module()) <= 2.0 * a.module().min(b.module());
            let guesses = if alike { guesses(a, b) } else { Vec::new() };
            guesses
                .into_iter()
                .map(move |(axes, missing, span)| TrioCandidate {
                    members: vec![i, j],
                    axes,
                    missing: Some(missing),
                    span,
                    odd: 2.0 - a.fit - b.fit,
                })
        })
        .collect();
    list.sort_by(|a, b| a.odd.total_cmp(&b.odd));
    list
}

/// The squares that two patterns may be part of: corner, right and down, which of them is the
/// missing one, and the modules between two.
fn guesses(a: &FinderAxes, b: &FinderAxes) -> Vec<([FinderAxes; 3], usize, f64)> {
    let at = |axes: &FinderAxes, centre: Point| FinderAxes { centre, ..*axes };
    if let Some((a, b, _)) = along(a, b) {
        let span = span(&a, &b);
        let below = |f: &FinderAxes, side: f64| at(f, f.at(0.0, side * span));
        // b lies to the right of a. LookResult from the other end, and from the other side:
        let (a_back, b_back) = (a.quarter().quarter(), b.quarter().quarter());
        return vec![
            ([a, b, below(&a, 1.0)], 2, span),
            ([b_back, a_back, below(&b_back, 1.0)], 2, span),
            (turned_up([a, below(&a, -1.0), b]), 1, span),
            (turned_up([b_back, below(&b_back, -1.0), a_back]), 1, span),
        ];
    }
    let way = (b.centre.0 - a.centre.0, b.centre.1 - a.centre.1);
    let (Some((a, way_a)), Some((b, way_b))) = (a.facing(way), b.facing(way)) else {
        return Vec::new();
    };
    let askew = |(x, y): Point| !OPPOSITE.contains(&(y / x));
    let span = ((way_a.0 + way_a.1) / 2.0 * (way_b.0 + way_b.1) / 2.0).sqrt();
    if askew(way_a) || askew(way_b) || !SPANS.contains(&span) {
        return Vec::new();
    }
    // Opposite: a is down and b is right of a corner above, or a is right and b down of one below.
    let mix = |p: Point, q: Point| ((p.0 + q.0) / 2.0, (p.1 + q.1) / 2.0);
    let above = mix(a.at(span, 0.0), b.at(0.0, -span));
    let below = mix(a.at(0.0, span), b.at(-span, 0.0));
    let half = |f: FinderAxes| f.quarter().quarter();
    // Clockwise from the corner above, which a lies left of: its right is b, a quarter on.
    let (qa, qb) = (a.quarter(), b.quarter());
    vec![
        ([at(&qa, above), qb, qa], 0, span),
        ([half(at(&qa, below)), half(qa), half(qb)], 0, span),
    ]
}

/// The corner, a pattern above it and one to its right: a quarter turn makes these right and down.
fn turned_up(axes: [FinderAxes; 3]) -> [FinderAxes; 3] {
    axes.map(|f| f.quarter().quarter().quarter())
}

/// The pattern near a guess of its place, if anything like it is there; else the guess.
fn found(ink: &Ink, guess: &FinderAxes, span: f64, budget: &mut Budget) -> Option<FinderAxes> {
    const STEP: f64 = 0.6;
    let steps = ((span * 0.15).max(3.0) / STEP) as i32;
    budget.spend(81 * ((2 * steps + 1) * (2 * steps + 1)) as usize + axes::CLIMB_WORK)?;
    let mut best = guess.judged(ink);
    for (i, j) in (-steps..=steps).flat_map(|j| (-steps..=steps).map(move |i| (i, j))) {
        let centre = guess.at(f64::from(i) * STEP, f64::from(j) * STEP);
        let trial = FinderAxes { centre, ..*guess }.judged(ink);
        if trial.fit > best.fit {
            best = trial;
        }
    }
    let best = best.climbed(ink);
    Some(if best.fit >= MIN_FIT { best } else { *guess })
}
