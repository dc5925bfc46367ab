//! What lies behind the code, out of focus: a room behind a phone, a table under a sheet.

use crate::art::{self, SHEET};
use crate::coarse::Coarse;
use crate::pose::Pose;
use crate::random::{Random, at_point};
use crate::view::{Carrier, View};

/// Pixels between two points of the grid.
pub(crate) const STEP: usize = 4;

/// What is behind the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backdrop {
    /// A hall, far behind.
    Room,
    /// A table or a wall on which the code lies.
    Table,
}

impl Backdrop {
    /// What a still picture shows behind each carrier.
    pub(crate) fn of(carrier: Carrier) -> Self {
        match carrier {
            Carrier::Phone => Self::Room,
            Carrier::Paper => Self::Table,
        }
    }
}

/// The light behind the code.
///
/// `code_side` is the side in modules of the code on the table, if there is one; `planes` divides a
/// colour into `N` planes.
pub(crate) fn light<const N: usize>(
    view: &View,
    behind: Backdrop,
    code_side: Option<f32>,
    planes: impl Fn([f32; 3]) -> [f32; N],
) -> Coarse<N, STEP> {
    let size = [view.width, view.height];
    match behind {
        Backdrop::Room => {
            let room = Room::new(view.seed);
            let scale = 1.0 / view.height as f32;
            let drift = view.offset.map(|part| part * 0.35);
            Coarse::new(size, |x, y| {
                let [x, y] = [x as f32 * scale - drift[0], y as f32 * scale - drift[1]];
                planes(room.light(x, y))
            })
        }
        Backdrop::Table => {
            let table = Table::new(view.seed);
            let side = code_side.unwrap_or(65.0);
            // A bent sheet lies on a flat table.
            let pose = Pose::new(&View { curl: 0.0, ..*view }, side);
            Coarse::new(size, |x, y| {
                let [x, y] = pose.plane(x as f32, y as f32).map(|part| part / side);
                let shade = if code_side.is_some() {
                    shadow(x, y)
                } else {
                    1.0
                };
                planes(table.light(x, y).map(|part| part * shade))
            })
        }
    }
}

/// A hall far behind the phone: wall, floor, and things with soft edges.
struct Room {
    seed: u64,
    horizon: f32,
    wall: [f32; 3],
    floor: [f32; 3],
    things: Vec<Thing>,
}

/// A box or a lamp, its edges blurred over `soft`.
struct Thing {
    centre: [f32; 2],
    half: [f32; 2],
    soft: f32,
    round: bool,
    light: [f32; 3],
}

impl Room {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, 3);
        let wall = random.pick(&[
            [148, 150, 146],
            [170, 160, 142],
            [128, 140, 152],
            [156, 150, 156],
        ]);
        let floor = random.pick(&[[92, 84, 76], [104, 102, 98], [74, 72, 76]]);
        let colours = [
            [84, 96, 112],
            [122, 92, 70],
            [62, 64, 68],
            [96, 116, 98],
            [176, 172, 160],
        ];
        let boxes = 4 + random.next() % 3;
        let lamps = 2 + random.next() % 4;
        let mut things = Vec::new();
        for _ in 0..boxes {
            things.push(Thing {
                centre: [random.between(0.0, 1.33), random.between(0.25, 0.6)],
                half: [random.between(0.04, 0.16), random.between(0.12, 0.4)],
                soft: random.between(0.02, 0.05),
                round: false,
                light: art::light(random.pick(&colours)),
            });
        }
        for _ in 0..lamps {
            let radius = random.between(0.02, 0.055);
            things.push(Thing {
                centre: [random.between(0.0, 1.33), random.between(0.02, 0.4)],
                half: [radius, radius],
                soft: 0.012,
                round: true,
                light: art::light([236, 226, 200]),
            });
        }
        Self {
            seed,
            horizon: random.between(0.62, 0.78),
            wall: art::light(wall),
            floor: art::light(floor),
            things,
        }
    }

    fn light(&self, x: f32, y: f32) -> [f32; 3] {
        let down = smooth((y - self.horizon + 0.03) / 0.06);
        let mut light = blend(self.wall, self.floor, down);
        for thing in &self.things {
            let (dx, dy) = ((x - thing.centre[0]).abs(), (y - thing.centre[1]).abs());
            let beyond = if thing.round {
                dx.hypot(dy) - thing.half[0]
            } else {
                (dx - thing.half[0]).max(dy - thing.half[1])
            };
            let cover = 1.0 - smooth(beyond / thing.soft * 0.5 + 0.5);
            light = blend(
                light,
                thing.light,
                cover * if thing.round { 0.7 } else { 0.85 },
            );
        }
        let uneven = 0.8 + 0.4 * texture(x * 5.0, y * 5.0, self.seed);
        light.map(|part| part * uneven)
    }
}

/// A table top with a soft grain along its length.
struct Table {
    seed: u64,
    along: [f32; 2],
    grain: f32,
    light: [f32; 3],
    dark: [f32; 3],
}

impl Table {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, 4);
        let (light, dark, grain) = random.pick(&[
            ([164, 126, 88], [118, 84, 54], 9.0),
            ([128, 98, 74], [86, 62, 46], 11.0),
            ([142, 144, 144], [112, 114, 116], 1.0),
            ([92, 100, 108], [70, 76, 84], 1.0),
        ]);
        let (sin, cos) = random.between(-0.5, 0.5).sin_cos();
        Self {
            seed,
            along: [cos, sin],
            grain,
            light: art::light(light),
            dark: art::light(dark),
        }
    }

    fn light(&self, x: f32, y: f32) -> [f32; 3] {
        let [cos, sin] = self.along;
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        let coarse = texture(u * 1.6, v * 1.6 * self.grain.sqrt(), self.seed);
        let fine = texture(u * 3.0, v * 3.0 * self.grain, self.seed ^ 1);
        blend(self.dark, self.light, 0.55 * coarse + 0.45 * fine)
    }
}

/// How much light the sheet leaves on the table around it.
fn shadow(x: f32, y: f32) -> f32 {
    let [left, top, right, bottom] = SHEET;
    // The lamp stands up and to the left, so the shadow falls down and to the right.
    let beyond = (left + 0.03 - x)
        .max(x - right - 0.03)
        .max(top + 0.04 - y)
        .max(y - bottom - 0.04);
    0.45 + 0.55 * smooth(beyond / 0.12 + 0.3)
}

/// Two octaves of value noise, 0 to 1, about one bump per unit.
pub(crate) fn texture(x: f32, y: f32, seed: u64) -> f32 {
    let octave = |x: f32, y: f32, seed: u64| {
        // Far from the code the plane goes on for ever: the grid ends here.
        let (x, y) = (x.clamp(-1e6, 1e6), y.clamp(-1e6, 1e6));
        let (column, row) = (x.floor(), y.floor());
        let (fx, fy) = (smooth(x - column), smooth(y - row));
        let (column, row) = (column as i32, row as i32);
        let top = at_point(column, row, seed) * (1.0 - fx) + at_point(column + 1, row, seed) * fx;
        let bottom =
            at_point(column, row + 1, seed) * (1.0 - fx) + at_point(column + 1, row + 1, seed) * fx;
        top * (1.0 - fy) + bottom * fy
    };
    0.65 * octave(x, y, seed) + 0.35 * octave(x * 2.3, y * 2.3, seed ^ 0x5A)
}

fn smooth(value: f32) -> f32 {
    let value = value.clamp(0.0, 1.0);
    value * value * (3.0 - 2.0 * value)
}

fn blend(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    [0, 1, 2].map(|i| from[i] + (to[i] - from[i]) * share)
}
