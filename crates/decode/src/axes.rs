//! The axes of a finder pattern: where its middle is and how its two sides lie, found by matching
//! the pattern itself.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::ink::Ink;
use crate::layout::square;
use crate::point::{Point, length};

/// A finder pattern's own axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FinderAxes {
    pub(crate) centre: Point,
    /// One module along one side, and along the next side clockwise, in pixels.
    pub(crate) right: Point,
    pub(crate) down: Point,
    /// How well the pattern matches: 1 perfectly, 0 not at all.
    pub(crate) fit: f64,
}

/// Quarter turns look the same; so 0, 30 and 60 degrees. Directions are vectors of length one, for
/// sines are not the same on all machines.
const TURNS: [Point; 3] = [(1.0, 0.0), (HALF_ROOT_3, 0.5), (0.5, HALF_ROOT_3)];
const HALF_ROOT_3: f64 = 0.866_025_403_784_438_6;
/// How much a slanting pattern looks pressed, and in which directions: 0, 45, 90 and 135 degrees.
const PRESSED: [f64; 2] = [0.6, 0.35];
const DIRECTIONS: [Point; 4] = [
    (1.0, 0.0),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.0, 1.0),
    (-FRAC_1_SQRT_2, FRAC_1_SQRT_2),
];
/// Tangent of 20 degrees.
const TAN_20: f64 = 0.363_970_234_266_202_4;
/// Starting points that are worth climbing from.
const CLIMBS: usize = 3;
/// What finding a axes costs, in modules sampled.
pub(crate) const WORK: usize = 81 * (27 + CLIMBS * 72);
/// What moving a axes to its best place costs.
pub(crate) const CLIMB_WORK: usize = 81 * 72;

impl FinderAxes {
    /// The axes of a pattern that was seen around `centre`, with modules of about `module` pixels
    /// along rows and columns.
    pub(crate) fn around(ink: &Ink, centre: Point, module: f64) -> Self {
        let pressed = PRESSED
            .iter()
            .flat_map(|&by| DIRECTIONS.map(|from| (from, by)));
        let mut starts: Vec<Self> = [(DIRECTIONS[0], 1.0)]
            .into_iter()
            .chain(pressed)
            .flat_map(|pressed| TURNS.map(|turn| Self::leaning(centre, module, pressed, turn)))
            .map(|axes| axes.judged(ink))
            .collect();
        starts.sort_by(|a, b| b.fit.total_cmp(&a.fit));
        let mut best = starts[0].climbed(ink);
        for start in &starts[1..CLIMBS] {
            let axes = start.climbed(ink);
            if axes.fit > best.fit {
                best = axes;
            }
        }
        best
    }

    /// A square that was turned and then pressed, as large as was seen.
    fn leaning(centre: Point, module: f64, ((cos, sin), by): (Point, f64), turn: Point) -> Self {
        let press = |(x, y): Point| {
            let (along, across) = (x * cos + y * sin, (y * cos - x * sin) * by);
            (along * cos - across * sin, along * sin + across * cos)
        };
        let axes = Self {
            centre,
            right: press(turn),
            down: press((-turn.1, turn.0)),
            fit: 0.0,
        };
        let crossing = |v: Point| {
            let (a, b) = axes.modules(v);
            1.0 / a.abs().max(b.abs())
        };
        let scale = 2.0 * module / (crossing((1.0, 0.0)) + crossing((0.0, 1.0)));
        let scaled = |(x, y): Point| (x * scale, y * scale);
        Self {
            right: scaled(axes.right),
            down: scaled(axes.down),
            ..axes
        }
    }

    /// The axes with its fit.
    pub(crate) fn judged(self, ink: &Ink) -> Self {
        let (mut sum, mut all) = (0.0, 0.0);
        for (dx, dy, ring) in square::<9>() {
            let (x, y) = self.at(dx, dy);
            let tone = ink.mixed(x, y);
            // Print or a torn edge may come close.
            let weight = if ring == 4 { 0.5 } else { 1.0 };
            let black = ring != 2 && ring != 4;
            sum += weight * if black { tone } else { -tone };
            all += weight * tone.abs();
        }
        Self {
            fit: sum / all.max(1.0),
            ..self
        }
    }

    /// Moved, leaned and stretched to where it fits best.
    pub(crate) fn climbed(self, ink: &Ink) -> Self {
        let mut best = self;
        let module = (length(self.right) + length(self.down)) / 2.0;
        for part in [1.0, 0.5, 0.5, 0.25, 0.25, 0.12] {
            let (place, axis) = (0.5 * part * module, 0.15 * part * module);
            for parameter in 0..6 {
                for sign in [1.0, -1.0] {
                    let mut trial = best;
                    match parameter {
                        0 => trial.centre.0 += sign * place,
                        1 => trial.centre.1 += sign * place,
                        2 => trial.right.0 += sign * axis,
                        3 => trial.right.1 += sign * axis,
                        4 => trial.down.0 += sign * axis,
                        _ => trial.down.1 += sign * axis,
                    }
                    trial = trial.judged(ink);
                    if trial.fit > best.fit {
                        best = trial;
                    }
                }
            }
        }
        best
    }

    /// A place in this axes's modules as one of the picture.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        (
            self.centre.0 + x * self.right.0 + y * self.down.0,
            self.centre.1 + x * self.right.1 + y * self.down.1,
        )
    }

    /// A vector of the picture in this axes's modules.
    pub(crate) fn modules(&self, (x, y): Point) -> Point {
        let area = self.right.0 * self.down.1 - self.right.1 * self.down.0;
        (
            (x * self.down.1 - y * self.down.0) / area,
            (y * self.right.0 - x * self.right.1) / area,
        )
    }

    /// Turned by quarters so that a way in the picture leads along `right`, or between `right` and
    /// `down`: from 20 degrees before `right` to 70 behind it; with that way in modules. `None` if
    /// the axes are no axes.
    pub(crate) fn facing(&self, way: Point) -> Option<(Self, Point)> {
        let mut axes = *self;
        for _ in 0..4 {
            let way = axes.modules(way);
            let finite = way.0.is_finite() && way.1.is_finite();
            // Turned on by 20 degrees it lies in the first quarter.
            let turned = (way.0 - TAN_20 * way.1, way.1 + TAN_20 * way.0);
            if finite && turned.0 > 0.0 && turned.1 >= 0.0 {
                return Some((axes, way));
            }
            axes = axes.quarter();
        }
        None
    }

    /// Turned by a quarter, clockwise: what was `down` is `right`.
    pub(crate) fn quarter(&self) -> Self {
        let (x, y) = self.right;
        Self {
            right: self.down,
            down: (-x, -y),
            ..*self
        }
    }

    /// Side of a module in pixels, were it square.
    pub(crate) fn module(&self) -> f64 {
        let area = self.right.0 * self.down.1 - self.right.1 * self.down.0;
        area.abs().sqrt()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::{Canvas, Print};

    fn axes(centre: Point, right: Point, down: Point) -> FinderAxes {
        FinderAxes {
            centre,
            right,
            down,
            fit: 1.0,
        }
    }

    /// A drawing of a code whose axes are `right` and `down`, and the middle of its top left
    /// pattern.
    fn drawn(right: Point, down: Point) -> (Ink, FinderAxes) {
        let print = Print::of_version("GP1:HELLO", 2);
        let middle = (160.3, 140.6);
        let half = print.half();
        let mut axes = axes(middle, right, down);
        let mut canvas = Canvas::new(320, 280, 200);
        canvas.print(&print, middle, |at| axes.modules(at));
        axes.centre = axes.at(3.5 - half, 3.5 - half);
        (canvas.ink(), axes)
    }

    fn off((x, y): Point, (a, b): Point) -> f64 {
        (x - a).hypot(y - b)
    }

    #[test]
    fn a_turned_and_pressed_pattern_is_found_where_it_is() {
        let polar = |length: f64, degrees: f64| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            (length * cos, length * sin)
        };
        for turn in [0.0, 17.0, 45.0, 71.0, 140.0, 250.0] {
            for (long, short) in [(5.0, 5.0), (6.0, 4.0)] {
                let (right, down) = (polar(long, turn), polar(short, turn + 90.0));
                let (ink, real) = drawn(right, down);
                let seen = (real.centre.0 + 0.6, real.centre.1 - 0.6);
                let found = FinderAxes::around(&ink, seen, real.module());
                let case = format!("{right:?}, {down:?}: {found:?} for {real:?}");
                assert!(found.fit > 0.95, "{case}");
                let near = off(found.centre, real.centre) / real.module();
                assert!(near < 0.45, "{near} modules off, {case}");
                let (facing, _) = found.facing(right).unwrap();
                assert!(off(facing.right, right) < 0.2 * long, "{case}");
                assert!(off(facing.down, down) < 0.2 * long, "{case}");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_fits_worse() {
        let (ink, real) = drawn((5.0, 0.0), (0.0, 5.0));
        let data = real.at(10.0, 10.0);
        assert!(
            FinderAxes::around(&ink, data, 5.0).fit
                < FinderAxes::around(&ink, real.centre, 5.0).fit
        );
        assert!(real.judged(&ink).fit > 0.9);
        assert!(real.judged(&ink).fit <= 1.0);
    }

    #[test]
    fn a_frame_turns_to_face_a_way() {
        let axes = axes((1.0, 2.0), (2.0, 0.0), (1.0, 4.0));
        let ways = [(axes.right, (1.0, 0.0)), (axes.down, (1.0, 0.0))];
        for (way, in_modules) in ways {
            let (turned, modules) = axes.facing(way).unwrap();
            assert!(off(turned.right, way) < 1e-9 && off(modules, in_modules) < 1e-9);
            let (x, y) = way;
            let (back, _) = axes.facing((-x, -y)).unwrap();
            assert!(off(back.right, (-x, -y)) < 1e-9);
            // A turn, not a mirroring.
            let area = |f: &FinderAxes| f.right.0 * f.down.1 - f.right.1 * f.down.0;
            assert!((area(&turned) - area(&axes)).abs() < 1e-9);
            assert_eq!(turned.centre, axes.centre);
        }
        let (same, modules) = axes.facing((3.0, 4.0)).unwrap();
        assert!(off(same.right, axes.right) < 1e-9 && off(modules, (1.0, 1.0)) < 1e-9);
    }

    #[test]
    fn without_axes_nothing_is_faced() {
        for right in [(1.0, 1.0), (f64::NAN, 0.0)] {
            let flat = axes((0.0, 0.0), right, (1.0, 1.0));
            assert!(flat.facing((1.0, 0.0)).is_none());
        }
    }
}
