//! Three finder patterns to a square of modules: how large the code is, and where each module lies.

use super::finder::{Finder, cross};
use super::mapping::{Anchors, Mapping, Point};
use super::symbol;
use super::threshold::Bits;

/// Content, and the code's corners in pixels: top left, top right, bottom right, bottom left.
pub(super) type Reading = (Vec<u8>, [Point; 4]);

/// Share of the fixed modules that must be right before the rest is worth reading.
const MIN_FIT: f64 = 0.7;
/// Modules in three finder patterns.
const FINDER_MODULES: usize = 3 * 49;
/// Positions per code that are read as they are, and of these that are worth moving about.
const MAX_READS: usize = 4;
const MAX_REFINED: usize = 2;

/// Reads the code whose finder patterns are these: the corner between the other two, then clockwise.
pub(super) fn read(bits: &Bits, corner: &Finder, right: &Finder, down: &Finder) -> Option<Reading> {
    let legs = Legs::measure(bits, corner, right, down);
    let mut guesses: Vec<Guess> = legs
        .versions()
        .flat_map(|version| guesses(bits, &legs, version))
        .filter(|guess| guess.fit >= MIN_FIT)
        .collect();
    // A stable sort: of equals, the likelier version and the found alignment pattern stay first.
    guesses.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    guesses.truncate(MAX_READS);
    let refine = |guess: &Guess| guess.refined(bits)?.read(bits);
    guesses
        .iter()
        .find_map(|guess| guess.read(bits))
        .or_else(|| guesses.iter().take(MAX_REFINED).find_map(refine))
}

/// The triple with what its patterns tell of the perspective.
struct Legs {
    corner: Point,
    right: Point,
    down: Point,
    /// Modules from the corner's centre to the others', as measured.
    modules: f64,
    /// Depth of the other two against the corner (1 is as far away as the corner).
    depth_right: f64,
    depth_down: f64,
}

impl Legs {
    fn measure(bits: &Bits, corner: &Finder, right: &Finder, down: &Finder) -> Self {
        let (count_right, depth_right) = leg(bits, corner, right);
        let (count_down, depth_down) = leg(bits, corner, down);
        Self {
            corner: (corner.x, corner.y),
            right: (right.x, right.y),
            down: (down.x, down.y),
            modules: (count_right + count_down) / 2.0,
            depth_right,
            depth_down,
        }
    }

    /// The versions that the size allows, likeliest first.
    fn versions(&self) -> impl Iterator<Item = usize> + use<> {
        let measured = (self.modules + 7.0 - 17.0) / 4.0;
        let spread = 1.0 + measured / 12.0;
        let mut near: Vec<usize> = symbol::VERSIONS
            .filter(|&v| (v as f64 - measured).abs() <= spread)
            .collect();
        near.sort_by(|&a, &b| {
            (a as f64 - measured)
                .abs()
                .total_cmp(&(b as f64 - measured).abs())
        });
        near.into_iter()
    }

    /// The middle of where a fourth finder pattern would be: by the measured depths, and as if all
    /// were equally deep.
    fn anchors(&self, side: usize) -> [Anchors; 2] {
        [(self.depth_right, self.depth_down), (1.0, 1.0)].map(|(wr, wd)| {
            let (a, r, d) = (self.corner, self.right, self.down);
            let along = |a: f64, r: f64, d: f64| (wr * r + wd * d - a) / (wr + wd - 1.0);
            let fourth = (along(a.0, r.0, d.0), along(a.1, r.1, d.1));
            Anchors {
                points: [a, r, d, fourth],
                fourth_at: side as f64 - 3.5,
            }
        })
    }
}

/// Modules between two centres, and the depth of the second against the first. A module's image
/// shrinks with the square of its depth along the line, so the count is by the geometric mean.
fn leg(bits: &Bits, from: &Finder, to: &Finder) -> (f64, f64) {
    const STEPS_PER_PIXEL: f64 = 2.0;
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let distance = dx.hypot(dy);
    let step = (
        dx / distance / STEPS_PER_PIXEL,
        dy / distance / STEPS_PER_PIXEL,
    );
    let module = |f: &Finder| {
        cross(bits, (f.x, f.y), step, 0.8).map_or(f.module, |c| c.length / STEPS_PER_PIXEL / 7.0)
    };
    let (near, far) = (module(from), module(to));
    (
        distance / (near * far).sqrt(),
        (near / far).sqrt().clamp(0.6, 1.6),
    )
}

/// Where a code may lie.
struct Guess {
    version: usize,
    anchors: Anchors,
    /// Share of fixed modules that are right, 0 to 1.
    fit: f64,
}

/// The positions to try for a version: by the alignment pattern, by the finder patterns' perspective,
/// without perspective. None if the finder patterns themselves don't fit the size.
fn guesses(bits: &Bits, legs: &Legs, version: usize) -> Vec<Guess> {
    let side = symbol::side_of(version);
    let fixed = fixed_modules(version);
    let fit = |anchors: &Anchors, of: &[Fixed]| {
        let mapping = Mapping::new(anchors, side)?;
        let right = of.iter().filter(|f| f.fits(bits, &mapping)).count();
        Some(right as f64 / of.len() as f64)
    };
    // Most triples of a crowded picture fail here, before the search for their alignment pattern.
    let finders = &fixed[..FINDER_MODULES];
    let mut anchors = legs.anchors(side).to_vec();
    anchors.retain(|anchors| fit(anchors, finders).is_some_and(|fit| fit >= MIN_FIT));
    let aligned = |anchors: &Anchors| {
        let fourth_at = alignment_centres(version).last().copied()? as f64 + 0.5;
        let found = find_alignment(bits, &Mapping::new(anchors, side)?, side, fourth_at)?;
        let [a, b, c, _] = anchors.points;
        let points = [a, b, c, found];
        Some(Anchors { points, fourth_at })
    };
    let by_alignment: Vec<Anchors> = anchors.iter().filter_map(aligned).collect();
    let all = by_alignment.into_iter().chain(anchors);
    all.filter_map(|anchors| {
        let fit = fit(&anchors, &fixed)?;
        Some(Guess {
            version,
            anchors,
            fit,
        })
    })
    .collect()
}

impl Guess {
    fn read(&self, bits: &Bits) -> Option<Reading> {
        let side = symbol::side_of(self.version);
        let mapping = Mapping::new(&self.anchors, side)?;
        let content = symbol::read(side, &mapping.sample(bits, side))?;
        let end = side as f64;
        let corners = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)];
        Some((content, corners.map(|(x, y)| mapping.at(x, y))))
    }

    /// The same guess with its anchors moved to where the fixed modules fit better; `None` if there
    /// is no better place.
    fn refined(&self, bits: &Bits) -> Option<Guess> {
        let side = symbol::side_of(self.version);
        let fixed = fixed_modules(self.version);
        let score = |anchors: &Anchors| {
            let mapping = Mapping::new(anchors, side)?;
            Some(
                fixed
                    .iter()
                    .map(|f| f.agreement(bits, &mapping))
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
fn find_alignment(bits: &Bits, mapping: &Mapping, side: usize, at: f64) -> Option<Point> {
    /// Of 25 modules.
    const MIN_MATCH: u32 = 21;
    let reach = (6 + side / 8) as i32;
    let mut best = MIN_MATCH - 1;
    let mut places: Vec<(f64, f64)> = Vec::new();
    for (i, j) in (-reach..=reach).flat_map(|j| (-reach..=reach).map(move |i| (i, j))) {
        let (x, y) = (at + f64::from(i) / 2.0, at + f64::from(j) / 2.0);
        if !mapping.black(bits, x, y) {
            continue;
        }
        let matching = alignment_pattern()
            .map(|(dx, dy, black)| u32::from(mapping.black(bits, x + dx, y + dy) == black))
            .sum::<u32>();
        if matching > best {
            best = matching;
            places.clear();
        }
        if matching == best {
            places.push((x, y));
        }
    }
    let distance = |&(x, y): &(f64, f64)| (x - at).hypot(y - at);
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

/// A module whose colour is the same in every code of a version.
struct Fixed {
    x: f64,
    y: f64,
    black: bool,
}

impl Fixed {
    fn fits(&self, bits: &Bits, mapping: &Mapping) -> bool {
        mapping.black(bits, self.x, self.y) == self.black
    }

    /// How many of five points in the module have the right colour.
    fn agreement(&self, bits: &Bits, mapping: &Mapping) -> u32 {
        let black = mapping.black_points(bits, self.x, self.y);
        if self.black { black } else { 5 - black }
    }
}

/// Finder patterns, which come first and are [`FINDER_MODULES`], then alignment and timing patterns.
fn fixed_modules(version: usize) -> Vec<Fixed> {
    let side = symbol::side_of(version);
    let far = side as f64 - 3.5;
    let mut fixed = Vec::new();
    let mut ring = |cx: f64, cy: f64, reach: i32, white_at: i32| {
        for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
            fixed.push(Fixed {
                x: cx + f64::from(dx),
                y: cy + f64::from(dy),
                black: dx.abs().max(dy.abs()) != white_at,
            });
        }
    };
    for (cx, cy) in [(3.5, 3.5), (far, 3.5), (3.5, far)] {
        ring(cx, cy, 3, 2);
    }
    let centres = alignment_centres(version);
    let last = centres.len().saturating_sub(1);
    for (i, &cx) in centres.iter().enumerate() {
        for (j, &cy) in centres.iter().enumerate() {
            // Finder patterns are in these corners.
            if !matches!((i, j), (0, 0)) && (i, j) != (0, last) && (i, j) != (last, 0) {
                ring(cx as f64 + 0.5, cy as f64 + 0.5, 2, 1);
            }
        }
    }
    for i in 8..side - 8 {
        let (along, black) = (i as f64 + 0.5, i.is_multiple_of(2));
        fixed.push(Fixed {
            x: along,
            y: 6.5,
            black,
        });
        fixed.push(Fixed {
            x: 6.5,
            y: along,
            black,
        });
    }
    fixed
}

/// The 5 x 5 modules of an alignment pattern around its middle: x, y, black.
fn alignment_pattern() -> impl Iterator<Item = (f64, f64, bool)> {
    (-2i32..=2).flat_map(|dy| {
        (-2i32..=2).map(move |dx| {
            let black = dx.abs().max(dy.abs()) != 1;
            (f64::from(dx), f64::from(dy), black)
        })
    })
}

/// The columns, and rows, of the middles of alignment patterns. None in version 1.
fn alignment_centres(version: usize) -> Vec<usize> {
    if version < 2 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = match version {
        32 => 26,
        _ => (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2,
    };
    let last = symbol::side_of(version) - 7;
    let mut centres: Vec<usize> = (0..count - 1).map(|i| last - i * step).collect();
    centres.push(6);
    centres.reverse();
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_patterns_lie_where_the_standard_says() {
        assert!(alignment_centres(1).is_empty());
        assert_eq!(alignment_centres(2), [6, 18]);
        assert_eq!(alignment_centres(7), [6, 22, 38]);
        assert_eq!(alignment_centres(22), [6, 26, 50, 74, 98]);
        assert_eq!(alignment_centres(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(alignment_centres(40), [6, 30, 58, 86, 114, 142, 170]);
    }
}
