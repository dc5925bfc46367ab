//! The bottom right alignment pattern: where the fourth corner of a code is.

use crate::budget::Budget;
use crate::ink::Ink;
use crate::layout::alignment_pattern;
use crate::mapping::Mapping;
use crate::point::{Point, length};

/// The middle of the alignment pattern at these columns and rows: the best match around where it
/// should be. `None` if there is none, and if it is just there: then nothing better is known.
pub(crate) fn find(
    ink: &Ink,
    mapping: &Mapping,
    side: usize,
    at: f64,
    budget: &mut Budget,
) -> Option<Point> {
    /// Of 25 modules.
    const MAX_WRONG: usize = 4;
    let reach = (6 + side / 8) as i32;
    // Half of the places are white, and most others are wrong after a few modules.
    budget.spend(((2 * reach + 1) * (2 * reach + 1)) as usize * 5)?;
    // So small a part of the code looks the same wherever it is.
    let middle = mapping.at(at, at);
    let pattern = alignment_pattern().map(|(dx, dy, black)| {
        let (x, y) = mapping.at(at + dx, at + dy);
        (x - middle.0, y - middle.1, black)
    });
    let pattern: Vec<(f64, f64, bool)> = pattern.collect();
    let wrong_at = |(x, y): Point, limit: usize| {
        let off = |&&(dx, dy, black): &&(f64, f64, bool)| ink.black(x + dx, y + dy) != black;
        pattern.iter().filter(off).take(limit + 1).count()
    };
    // Where it should be: no better place is known, and most codes are nearly flat.
    if wrong_at(middle, 1) <= 1 {
        return None;
    }
    let mut fewest = MAX_WRONG + 1;
    let mut places: Vec<Point> = Vec::new();
    for (i, j) in (-reach..=reach).flat_map(|j| (-reach..=reach).map(move |i| (i, j))) {
        let place = (at + f64::from(i) / 2.0, at + f64::from(j) / 2.0);
        let (x, y) = mapping.at(place.0, place.1);
        if !ink.black(x, y) {
            continue;
        }
        let wrong = wrong_at((x, y), fewest);
        if wrong < fewest {
            fewest = wrong;
            places.clear();
        }
        if wrong == fewest && wrong <= MAX_WRONG {
            places.push(place);
        }
    }
    let distance = |&(x, y): &Point| length((x - at, y - at));
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
