//! What is the same in every code of a version: its side, finder, alignment and timing patterns
//! (ISO/IEC 18004:2015, 6.3).

/// Versions of QR codes, smallest and largest.
pub(crate) const VERSIONS: std::ops::RangeInclusive<usize> = 1..=40;

/// Modules per side of a version.
pub(crate) fn side_of(version: usize) -> usize {
    17 + 4 * version
}

/// A module whose colour is the same in every code of a version.
pub(crate) struct Fixed {
    /// Its middle, in modules from the code's top left corner.
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) black: bool,
}

/// All fixed modules of a version but those of format and version information, which differ from
/// code to code.
pub(crate) fn fixed_modules(version: usize) -> Vec<Fixed> {
    let mut fixed = edge_modules(version);
    for (cx, cy) in alignment_patterns(version) {
        fixed.extend(alignment_pattern().map(|(dx, dy, black)| Fixed {
            x: cx + dx,
            y: cy + dy,
            black,
        }));
    }
    fixed
}

/// The modules that carry no data, rows from the top: finder, timing and alignment patterns, format
/// and version.
pub(crate) fn modules_without_data(version: usize) -> Vec<bool> {
    let side = side_of(version);
    let mut taken = vec![false; side * side];
    let mut fill = |left: usize, top: usize, width: usize, height: usize| {
        for row in taken.chunks_exact_mut(side).skip(top).take(height) {
            row[left..left + width].fill(true);
        }
    };
    fill(0, 0, 9, 9);
    fill(side - 8, 0, 8, 9);
    fill(0, side - 8, 9, 8);
    fill(6, 0, 1, side);
    fill(0, 6, side, 1);
    if version >= 7 {
        fill(side - 11, 0, 3, 6);
        fill(0, side - 11, 6, 3);
    }
    for (x, y) in alignment_patterns(version) {
        // Middles of modules: cut off, they are the module.
        fill(x as usize - 2, y as usize - 2, 5, 5);
    }
    taken
}

/// Those along the upper and the left edge: finder and timing patterns. They lie at or between the
/// finder patterns, so that a version can be recognised by them without knowing the perspective.
pub(crate) fn edge_modules(version: usize) -> Vec<Fixed> {
    let side = side_of(version);
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
    (16..2 * side_of(version) - 16).map(|i| {
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

/// `SIDE` x `SIDE` modules around a middle, rows from the top: x, y, and the larger of both
/// distances.
pub(crate) fn square<const SIDE: usize>() -> impl Iterator<Item = (f64, f64, usize)> {
    let reach = SIDE / 2;
    (0..SIDE * SIDE).map(move |i| {
        let (x, y) = (i % SIDE, i / SIDE);
        let ring = x.abs_diff(reach).max(y.abs_diff(reach));
        (x as f64 - reach as f64, y as f64 - reach as f64, ring)
    })
}

/// The middles of a version's alignment patterns, in modules from the top left corner: everywhere
/// that their columns and rows cross, except in the corners that finder patterns take.
fn alignment_patterns(version: usize) -> Vec<(f64, f64)> {
    let centres = alignment_centres(version);
    let last = centres.len().saturating_sub(1);
    let all = (0..centres.len()).flat_map(|i| (0..centres.len()).map(move |j| (i, j)));
    all.filter(|&(i, j)| (i, j) != (0, 0) && (i, j) != (0, last) && (i, j) != (last, 0))
        .map(|(i, j)| (centres[i], centres[j]))
        .collect()
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
    let last = side_of(version) - 7;
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
