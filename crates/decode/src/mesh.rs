//! Paper is not flat and lenses are not perfect: a mesh of small shifts over the perspective,
//! adjusted until the modules are clearest.

use crate::ink::Ink;
use crate::layout::{alignment_centres, alignment_pattern, fixed_modules, side_of};
use crate::mapping::Mapping;
use crate::point::{Point, length};

/// Modules between two knots where there are no alignment patterns to tie them to, about.
const SPACING: f64 = 9.0;
/// The first version with more than one alignment pattern.
const FIRST_WITH_MANY: usize = 7;
/// How far a knot is moved at a time, in modules: without and with alignment patterns.
const STEPS: [f64; 5] = [0.6, 0.4, 0.25, 0.25, 0.12];
const FINE_STEPS: [f64; 3] = [0.25, 0.25, 0.12];
/// What laying a mesh costs per module, in modules sampled: every module lies between four knots,
/// and each is tried in nine places a step.
pub(crate) const WORK: usize = 4 * 9 * STEPS.len();
/// The ways that a knot is moved.
const WAYS: [Point; 8] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, 1.0),
    (0.0, -1.0),
    (0.7, 0.7),
    (0.7, -0.7),
    (-0.7, 0.7),
    (-0.7, -0.7),
];
/// How a module is sampled: its middle and four points around.
const POINTS: [Point; 5] = [(0.0, 0.0), (-0.3, 0.0), (0.3, 0.0), (0.0, -0.3), (0.0, 0.3)];

/// The ink of all modules of a code, rows from the top: above 0 is black.
pub(crate) struct Tones {
    side: usize,
    ink: Vec<f32>,
    /// Share of the fixed modules that have the right colour, 0 to 1.
    pub(crate) fit: f64,
}

/// Lays a mesh over a code and ties it to its alignment patterns; `None` for a version that has no
/// more than one.
pub(crate) fn tied(ink: &Ink, mapping: &Mapping, version: usize) -> Option<Tones> {
    if version < FIRST_WITH_MANY {
        return None;
    }
    let mut sheet = Sheet::new(ink, mapping, version);
    sheet.tie_to_alignment_patterns();
    Some(sheet.tones())
}

/// Lays a mesh over a code and moves it until nothing gets clearer.
pub(crate) fn relaxed(ink: &Ink, mapping: &Mapping, version: usize) -> Tones {
    let mut sheet = Sheet::new(ink, mapping, version);
    let steps = if version >= FIRST_WITH_MANY {
        sheet.tie_to_alignment_patterns();
        &FINE_STEPS[..]
    } else {
        &STEPS[..]
    };
    for step in steps {
        for knot in 0..sheet.mesh.shifts.len() {
            sheet.climb(knot, *step);
        }
    }
    sheet.tones()
}

/// What tying a mesh costs, in modules sampled: two searches at each alignment pattern, and a look
/// at all modules.
pub(crate) fn tying_work(version: usize) -> usize {
    let side = side_of(version);
    13 * (121 + 81) * alignment_centres(version).len().pow(2) + 5 * side * side
}

/// Shifts, in modules, at the knots of a lattice; between knots they are mixed.
struct Mesh {
    /// Where the knots lie along both axes, in modules.
    knots: Vec<f64>,
    /// Row by row.
    shifts: Vec<Point>,
}

impl Mesh {
    fn flat(version: usize) -> Self {
        let knots = if version >= FIRST_WITH_MANY {
            alignment_centres(version)
        } else {
            let span = side_of(version) as f64 - 7.0;
            let cells = (span / SPACING).round().max(2.0);
            let knot = |i| 3.5 + span * i as f64 / cells;
            (0..=cells as usize).map(knot).collect()
        };
        let shifts = vec![(0.0, 0.0); knots.len() * knots.len()];
        Self { knots, shifts }
    }

    /// Where a place of the code would lie were it flat.
    fn flattened(&self, x: f64, y: f64) -> Point {
        let n = self.knots.len();
        let cell = |at: f64| {
            let index = self.knots[1..n - 1].iter().filter(|&&k| k <= at).count();
            let (from, to) = (self.knots[index], self.knots[index + 1]);
            (index, (at - from) / (to - from))
        };
        let ((i, u), (j, v)) = (cell(x), cell(y));
        let mix = |a: Point, b: Point, t: f64| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
        let row = |j: usize| mix(self.shifts[j * n + i], self.shifts[j * n + i + 1], u);
        let shift = mix(row(j), row(j + 1), v);
        (x + shift.0, y + shift.1)
    }

    fn place(&self, knot: usize) -> Point {
        let n = self.knots.len();
        (self.knots[knot % n], self.knots[knot / n])
    }
}

/// A code with its mesh.
struct Sheet<'a> {
    ink: &'a Ink,
    mapping: &'a Mapping,
    mesh: Mesh,
    side: usize,
    /// What the version fixes: 1 black, -1 white, 0 unknown; rows from the top.
    fixed: Vec<f32>,
    /// Ink beyond this is counted as this: it says no more about a module.
    cap: f64,
}

impl<'a> Sheet<'a> {
    fn new(ink: &'a Ink, mapping: &'a Mapping, version: usize) -> Self {
        let side = side_of(version);
        let mut fixed = vec![0.0; side * side];
        for module in fixed_modules(version) {
            let sign = if module.black { 1.0 } else { -1.0 };
            fixed[module.y as usize * side + module.x as usize] = sign;
        }
        let mut sheet = Self {
            ink,
            mapping,
            mesh: Mesh::flat(version),
            side,
            fixed,
            cap: f64::INFINITY,
        };
        sheet.cap = sheet.typical_ink();
        sheet
    }

    fn point(&self, x: f64, y: f64) -> f64 {
        let (x, y) = self.mesh.flattened(x, y);
        let (x, y) = self.mapping.at(x, y);
        self.ink.mixed(x, y)
    }

    /// The ink in the middle of a module.
    fn middle(&self, column: usize, row: usize) -> f64 {
        self.point(column as f64 + 0.5, row as f64 + 0.5)
    }

    /// The mean ink of a module.
    fn tone(&self, column: usize, row: usize) -> f64 {
        let (x, y) = (column as f64 + 0.5, row as f64 + 0.5);
        let sum: f64 = POINTS
            .iter()
            .map(|(dx, dy)| self.point(x + dx, y + dy))
            .sum();
        sum / POINTS.len() as f64
    }

    fn tones(&self) -> Tones {
        let (side, all) = (self.side, 0..self.side * self.side);
        let tones = all.map(|i| self.tone(i % side, i / side) as f32);
        let ink: Vec<f32> = tones.collect();
        let fixed = ink
            .iter()
            .zip(&self.fixed)
            .filter(|(_, fixed)| **fixed != 0.0);
        let (right, known) = fixed.fold((0, 0), |(right, known), (tone, fixed)| {
            (right + usize::from(tone * fixed > 0.0), known + 1)
        });
        Tones {
            side,
            ink,
            fit: right as f64 / known as f64,
        }
    }

    /// The median of how black or white the modules are.
    fn typical_ink(&self) -> f64 {
        let (side, all) = (self.side, 0..self.side * self.side);
        let mut all: Vec<f64> = all.map(|i| self.middle(i % side, i / side).abs()).collect();
        let middle = all.len() / 2;
        let (_, median, _) = all.select_nth_unstable_by(middle, f64::total_cmp);
        median.max(1.0)
    }

    /// Moves a knot one step to where the modules around it are clearest.
    fn climb(&mut self, knot: usize, step: f64) {
        let old = self.mesh.shifts[knot];
        let mut best = (self.clarity(knot), old);
        for (dx, dy) in WAYS {
            let shift = (old.0 + dx * step, old.1 + dy * step);
            self.mesh.shifts[knot] = shift;
            let clarity = self.clarity(knot);
            if clarity > best.0 {
                best = (clarity, shift);
            }
        }
        self.mesh.shifts[knot] = best.1;
    }

    /// How clear the modules around a knot are: fixed ones by their colour, all others by having
    /// one; less where the mesh is bent sharply.
    fn clarity(&self, knot: usize) -> f64 {
        let n = self.mesh.knots.len();
        let range = |at: usize| {
            let from = at
                .checked_sub(1)
                .map_or(0.0, |before| self.mesh.knots[before]);
            let to = self.mesh.knots.get(at + 1).map_or(self.side as f64, |&k| k);
            from as usize..(to as usize).min(self.side)
        };
        let mut sum = 0.0;
        for y in range(knot / n) {
            for x in range(knot % n) {
                let tone = self.middle(x, y).clamp(-self.cap, self.cap);
                let fixed = self.fixed[y * self.side + x];
                sum += if fixed == 0.0 {
                    tone.abs()
                } else {
                    2.0 * tone * f64::from(fixed)
                };
            }
        }
        let shift = self.mesh.shifts[knot];
        let bend: f64 = beside(knot, n)
            .map(|other| self.mesh.shifts[other])
            .map(|other| (shift.0 - other.0).powi(2) + (shift.1 - other.1).powi(2))
            .sum();
        sum - 2.0 * self.cap * bend
    }

    /// Moves each knot to the alignment pattern that is there, those next to a finder pattern
    /// first.
    fn tie_to_alignment_patterns(&mut self) {
        let n = self.mesh.knots.len();
        let finders = [(0, 0), (n - 1, 0), (0, n - 1)];
        let far = |knot: usize| {
            let off = |(x, y): (usize, usize)| {
                (knot % n).abs_diff(x).pow(2) + (knot / n).abs_diff(y).pow(2)
            };
            finders.map(off).into_iter().min()
        };
        let mut order: Vec<usize> = (0..n * n).collect();
        order.sort_by_key(|&knot| (far(knot), knot));
        let mut done = vec![false; n * n];
        for knot in order {
            if far(knot) != Some(0) {
                let near = around(knot, n).filter(|&other| done[other]);
                let near: Vec<Point> = near.map(|other| self.mesh.shifts[other]).collect();
                let mean = |part: fn(&Point) -> f64| {
                    near.iter().map(part).sum::<f64>() / near.len().max(1) as f64
                };
                let expected = (mean(|s| s.0), mean(|s| s.1));
                self.mesh.shifts[knot] = self.alignment_pattern(knot, expected).unwrap_or(expected);
            }
            done[knot] = true;
        }
    }

    /// The shift of the alignment pattern at a knot, if it is near where it is expected.
    fn alignment_pattern(&self, knot: usize, expected: Point) -> Option<Point> {
        /// Reach and step of a search in modules, and how well the pattern must fit, 1 is perfect.
        const SEARCHES: [(f64, f64, f64); 2] = [(2.5, 0.5, 0.5), (0.5, 0.125, 0.6)];
        let mut best = expected;
        for (reach, step, min_fit) in SEARCHES {
            let (centre, steps) = (best, (reach / step) as i32);
            let trials = (-steps..=steps).flat_map(|j| (-steps..=steps).map(move |i| (i, j)));
            let (fit, shift) = trials
                .map(|(i, j)| (f64::from(i) * step, f64::from(j) * step))
                .map(|(dx, dy)| (dx, dy, (centre.0 + dx, centre.1 + dy)))
                // Half of the places are white, and are not looked at closer.
                .filter(|&(_, _, shift)| self.alignment_ink(knot, shift, (0.0, 0.0)) > 0.0)
                .map(|(dx, dy, shift)| {
                    (
                        self.alignment_fit(knot, shift) - 0.02 * length((dx, dy)),
                        shift,
                    )
                })
                .max_by(|a, b| a.0.total_cmp(&b.0))?;
            if fit < min_fit {
                return None;
            }
            best = shift;
        }
        Some(best)
    }

    fn alignment_fit(&self, knot: usize, shift: Point) -> f64 {
        let sum: f64 = alignment_pattern()
            .map(|(dx, dy, black)| {
                let tone = self.alignment_ink(knot, shift, (dx, dy));
                let tone = tone.clamp(-self.cap, self.cap);
                if black { tone } else { -tone }
            })
            .sum();
        sum / (25.0 * self.cap)
    }

    /// The ink of a module of an alignment pattern, counted from its middle.
    fn alignment_ink(&self, knot: usize, shift: Point, (dx, dy): Point) -> f64 {
        let (x, y) = self.mesh.place(knot);
        let (x, y) = self.mapping.at(x + dx + shift.0, y + dy + shift.1);
        self.ink.mixed(x, y)
    }
}

/// The neighbours of a place in a square of side `n`, without and with those across a corner.
fn beside(at: usize, n: usize) -> impl Iterator<Item = usize> {
    around(at, n).filter(move |other| other % n == at % n || other / n == at / n)
}

fn around(at: usize, n: usize) -> impl Iterator<Item = usize> {
    let near = move |at: usize| at.saturating_sub(1)..(at + 2).min(n);
    near(at / n)
        .flat_map(move |y| near(at % n).map(move |x| y * n + x))
        .filter(move |&other| other != at)
}

impl Tones {
    /// The tones as they are, and ways to make them clearer, likeliest first: above 0 is black.
    pub(crate) fn modules(&self) -> impl Iterator<Item = Vec<f32>> {
        let ways: [fn(&Self, usize) -> f32; 3] = [
            |tones, at| tones.ink[at],
            Self::sharpened,
            Self::among_neighbours,
        ];
        ways.into_iter()
            .map(|way| (0..self.ink.len()).map(|at| way(self, at)).collect())
    }

    /// Ink that a blurred picture spread to a module from its neighbours is taken off.
    fn sharpened(&self, at: usize) -> f32 {
        const SPREAD: f32 = 0.2;
        let more: f32 = beside(at, self.side)
            .map(|other| self.ink[at] - self.ink[other])
            .sum();
        self.ink[at] + SPREAD * more
    }

    /// The threshold is the middle between the blackest and the whitest module around.
    fn among_neighbours(&self, at: usize) -> f32 {
        const REACH: usize = 3;
        let near = |at: usize| at.saturating_sub(REACH)..(at + REACH + 1).min(self.side);
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for row in near(at / self.side) {
            for tone in &self.ink[row * self.side..][near(at % self.side)] {
                low = low.min(*tone);
                high = high.max(*tone);
            }
        }
        self.ink[at] - (low + high) / 2.0
    }
}
