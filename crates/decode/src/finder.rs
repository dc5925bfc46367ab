//! Finder patterns: the three squares in a code's corners. Any straight line through the middle of
//! one crosses black, white, black, white, black in the proportion 1:1:3:1:1.

use std::cmp::Reverse;

use crate::ink::{Ink, Pixels, Scanline};
use crate::point::{Point, length, vector};

/// Most finder patterns that are kept per picture; noise gives thousands.
const MAX_FOUND: usize = 512;
/// How far a run may be off its share, as a part of that share.
const TOLERANCE: f64 = 0.5;
/// How much more a run may be off because pixels are whole, in pixels.
const SLACK: f64 = 0.3;

/// A finder pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finder {
    pub(crate) centre: Point,
    /// Side of a module in pixels, as measured along rows and columns.
    pub(crate) module: f64,
    /// How many rows hit it.
    pub(crate) seen: u32,
}

/// The finder patterns of a picture, those that most rows agree on first; at most `limit`. Looks at
/// every `step`th row.
pub(crate) fn find(ink: &Ink, step: usize, limit: usize) -> Vec<Finder> {
    let mut found = Found::default();
    let mut edges = Vec::new();
    for (y, row) in ink.rows().enumerate().step_by(step) {
        changes(row, &mut edges);
        let y = y as f64 + 0.5;
        scan(&edges, |x, length| {
            if let Some(finder) = confirm(ink, (x, y), length) {
                found.add(finder, y);
            }
        });
    }
    let mut found = found.all;
    // By place where the rows agree equally, so that the order is a fixed one.
    found.sort_by(|a, b| {
        (b.seen.cmp(&a.seen))
            .then(a.centre.1.total_cmp(&b.centre.1))
            .then(a.centre.0.total_cmp(&b.centre.0))
    });
    found.truncate(limit);
    found
}

/// A finder pattern as a look reports it, in pixels of the picture that was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SeenFinder {
    /// Its centre.
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Side of a module.
    pub(crate) module: f32,
}

impl SeenFinder {
    pub(crate) fn at(&self) -> (f32, f32) {
        (self.x, self.y)
    }

    /// Whether both may belong to one code: of similar size, and as far from each other as in a
    /// code.
    fn pairs_with(&self, other: &Self) -> bool {
        let smaller = self.module.min(other.module);
        let larger = self.module.max(other.module);
        let way = (f64::from(self.x - other.x), f64::from(self.y - other.y));
        // Centres are 14 to 170 modules apart, and a code may be seen aslant.
        let apart = 12.0 * smaller..170.0 * larger;
        larger <= 1.5 * smaller && apart.contains(&(length(way) as f32))
    }
}

/// Those that may belong to one code with another of them.
pub(crate) fn pairs(finders: Vec<SeenFinder>) -> Vec<SeenFinder> {
    let paired = |finder: &&SeenFinder| finders.iter().any(|other| finder.pairs_with(other));
    finders.iter().filter(paired).copied().collect()
}

/// The columns in which a row changes from white to black and back, in turns; outside is white.
fn changes(row: &[i8], changes: &mut Vec<usize>) {
    changes.clear();
    let (words, rest) = row.as_chunks::<WORD>();
    let mut padded = [0; WORD];
    padded[..rest.len()].copy_from_slice(rest);
    let mut last = 0;
    for (word, pixels) in words.iter().chain([&padded]).enumerate() {
        // A bit for each pixel, without a branch; then one for each that is not as the one before.
        let blacks = blacks(pixels);
        let mut differ = blacks ^ (blacks << 1 | last);
        last = blacks >> (WORD - 1);
        while differ != 0 {
            changes.push(word * WORD + differ.trailing_zeros() as usize);
            differ &= differ - 1;
        }
    }
}

/// Pixels that are looked at together.
const WORD: usize = 64;

/// A bit for each pixel, the first lowest: whether it is black.
fn blacks(pixels: &[i8; WORD]) -> u64 {
    let bytes = pixels.map(|ink| u8::from(ink > 0));
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |bits, (i, &eight)| {
        // Shifts byte k, which is 0 or 1, to bit 56 + k.
        let byte = u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits | byte << (8 * i)
    })
}

/// Calls `hit` with the middle and the length of each run of black that may be the middle of a
/// finder pattern; by the [`changes`] of a row.
fn scan(changes: &[usize], mut hit: impl FnMut(f64, usize)) {
    for edges in changes.windows(6).step_by(2) {
        let run = |i: usize| edges[i + 1] - edges[i];
        let middle = run(2);
        // Most are none by this.
        if middle > run(1) && middle > run(3) && is_ring(&[run(0), run(1), middle, run(3), run(4)])
        {
            hit((edges[2] + edges[3]) as f64 / 2.0, middle);
        }
    }
}

/// Whether five runs may cross a finder pattern: the inner three have the proportion 1:3:1, the
/// outer ones are at least half a module. They may be longer: the ring may touch other print.
fn is_ring(runs: &[usize; 5]) -> bool {
    let [before, left, middle, right, after] = *runs;
    // Lengths in tenths of a pixel, so that no division is needed; 6 is twice SLACK.
    let module = 2 * (left + middle + right);
    let near =
        |run: usize, share: usize| (10 * run).abs_diff(share * module) * 2 <= share * module + 6;
    module >= 10
        && near(left, 1)
        && near(middle, 3)
        && near(right, 1)
        && 20 * before >= module
        && 20 * after >= module
}

/// Whether five runs have the proportion 1:1:3:1:1.
fn is_pattern(runs: &[usize; 5], tolerance: f64) -> bool {
    let total: usize = runs.iter().sum();
    let module = total as f64 / 7.0;
    module >= 1.0
        && runs
            .iter()
            .zip([1.0, 1.0, 3.0, 1.0, 1.0])
            .all(|(&run, share)| {
                run > 0 && (run as f64 - share * module).abs() <= share * module * tolerance + SLACK
            })
}

/// Looks at a possible finder pattern along the column and the row. Not along the diagonals:
/// corners get worn.
///
/// `length` is that of the black square along the row.
fn confirm(ink: &Ink, (x, y): Point, length: usize) -> Option<Finder> {
    // So much longer, it would be too high for its width: most print is.
    let most = 4 * length;
    let down = straight_cross(ink, (x, y), Scanline::Column, most)?;
    let y = y + down.off_middle;
    let across = straight_cross(ink, (x, y), Scanline::Row, most)?;
    // A cross counts from the middle of the pixel that it starts in, as `y` is.
    let x = x.floor() + 0.5 + across.off_middle;
    let (shorter, longer) = (
        down.length.min(across.length),
        down.length.max(across.length),
    );
    if longer > 2.5 * shorter {
        return None;
    }
    Some(Finder {
        centre: (x, y),
        module: (down.length + across.length) / 14.0,
        seen: 1,
    })
}

/// A line through a finder pattern, measured in steps.
pub(crate) struct Cross {
    /// From outer edge to outer edge.
    pub(crate) length: f64,
    /// From the starting point to the middle of the black square.
    off_middle: f64,
}

impl Cross {
    /// Of the runs from the starting point both ways; `None` if they are not 1:1:3:1:1.
    fn of(ahead: [usize; 3], back: [usize; 3], tolerance: f64) -> Option<Self> {
        // Both halves count the pixel they start in.
        let middle = ahead[0] + back[0] - 1;
        let runs = [back[2], back[1], middle, ahead[1], ahead[2]];
        is_pattern(&runs, tolerance).then(|| Self {
            length: runs.iter().sum::<usize>() as f64,
            off_middle: (ahead[0] as f64 - back[0] as f64) / 2.0,
        })
    }
}

/// Walks from a point in the black square both ways along `step`; `None` if the runs are not
/// 1:1:3:1:1.
pub(crate) fn cross(ink: &Ink, (x, y): Point, (dx, dy): Point, tolerance: f64) -> Option<Cross> {
    let walk = |sign: f64| {
        let way = (0..).map(move |t| sign * f64::from(t));
        half_cross(ink, way.map(|t| ink.black(x + t * dx, y + t * dy)))
    };
    Cross::of(walk(1.0)?, walk(-1.0)?, tolerance)
}

/// The same along a row or a column, by whole pixels.
fn straight_cross(ink: &Ink, at: Point, way: Scanline, most: usize) -> Option<Cross> {
    let (ahead, back) = ink.from(at, way)?;
    Cross::of(
        straight_half(ahead, most)?,
        straight_half(back, most)?,
        TOLERANCE,
    )
}

/// As [`half_cross`], along pixels that end where the picture does; the black square is at most
/// `most` long.
fn straight_half(mut pixels: Pixels<'_>, most: usize) -> Option<[usize; 3]> {
    let middle = pixels.run(true, most + 1);
    // White may end at the limit, or at the picture's edge; then there is no ring.
    let limit = 2 * middle + 1;
    let left = pixels.run(false, limit + 1);
    if middle == 0 || middle > most || left > limit || pixels.is_empty() {
        return None;
    }
    let ring = pixels.run(true, limit + 1);
    if ring <= limit {
        Some([middle, left, ring])
    } else if left <= middle {
        // The outer ring may run into black ground: then it is taken as one module.
        Some([middle, left, (middle * 2).div_ceil(3)])
    } else {
        None
    }
}

/// The lengths of black, white and black along a way that does not end. Each run has a limit, the
/// first by the picture's size and the others by the first, so that the walk ends.
fn half_cross(ink: &Ink, way: impl Iterator<Item = bool>) -> Option<[usize; 3]> {
    let mut runs = [0usize; 3];
    let (mut run, mut limit) = (0, 2 * ink.reach());
    for black in way {
        while black != (run != 1) {
            if runs[0] == 0 {
                return None;
            }
            if run == 2 {
                return Some(runs);
            }
            run += 1;
            limit = 2 * runs[0] + 1;
        }
        runs[run] += 1;
        if runs[run] > limit {
            // The outer ring may run into black ground: then it is taken as one module.
            if run == 2 && runs[1] <= runs[0] {
                runs[2] = (runs[0] * 2).div_ceil(3);
                return Some(runs);
            }
            return None;
        }
    }
    None
}

/// Finder patterns as they are found, row by row.
#[derive(Default)]
struct Found {
    all: Vec<Finder>,
    /// Those before this one end above the row that is looked at.
    near: usize,
}

impl Found {
    /// Adds a sighting to the finder pattern that it belongs to, or as a new one.
    fn add(&mut self, new: Finder, row: f64) {
        // In no order of height, but nearly: a few that ended may stay behind one that did not.
        let ended = |old: &Finder| old.centre.1 + 5.0 * old.module < row;
        while self.all.get(self.near).is_some_and(ended) {
            self.near += 1;
        }
        let same = self.all[self.near..].iter_mut().find(|old| {
            let near = old.module.max(new.module);
            let (x, y) = vector(new.centre, old.centre);
            x.abs() <= near
                && y.abs() <= near
                && (old.module - new.module).abs() <= (old.module / 2.0).max(1.0)
        });
        if let Some(old) = same {
            let n = f64::from(old.seen);
            let mean = |a: f64, b: f64| (a * n + b) / (n + 1.0);
            let ((old_x, old_y), (x, y)) = (old.centre, new.centre);
            old.centre = (mean(old_x, x), mean(old_y, y));
            old.module = mean(old.module, new.module);
            old.seen += 1;
            return;
        }
        if self.all.len() == MAX_FOUND {
            self.forget_half();
        }
        if self.all.len() < MAX_FOUND {
            self.all.push(new);
        }
    }

    /// Keeps, of those that ended, the half that most rows agree on: there must be space for the
    /// lower part of the picture.
    fn forget_half(&mut self) {
        let ended = &mut self.all[..self.near];
        ended.sort_by_key(|finder| Reverse(finder.seen));
        let kept = self.near / 2;
        self.all.drain(kept..self.near);
        self.near = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Canvas, Print};

    /// Draws a finder pattern with modules of whole pixels, its top left corner at this pixel.
    fn draw(canvas: &mut Canvas, (left, top): (usize, usize), module: usize) {
        let print = Print::of_version("", 1);
        for (x, y) in (0..7 * module).flat_map(|y| (0..7 * module).map(move |x| (x, y))) {
            let black = print.modules[y / module * 21 + x / module];
            canvas.pixels[(top + y) * canvas.width as usize + left + x] =
                if black { 30 } else { 220 };
        }
    }

    #[test]
    fn the_middle_is_found_whether_modules_are_of_an_odd_or_an_even_number_of_pixels() {
        for module in 2..9 {
            for (left, top) in [(20, 20), (21, 20), (20, 21), (23, 27)] {
                let mut canvas = Canvas::new(100, 100, 220);
                draw(&mut canvas, (left, top), module);
                let found = find(&canvas.ink(), 1, 4);
                assert_eq!(found.len(), 1, "{module}");
                let half = 3.5 * module as f64;
                let middle = (left as f64 + half, top as f64 + half);
                assert_eq!(found[0].centre, middle, "{module}");
                assert_eq!(found[0].module, module as f64);
            }
        }
    }

    #[test]
    fn a_crowd_of_small_patterns_does_not_hide_the_larger_ones_below() {
        let mut canvas = Canvas::new(640, 480, 220);
        for (column, row) in (0..16).flat_map(|row| (0..38).map(move |column| (column, row))) {
            draw(&mut canvas, (4 + 16 * column, 4 + 16 * row), 2);
        }
        let large = [(40, 300), (400, 300), (40, 400)];
        for corner in large {
            draw(&mut canvas, corner, 6);
        }
        let found = find(&canvas.ink(), 1, 3);
        let middles: Vec<_> = found.iter().map(|finder| finder.centre).collect();
        for (left, top) in large {
            let middle = (left as f64 + 21.0, top as f64 + 21.0);
            assert!(middles.contains(&middle), "{middles:?}");
        }
    }
}
