//! The light that falls on the sensor: the carriers before the backdrop, in perspective.
//!
//! Works on `N` planes of light: one of brightness, or red, green and blue, or what a surface does
//! with light ([`crate::art::Art::surface`]).

use crate::art::{Art, INKS};
use crate::backdrop::{self, Backdrop};
use crate::coarse::Coarse;
use crate::lens;
use crate::planes::Planes;
use crate::pose::Pose;
use crate::sensor;
use crate::view::View;

/// Samples across one pixel, each way.
const ACROSS: usize = 4;

/// Samples of one pixel. Each has a place of its own in the pixel, and an instant of its own in the
/// exposure.
pub(crate) const SAMPLES: usize = ACROSS * ACROSS;

/// Pixels between two points at which the carrier's place is worked out; between them it is
/// blended.
pub(crate) const CELL: usize = 8;

/// Takes a still picture: `N` planes of 8-bit values, row by row.
pub(crate) fn expose<const N: usize>(view: &View, stage: &[(Art, View)]) -> [Vec<u8>; N] {
    // The backdrop lies in the plane of what was put down first.
    let (seen, side) = match stage.first() {
        Some((art, seen)) => (seen, Some(art.code_side)),
        None => (view, None),
    };
    let light = |light: [f32; 3]| channels::<N>(view.linear(light));
    let mut planes = fill(
        &backdrop::light(seen, Backdrop::of(view.carrier), side, light),
        view,
    );
    for (art, seen) in stage {
        let pose = Pose::new(seen, art.code_side);
        let warp = Warp::new(view, art, 1, |_, _| &pose);
        project(&mut planes, art, &art.palette().map(light), &warp);
    }
    for plane in &mut planes {
        lens::defocus(plane, view.width as usize, view.defocus_px);
        lens::soften(plane, view.width as usize, view.blur_sigma_px);
    }
    sensor::develop(planes, view)
}

/// The backdrop at each pixel.
pub(crate) fn fill<const N: usize>(
    backdrop: &Coarse<N, { backdrop::STEP }>,
    view: &View,
) -> Planes<N> {
    let (width, height) = (view.width as usize, view.height as usize);
    let mut planes = [(); N].map(|()| Vec::with_capacity(width * height));
    for y in 0..height {
        for values in backdrop.row(y).iter().take(width) {
            for (plane, value) in planes.iter_mut().zip(values) {
                plane.push(*value);
            }
        }
    }
    planes
}

/// Which place of the drawing each pixel looks at, at each instant of the exposure.
pub(crate) struct Warp {
    columns: usize,
    rows: usize,
    width: usize,
    height: usize,
    /// Places in texels at the corners of the cells: by row, then column, then instant.
    points: Vec<[f32; 2]>,
    instants: usize,
}

impl Warp {
    /// `pose` gives the stand of the carrier for a line of cells and an instant.
    pub(crate) fn new<'a>(
        view: &View,
        art: &Art,
        instants: usize,
        pose: impl Fn(usize, usize) -> &'a Pose,
    ) -> Self {
        let (width, height) = (view.width as usize, view.height as usize);
        let (columns, rows) = (width / CELL + 2, lines(view));
        let mut points = Vec::with_capacity(columns * rows * instants);
        for row in 0..rows {
            for column in 0..columns {
                for instant in 0..instants {
                    let pose = pose(row, instant);
                    let place = pose.plane((column * CELL) as f32, (row * CELL) as f32);
                    points.push(art.texel(place));
                }
            }
        }
        Self {
            columns,
            rows,
            width,
            height,
            points,
            instants,
        }
    }

    /// The four corners of a cell at an instant: above left, above right, below left, below right.
    fn corners(&self, row: usize, column: usize, instant: usize) -> [[f32; 2]; 4] {
        let instant = instant.min(self.instants - 1);
        let at = |row: usize, column: usize| {
            let index = (row * self.columns + column) * self.instants + instant;
            self.points.get(index).copied().unwrap_or_default()
        };
        [
            at(row, column),
            at(row, column + 1),
            at(row + 1, column),
            at(row + 1, column + 1),
        ]
    }
}

/// Lines of cell corners in a picture.
pub(crate) fn lines(view: &View) -> usize {
    view.height as usize / CELL + 2
}

/// Lays the drawing over the planes in perspective, each pixel the mean of what it covers.
pub(crate) fn project<const N: usize>(
    planes: &mut Planes<N>,
    art: &Art,
    palette: &[[f32; N]; INKS],
    warp: &Warp,
) {
    // Room for four planes whatever `N` is: a sum of four is as quick as one of one.
    let palette = palette.map(|light| {
        std::array::from_fn::<f32, 4, _>(|plane| light.get(plane).copied().unwrap_or(0.0))
    });
    let share = 1.0 / SAMPLES as f32;
    for row in 0..warp.rows - 1 {
        for column in 0..warp.columns - 1 {
            let corners: [_; SAMPLES] =
                std::array::from_fn(|sample| warp.corners(row, column, instant(sample)));
            if corners.iter().all(|corners| art.is_bare(corners)) {
                continue;
            }
            let left = column * CELL;
            for y in row * CELL..(row * CELL + CELL).min(warp.height) {
                let line = y * warp.width;
                let tracks: [_; SAMPLES] = std::array::from_fn(|sample| {
                    let corners = corners.get(sample).copied().unwrap_or_default();
                    Track::new(corners, (y % CELL) as f32, sample)
                });
                for (along, x) in (0..).zip(left..(left + CELL).min(warp.width)) {
                    let mut sum = [0.0; 4];
                    let mut bare = 0;
                    for track in &tracks {
                        let ink = art.ink(track.texel(along));
                        bare += usize::from(ink == 0);
                        let light = palette.get(usize::from(ink)).copied().unwrap_or_default();
                        for (total, value) in sum.iter_mut().zip(light) {
                            *total += value;
                        }
                    }
                    if bare == SAMPLES {
                        continue;
                    }
                    for (plane, total) in planes.iter_mut().zip(sum) {
                        if let Some(value) = plane.get_mut(line + x) {
                            *value = (total + *value * bare as f32) * share;
                        }
                    }
                }
            }
        }
    }
}

/// The way of one sample over the drawing along a row of a cell, in fixed point.
struct Track {
    start: [i32; 2],
    step: [i32; 2],
}

impl Track {
    /// Bits behind the point.
    const BITS: i32 = 12;

    /// Texels that are as far away as any.
    const FAR: f32 = 200_000.0;

    fn new([a, b, c, d]: [[f32; 2]; 4], row: f32, sample: usize) -> Self {
        let size = CELL as f32;
        let down = (row + offset(sample / ACROSS)) / size;
        let [start, end] = [[a, c], [b, d]].map(|[up, low]| {
            [0, 1].map(|k| (up[k] + (low[k] - up[k]) * down).clamp(-Self::FAR, Self::FAR))
        });
        let step = [0, 1].map(|k| (end[k] - start[k]) / size);
        let first = [0, 1].map(|k| start[k] + step[k] * offset(sample % ACROSS));
        let fixed = |value: f32| (value * (1 << Self::BITS) as f32) as i32;
        Self {
            start: first.map(fixed),
            step: step.map(fixed),
        }
    }

    /// The texel so many pixels along.
    fn texel(&self, along: i32) -> [i32; 2] {
        [0, 1].map(|k| (self.start[k] + self.step[k] * along) >> Self::BITS)
    }
}

/// Place of a sample in its pixel, along one axis.
fn offset(index: usize) -> f32 {
    (index as f32 + 0.5) / ACROSS as f32
}

/// The instant of a sample: seven has no divisor in common with sixteen, so that samples which are
/// neighbours in the pixel are far apart in time.
fn instant(sample: usize) -> usize {
    sample * 7 % SAMPLES
}

/// One plane takes the brightness, three take the colours.
pub(crate) fn channels<const N: usize>(light: [f32; 3]) -> [f32; N] {
    std::array::from_fn(|index| {
        if N == 1 {
            brightness(light)
        } else {
            light.get(index).copied().unwrap_or_default()
        }
    })
}

/// Brightness of a colour (ITU-R BT.709).
pub(crate) fn brightness([red, green, blue]: [f32; 3]) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
