//! What every code of a version looks alike in: finder, alignment and timing patterns
//! (ISO/IEC 18004:2015, 6.3).

use crate::symbol;

/// A module whose colour is the same in every code of a version.
pub(crate) struct Fixed {
    /// Its middle, in modules from the code's top left corner.
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) black: bool,
}

/// All of them.
pub(crate) fn fixed_modules(version: usize) -> Vec<Fixed> {
    let mut fixed = edge_modules(version);
    let centres = alignment_centres(version);
    let last = centres.len().saturating_sub(1);
    for (i, &cx) in centres.iter().enumerate() {
        for (j, &cy) in centres.iter().enumerate() {
            // Finder patterns are in these corners.
            if !matches!((i, j), (0, 0)) && (i, j) != (0, last) && (i, j) != (last, 0) {
                fixed.extend(alignment_pattern().map(|(dx, dy, black)| Fixed {
                    x: cx + dx,
                    y: cy + dy,
                    black,
                }));
            }
        }
    }
    fixed
}

/// Those along the upper and the left edge: finder and timing patterns. They lie at or between the
/// finder patterns, so that they tell a version without knowing the perspective.
pub(crate) fn edge_modules(version: usize) -> Vec<Fixed> {
    let side = symbol::side_of(version);
    let far = side as f64 - 3.5;
    let mut fixed = Vec::with_capacity(2 * side + 3 * 49);
    for (cx, cy) in [(3.5, 3.5), (far, 3.5), (3.5, far)] {
        fixed.extend(square::<7>().map(|(dx, dy, ring)| Fixed {
            x: cx + dx,
            y: cy + dy,
            black: ring != 2,
        }));
    }
    fixed.extend(timing_modules(version));
    fixed
}

/// Those between the finder patterns, black and white in turns.
fn timing_modules(version: usize) -> impl Iterator<Item = Fixed> {
    (16..2 * symbol::side_of(version) - 16).map(|i| {
        let (along, black) = ((i / 2) as f64 + 0.5, (i / 2).is_multiple_of(2));
        let (x, y) = if i % 2 == 0 {
            (along, 6.5)
        } else {
            (6.5, along)
        };
        Fixed { x, y, black }
    })
}

/// The 5 x 5 modules of an alignment pattern around its middle: x, y, black.
pub(crate) fn alignment_pattern() -> impl Iterator<Item = (f64, f64, bool)> {
    square::<5>().map(|(dx, dy, ring)| (dx, dy, ring != 1))
}

/// `SIDE` x `SIDE` modules around a middle, rows from the top: x, y, and the larger of both distances.
pub(crate) fn square<const SIDE: usize>() -> impl Iterator<Item = (f64, f64, usize)> {
    let reach = SIDE / 2;
    (0..SIDE * SIDE).map(move |i| {
        let (x, y) = (i % SIDE, i / SIDE);
        let ring = x.abs_diff(reach).max(y.abs_diff(reach));
        (x as f64 - reach as f64, y as f64 - reach as f64, ring)
    })
}

/// The columns, and rows, of the middles of alignment patterns, in modules. None in version 1.
pub(crate) fn alignment_centres(version: usize) -> Vec<f64> {
    if version < 2 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = match version {
        32 => 26,
        _ => (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2,
    };
    let last = symbol::side_of(version) - 7;
    let others = (0..count - 1).rev().map(|i| last - i * step);
    [6].into_iter()
        .chain(others)
        .map(|c| c as f64 + 0.5)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_patterns_lie_where_the_standard_says() {
        assert!(alignment_centres(1).is_empty());
        assert_eq!(alignment_centres(2), [6.5, 18.5]);
        assert_eq!(alignment_centres(7), [6.5, 22.5, 38.5]);
        assert_eq!(alignment_centres(22), [6.5, 26.5, 50.5, 74.5, 98.5]);
        assert_eq!(alignment_centres(32), [6.5, 34.5, 60.5, 86.5, 112.5, 138.5]);
        assert_eq!(
            alignment_centres(40),
            [6.5, 30.5, 58.5, 86.5, 114.5, 142.5, 170.5]
        );
    }
}
