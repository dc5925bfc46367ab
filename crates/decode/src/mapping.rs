//! The perspective of a code: from modules to pixels.

use crate::ink::Ink;
use crate::point::Point;

/// Four points of a code and where they are in the picture; a perspective is made of four.
#[derive(Clone, Copy)]
pub(crate) struct Anchors {
    /// The centres of the finder patterns: top left, top right, bottom left; then the fourth point.
    pub(crate) points: [Point; 4],
    /// Both coordinates of the fourth point, in modules from the top left corner.
    pub(crate) fourth_at: f64,
}

/// From modules to pixels: the perspective through four anchors.
pub(crate) struct Mapping {
    /// What x, y and 1, in modules from the code's top left corner, count for x, y and depth.
    x: [f64; 3],
    y: [f64; 3],
    depth: [f64; 3],
}

impl Mapping {
    /// `None` if no camera can see a square like that.
    pub(crate) fn new(anchors: &Anchors, side: usize) -> Option<Self> {
        let [(ax, ay), b, c, d] = anchors.points;
        let ((bx, by), (cx, cy), (dx, dy)) = (
            (b.0 - ax, b.1 - ay),
            (c.0 - ax, c.1 - ay),
            (d.0 - ax, d.1 - ay),
        );
        let span = side as f64 - 7.0;
        let s = (anchors.fourth_at - 3.5) / span;
        // The fourth point as p times right plus q times down; (s, s) without perspective.
        let area = bx * cy - by * cx;
        let (p, q) = ((dx * cy - dy * cx) / area, (bx * dy - by * dx) / area);
        let depth = (1.0 - 2.0 * s) / (1.0 - p - q);
        let (wb, wc) = (depth * p / s, depth * q / s);
        // Depth is linear over the code: positive in its corners is positive all over. Comparisons
        // are such that a NaN fails them.
        let margin = 3.5 / span;
        let plausible = [wb, wc, depth].iter().all(|w| (0.3..=3.0).contains(w))
            && [
                (-margin, -margin),
                (1.0 + margin, -margin),
                (-margin, 1.0 + margin),
                (1.0 + margin, 1.0 + margin),
            ]
            .iter()
            .all(|(u, v)| 1.0 + u * (wb - 1.0) + v * (wc - 1.0) >= 0.2);
        // By modules instead of by spans, from the code's corner instead of from its pattern's
        // middle.
        let row = |right: f64, down: f64, corner: f64| {
            let (right, down) = (right / span, down / span);
            [right, down, corner - 3.5 * (right + down)]
        };
        plausible.then(|| Self {
            x: row(bx * wb + ax * (wb - 1.0), cx * wc + ax * (wc - 1.0), ax),
            y: row(by * wb + ay * (wb - 1.0), cy * wc + ay * (wc - 1.0), ay),
            depth: row(wb - 1.0, wc - 1.0, 1.0),
        })
    }

    /// The pixel coordinates of a point given in modules from the code's top left corner.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        let sum = |[a, b, c]: [f64; 3]| a * x + b * y + c;
        let nearness = 1.0 / sum(self.depth);
        (sum(self.x) * nearness, sum(self.y) * nearness)
    }

    pub(crate) fn black(&self, ink: &Ink, x: f64, y: f64) -> bool {
        let (x, y) = self.at(x, y);
        ink.black(x, y)
    }

    /// All modules, rows from the top: by five points, the middle and four around, whether most are
    /// black (above 0), and by how many.
    pub(crate) fn votes(&self, ink: &Ink, side: usize) -> Vec<f32> {
        const POINTS: [Point; 5] = [
            (0.5, 0.5),
            (0.25, 0.5),
            (0.75, 0.5),
            (0.5, 0.25),
            (0.5, 0.75),
        ];
        let mut votes = Vec::with_capacity(side * side);
        for row in 0..side {
            for column in 0..side {
                let black = POINTS.iter().fold(0, |black, (dx, dy)| {
                    let (x, y) = self.at(column as f64 + dx, row as f64 + dy);
                    black + i8::from(ink.black(x, y))
                });
                votes.push(f32::from(2 * black - 5));
            }
        }
        votes
    }

    /// All modules, rows from the top: the ink in the middle of each.
    pub(crate) fn middles(&self, ink: &Ink, side: usize) -> Vec<f32> {
        let mut middles = Vec::with_capacity(side * side);
        for row in 0..side {
            for column in 0..side {
                let (x, y) = self.at(column as f64 + 0.5, row as f64 + 0.5);
                middles.push(ink.mixed(x, y) as f32);
            }
        }
        middles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_hits_its_anchors() {
        let points = [(10.0, 20.0), (110.0, 25.0), (5.0, 130.0), (95.0, 118.0)];
        let anchors = Anchors {
            points,
            fourth_at: 18.5,
        };
        let Some(mapping) = Mapping::new(&anchors, 25) else {
            unreachable!("a plausible perspective")
        };
        let at = [(3.5, 3.5), (21.5, 3.5), (3.5, 21.5), (18.5, 18.5)];
        for ((x, y), (px, py)) in at.into_iter().zip(points) {
            let (mx, my) = mapping.at(x, y);
            assert!((mx - px).abs() < 1e-6 && (my - py).abs() < 1e-6);
        }
    }

    #[test]
    fn a_square_that_no_camera_sees_has_no_mapping() {
        let nan = f64::NAN;
        for points in [
            [(0.0, 0.0); 4],
            [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)],
            [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (5.0, 5.0)],
            [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (-9.0, -9.0)],
            [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (nan, 1.0)],
            [(0.0, 0.0), (1e300, 0.0), (0.0, 1e300), (1e308, 1e308)],
        ] {
            let anchors = Anchors {
                points,
                fourth_at: 17.5,
            };
            assert!(Mapping::new(&anchors, 21).is_none(), "{points:?}");
        }
    }
}
