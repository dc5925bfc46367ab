//! Finder patterns: the three squares in a code's corners. Any straight line through the middle of
//! one crosses black, white, black, white, black in the proportion 1:1:3:1:1.

use super::mapping::Point;
use super::threshold::Ink;

/// Most finder patterns that are kept per picture; noise gives thousands.
const MAX_FOUND: usize = 512;
/// How far a run may be off its share, as a part of that share.
const TOLERANCE: f64 = 0.5;
/// What whole pixels cost besides, in pixels.
const SLACK: f64 = 0.3;

/// A finder pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finder {
    /// Its centre, in pixels.
    pub(super) x: f64,
    pub(super) y: f64,
    /// Side of a module in pixels, as measured along rows and columns.
    pub(super) module: f64,
    /// How many rows hit it.
    pub(super) seen: u32,
}

impl Finder {
    pub(super) fn at(&self) -> Point {
        (self.x, self.y)
    }
}

/// The finder patterns of a picture, those that most rows agree on first; at most `limit`. Looks at
/// every `step`th row.
pub(super) fn find(ink: &Ink, step: usize, limit: usize) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    for (y, row) in ink.rows().enumerate().step_by(step) {
        scan_row(row, |x| {
            if let Some(finder) = confirm(ink, x, y as f64 + 0.5) {
                merge(&mut found, finder);
            }
        });
    }
    // By place where the rows agree equally, so that the order is a fixed one.
    found.sort_by(|a, b| {
        (b.seen.cmp(&a.seen))
            .then(a.y.total_cmp(&b.y))
            .then(a.x.total_cmp(&b.x))
    });
    found.truncate(limit);
    found
}

/// Calls `hit` with the middle of each run of black that may be the middle of a finder pattern.
fn scan_row(row: &[i16], mut hit: impl FnMut(f64)) {
    let mut runs = [0usize; 5];
    let (mut black, mut from) = (false, 0);
    let mut end_run = |end: usize| {
        runs = [runs[1], runs[2], runs[3], runs[4], end - from];
        from = end;
        if black && is_ring(&runs) {
            let end_of_middle = from - runs[4] - runs[3];
            hit(end_of_middle as f64 - runs[2] as f64 / 2.0);
        }
        black = !black;
    };
    let mut last = 0;
    for (word, pixels) in row.chunks(WORD).enumerate() {
        // A bit for each pixel, without a branch; then one for each that is not as the one before.
        let bit = |(i, &ink): (usize, &i16)| u64::from(ink > 0) << i;
        let blacks = pixels.iter().enumerate().map(bit).fold(0, |a, b| a | b);
        let mut changes = blacks ^ (blacks << 1 | last);
        last = blacks >> (WORD - 1);
        while changes != 0 {
            let end = word * WORD + changes.trailing_zeros() as usize;
            if end < row.len() {
                end_run(end);
            }
            changes &= changes - 1;
        }
    }
    end_run(row.len());
}

/// Pixels that are looked at together.
const WORD: usize = 64;

/// Whether five runs may cross a finder pattern: the inner three have the proportion 1:3:1, the outer
/// ones are at least half a module. They may be longer: the ring may touch other print.
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

/// Looks at a possible finder pattern along the column and the row. Not along the diagonals: corners get worn.
fn confirm(ink: &Ink, x: f64, y: f64) -> Option<Finder> {
    let down = straight_cross(ink, (x, y), (0, 1))?;
    let y = y + down.off_middle;
    let across = straight_cross(ink, (x, y), (1, 0))?;
    let x = x + across.off_middle;
    let (shorter, longer) = (
        down.length.min(across.length),
        down.length.max(across.length),
    );
    if longer > 2.5 * shorter {
        return None;
    }
    Some(Finder {
        x,
        y,
        module: (down.length + across.length) / 14.0,
        seen: 1,
    })
}

/// A line through a finder pattern, measured in steps.
pub(super) struct Cross {
    /// From outer edge to outer edge.
    pub(super) length: f64,
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

/// Walks from a point in the black square both ways along `step`; `None` if the runs are not 1:1:3:1:1.
pub(super) fn cross(ink: &Ink, (x, y): Point, (dx, dy): Point, tolerance: f64) -> Option<Cross> {
    let walk = |sign: f64| {
        let way = (0..).map(move |t| sign * f64::from(t));
        half_cross(ink, way.map(|t| ink.black(x + t * dx, y + t * dy)))
    };
    Cross::of(walk(1.0)?, walk(-1.0)?, tolerance)
}

/// The same along a row or a column, by whole pixels.
fn straight_cross(ink: &Ink, at: Point, (dx, dy): (isize, isize)) -> Option<Cross> {
    let outside = std::iter::repeat(false);
    let walk = |step| half_cross(ink, ink.along(at, step).chain(outside.clone()));
    Cross::of(walk((dx, dy))?, walk((-dx, -dy))?, TOLERANCE)
}

/// The lengths of black, white and black along a way that does not end. Each run has a limit, the first
/// by the picture's size and the others by the first, so that the walk ends.
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

/// Adds a sighting to the finder pattern that it belongs to, or as a new one.
fn merge(found: &mut Vec<Finder>, new: Finder) {
    let same = found.iter_mut().find(|old| {
        let near = old.module.max(new.module);
        (old.x - new.x).abs() <= near
            && (old.y - new.y).abs() <= near
            && (old.module - new.module).abs() <= (old.module / 2.0).max(1.0)
    });
    if let Some(old) = same {
        let n = f64::from(old.seen);
        let mean = |a: f64, b: f64| (a * n + b) / (n + 1.0);
        old.x = mean(old.x, new.x);
        old.y = mean(old.y, new.y);
        old.module = mean(old.module, new.module);
        old.seen += 1;
    } else if found.len() < MAX_FOUND {
        found.push(new);
    }
}
