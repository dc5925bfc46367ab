//! Where the carrier stands before the camera, and how it bends: from pixels to the carrier and
//! back.
//!
//! A pinhole camera looks at a plane, or at a sheet bent into a part of a cylinder. Lengths are in
//! modules from the code's centre, right and down on the carrier, and away from the camera.

use crate::view::View;

/// One stand of the carrier before the camera.
pub(crate) struct Pose {
    /// The camera in the carrier's frame.
    eye: [f32; 3],
    /// Direction of the ray through a pixel in the carrier's frame: its part for each step right,
    /// each step down, and that of the picture's top left corner.
    ray: [[f32; 3]; 3],
    /// The carrier's frame (right, down, away) and its centre, as the camera sees them.
    frame: [[f32; 3]; 3],
    place: [f32; 3],
    /// Focal length, and the picture's middle, in pixels.
    focal: f32,
    middle: [f32; 2],
    /// Inverse radius of the bend; positive bends the edges away from the camera.
    curvature: f32,
    /// Direction across the bend, on the carrier.
    across: [f32; 2],
}

impl Pose {
    /// `side` is that of the code in modules, quiet zone included.
    pub(crate) fn new(view: &View, side: f32) -> Self {
        let size = [view.width as f32, view.height as f32];
        let focal = view.focal_px();
        let distance = focal / view.px_per_module;
        let shift = |axis: usize| view.offset[axis] * size[axis] * distance / focal;
        let place = [shift(0), shift(1), distance];

        // The columns of the rotation roll * pitch * yaw.
        let (sy, cy) = view.yaw_deg.to_radians().sin_cos();
        let (sp, cp) = view.pitch_deg.to_radians().sin_cos();
        let (sr, cr) = view.roll_deg.to_radians().sin_cos();
        let frame = [
            [cr * cy - sr * sp * sy, sr * cy + cr * sp * sy, -cp * sy],
            [-sr * cp, cr * cp, sp],
            [cr * sy + sr * sp * cy, sr * sy - cr * sp * cy, cp * cy],
        ];
        let turned = |v: [f32; 3]| frame.map(|column| dot(column, v));
        let middle = size.map(|part| part / 2.0);
        let (sin, cos) = view.curl_axis_deg.to_radians().sin_cos();
        Self {
            eye: turned(place.map(|part| -part)),
            ray: [
                turned([1.0 / focal, 0.0, 0.0]),
                turned([0.0, 1.0 / focal, 0.0]),
                turned([-middle[0] / focal, -middle[1] / focal, 1.0]),
            ],
            frame,
            place,
            focal,
            middle,
            curvature: view.curl / side,
            across: [cos, sin],
        }
    }

    /// The place on the carrier that the picture shows at `x`, `y`; far away at or behind the
    /// horizon.
    ///
    /// The bend is a circle through the centre, `k (t^2 + z^2) = 2 z` with `t` across it and `z`
    /// away: at curvature `k = 0` the plane itself.
    pub(crate) fn plane(&self, x: f32, y: f32) -> [f32; 2] {
        let [right, down, corner] = self.ray;
        let ray = [0, 1, 2].map(|i| right[i] * x + down[i] * y + corner[i]);
        let [sx, sy] = self.across;
        let turn = |[x, y, z]: [f32; 3]| [x * sx + y * sy, y * sx - x * sy, z];
        let (from, step) = (turn(self.eye), turn(ray));
        let k = self.curvature;

        // Where the ray meets the circle; grazing rays stop at its rim.
        let a = k * (step[0] * step[0] + step[2] * step[2]);
        let b = step[2] - k * (from[0] * step[0] + from[2] * step[2]);
        let c = k * (from[0] * from[0] + from[2] * from[2]) - 2.0 * from[2];
        let root = (b * b - a * c).max(0.0).sqrt();
        let length = if b >= 0.0 || a == 0.0 {
            c / (b + root).max(1e-6)
        } else {
            (b - root) / a
        };
        let [t, along, z] = [0, 1, 2].map(|i| from[i] + step[i] * length);
        let bent = if k == 0.0 {
            t
        } else {
            (k * t).atan2(1.0 - k * z) / k
        };
        [bent * sx - along * sy, bent * sy + along * sx]
    }

    /// Where the picture shows a place on the carrier.
    pub(crate) fn pixel(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [sx, sy] = self.across;
        let (bent, along) = (x * sx + y * sy, y * sx - x * sy);
        let k = self.curvature;
        let (t, z) = if k == 0.0 {
            (bent, 0.0)
        } else {
            ((k * bent).sin() / k, (1.0 - (k * bent).cos()) / k)
        };
        let on = [t * sx - along * sy, t * sy + along * sx, z];
        let [right, down, away] = self.frame;
        let seen =
            [0, 1, 2].map(|i| self.place[i] + right[i] * on[0] + down[i] * on[1] + away[i] * on[2]);
        let scale = self.focal / seen[2].max(1e-6);
        [
            self.middle[0] + seen[0] * scale,
            self.middle[1] + seen[1] * scale,
        ]
    }
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
