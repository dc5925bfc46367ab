//! The perspective of a code: from modules to pixels.

use super::threshold::Ink;

/// x and y, in pixels of the pass.
pub(super) type Point = (f64, f64);

/// Four points of a code and where they are in the picture; a perspective is made of four.
#[derive(Clone, Copy)]
pub(super) struct Anchors {
    /// The centres of the finder patterns: top left, top right, bottom left; then the fourth point.
    pub(super) points: [Point; 4],
    /// Both coordinates of the fourth point, in modules from the top left corner.
    pub(super) fourth_at: f64,
}

/// From modules to pixels: the perspective through four anchors.
pub(super) struct Mapping {
    corner: Point,
    /// Vectors to the top right and bottom left finder patterns, times their depth.
    right: Point,
    down: Point,
    /// Change of depth along each.
    depth_right: f64,
    depth_down: f64,
    /// Modules between the centres of two finder patterns.
    span: f64,
}

impl Mapping {
    /// `None` if no camera can see a square like that.
    pub(super) fn new(anchors: &Anchors, side: usize) -> Option<Self> {
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
        plausible.then_some(Self {
            corner: (ax, ay),
            right: (bx * wb, by * wb),
            down: (cx * wc, cy * wc),
            depth_right: wb - 1.0,
            depth_down: wc - 1.0,
            span,
        })
    }

    /// The pixel coordinates of a point given in modules from the code's top left corner.
    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        let (u, v) = ((x - 3.5) / self.span, (y - 3.5) / self.span);
        let depth = 1.0 + u * self.depth_right + v * self.depth_down;
        (
            self.corner.0 + (u * self.right.0 + v * self.down.0) / depth,
            self.corner.1 + (u * self.right.1 + v * self.down.1) / depth,
        )
    }

    pub(super) fn black(&self, ink: &Ink, x: f64, y: f64) -> bool {
        let (x, y) = self.at(x, y);
        ink.black(x, y)
    }

    /// How many of five points in a module are black: its middle and four around.
    pub(super) fn black_points(&self, ink: &Ink, x: f64, y: f64) -> u32 {
        [
            (0.0, 0.0),
            (-0.25, 0.0),
            (0.25, 0.0),
            (0.0, -0.25),
            (0.0, 0.25),
        ]
        .iter()
        .map(|(dx, dy)| u32::from(self.black(ink, x + dx, y + dy)))
        .sum()
    }

    /// All modules, rows from the top.
    pub(super) fn sample(&self, ink: &Ink, side: usize) -> Vec<bool> {
        (0..side * side)
            .map(|i| ((i % side) as f64 + 0.5, (i / side) as f64 + 0.5))
            .map(|(x, y)| self.black_points(ink, x, y) >= 3)
            .collect()
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
