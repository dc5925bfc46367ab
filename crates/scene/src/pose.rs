//! Where the carrier's plane stands before the camera: a homography from pixels back to the plane.

use crate::view::View;

/// Focal length in picture widths: a common webcam, about 49 degrees wide.
const FOCAL: f64 = 1.1;

/// Maps a place in the picture (pixels) to the plane of the carrier (the unit of `per_module`).
pub(crate) struct Pose([f32; 9]);

impl Pose {
    /// The plane's units are modules times `per_module`, with the code's centre at `centre`.
    pub(crate) fn new(view: &View, per_module: f64, centre: [f64; 2]) -> Self {
        let (width, height) = (f64::from(view.width), f64::from(view.height));
        let focal = FOCAL * width.max(height);
        let distance = focal / f64::from(view.px_per_module);
        let shift = |offset: f32, size: f64| f64::from(offset) * size * distance / focal;

        // Two columns of the rotation roll * pitch * yaw, and the place of the code's centre.
        let (sy, cy) = f64::from(view.yaw_deg).to_radians().sin_cos();
        let (sp, cp) = f64::from(view.pitch_deg).to_radians().sin_cos();
        let (sr, cr) = f64::from(view.roll_deg).to_radians().sin_cos();
        let right = [cr * cy - sr * sp * sy, sr * cy + cr * sp * sy, -cp * sy];
        let down = [-sr * cp, cr * cp, sp];
        let place = [
            shift(view.offset[0], width),
            shift(view.offset[1], height),
            distance,
        ];

        let project = |point: [f64; 3]| {
            [
                focal * point[0] + width / 2.0 * point[2],
                focal * point[1] + height / 2.0 * point[2],
                point[2],
            ]
        };
        let [u, v, w] = inverse([project(right), project(down), project(place)]);
        let scaled = |row: [f64; 3], centre: f64| {
            [0, 1, 2].map(|i| (row[i] * per_module + w[i] * centre) as f32)
        };
        let [a, b, c] = scaled(u, centre[0]);
        let [d, e, f] = scaled(v, centre[1]);
        Self([a, b, c, d, e, f, w[0] as f32, w[1] as f32, w[2] as f32])
    }

    /// The place on the plane that the picture shows at `x`, `y`; far away at or behind the horizon.
    pub(crate) fn plane(&self, x: f32, y: f32) -> [f32; 2] {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let depth = (g * x + h * y + i).max(1e-6);
        [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth]
    }
}

/// Rows of the inverse of the matrix with these columns. Its determinant is the carrier's facing:
/// positive for every view, whose tilts are bounded.
fn inverse([a, b, c]: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let cross = |p: [f64; 3], q: [f64; 3]| {
        [
            p[1] * q[2] - p[2] * q[1],
            p[2] * q[0] - p[0] * q[2],
            p[0] * q[1] - p[1] * q[0],
        ]
    };
    let bc = cross(b, c);
    let determinant = (a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2]).max(f64::MIN_POSITIVE);
    [bc, cross(c, a), cross(a, b)].map(|row| row.map(|value| value / determinant))
}
