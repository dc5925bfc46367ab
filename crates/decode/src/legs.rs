//! What can be measured between three finder patterns: how large the code is, and its perspective.

use crate::axes::FinderAxes;
use crate::finder::{Finder, cross};
use crate::ink::Ink;
use crate::layout::VERSIONS;
use crate::mapping::Anchors;
use crate::point::{Point, length, vector};

/// The centres of a code's finder patterns, and the perspective they are seen in.
pub(crate) struct Legs {
    corner: Point,
    right: Point,
    down: Point,
    /// Modules from the corner's centre to the others', as measured.
    pub(crate) modules: f64,
    /// How many times as many they are along one side as along the other, at least 1.
    pub(crate) uneven: f64,
    /// Depth of the other two against the corner (1 is as far away as the corner).
    depth_right: f64,
    depth_down: f64,
}

impl Legs {
    /// Measured along the straight lines between the patterns: quick. The corner lies between the
    /// other two, which follow clockwise.
    pub(crate) fn by_crosses(ink: &Ink, [corner, right, down]: [&Finder; 3]) -> Self {
        Self::new(
            [corner.centre, right.centre, down.centre],
            leg_by_cross(ink, corner, right),
            leg_by_cross(ink, corner, down),
        )
    }

    /// Measured by the patterns' own axes: exact. Each axes's `right` points as the code's does.
    pub(crate) fn by_axes([corner, right, down]: [&FinderAxes; 3]) -> Self {
        let along = |to: Point, near, far| leg(corner.centre, to, length(near), length(far));
        Self::new(
            [corner.centre, right.centre, down.centre],
            along(right.centre, corner.right, right.right),
            along(down.centre, corner.down, down.down),
        )
    }

    fn new(
        [corner, right, down]: [Point; 3],
        (count_right, depth_right): (f64, f64),
        (count_down, depth_down): (f64, f64),
    ) -> Self {
        Self {
            corner,
            right,
            down,
            modules: (count_right + count_down) / 2.0,
            uneven: count_right.max(count_down) / count_right.min(count_down),
            depth_right,
            depth_down,
        }
    }

    /// The versions that the size allows, likeliest first.
    pub(crate) fn versions(&self) -> Vec<usize> {
        let measured = (self.modules + 7.0 - 17.0) / 4.0;
        let off = |version: &usize| (*version as f64 - measured).abs();
        let mut near: Vec<usize> = VERSIONS
            .filter(|version| off(version) <= 1.0 + measured / 12.0)
            .collect();
        near.sort_by(|a, b| off(a).total_cmp(&off(b)));
        near
    }

    /// The middle of where a fourth finder pattern would be: by the measured depths, and as if all
    /// were equally deep.
    pub(crate) fn anchors(&self, side: usize) -> [Anchors; 2] {
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

/// Modules between two centres with modules of these lengths, and the depth of the second against
/// the first. A module's image shrinks with the square of its depth along the line, so the count is
/// by the geometric mean.
fn leg(from: Point, to: Point, near: f64, far: f64) -> (f64, f64) {
    (
        length(vector(from, to)) / (near * far).sqrt(),
        (near / far).sqrt().clamp(0.5, 2.0),
    )
}

fn leg_by_cross(ink: &Ink, from: &Finder, to: &Finder) -> (f64, f64) {
    const STEPS_PER_PIXEL: f64 = 2.0;
    let way = vector(from.centre, to.centre);
    let distance = length(way) * STEPS_PER_PIXEL;
    let step = (way.0 / distance, way.1 / distance);
    let module = |f: &Finder| {
        cross(ink, f.centre, step, 0.8).map_or(f.module, |c| c.length / STEPS_PER_PIXEL / 7.0)
    };
    leg(from.centre, to.centre, module(from), module(to))
}
