//! A synthetic camera: draws QR codes as a hand-held camera sees them, on a phone or on paper.
//!
//! For the demo, tests and benches only; the device never carries this crate. The same seed gives
//! the same picture on the same machine.
//!
//! The light goes one way: [`Code`] -> `art` (the flat phone or sheet, drawn once) -> `pose`
//! (perspective and bend) -> `camera` (area-sampled onto the `backdrop`) -> `lens` (blur) ->
//! `sensor` (exposure, noise, grey levels) -> picture.
//!
//! A still is one [`View`]. A [`Sequence`] is a view that changes with time: `motion` brings and
//! shakes the code, `auto_control` controls focus and exposure, `light` flickers and glares; each
//! sample of a pixel has its own instant, which gives motion blur and rolling shutter. A
//! [`Scenario`] is a table of parameters, a [`Setting`]; each [`SceneFrame`] says where the code
//! really is.
//!
//! ```
//! use gatepost_scene::{Code, ErrorCorrection, Scenario, Sequence};
//!
//! let code = Code::new("GP1:AN EXAMPLE", ErrorCorrection::Medium)?;
//! for frame in Sequence::new(&code, Scenario::BusStationFar, 1).take(2) {
//!     assert_eq!(frame.image.dimensions(), (640, 480));
//!     assert!(frame.truth.fully_visible);
//! }
//! # Ok::<(), gatepost_scene::SceneError>(())
//! ```

#![forbid(unsafe_code)]

mod art;
mod auto_control;
mod backdrop;
mod camera;
mod coarse;
mod code;
mod font;
mod lens;
mod light;
mod motion;
mod planes;
mod pose;
mod print;
mod random;
mod scenario;
mod sensor;
mod sequence;
mod setting;
mod view;

#[cfg(test)]
mod tests;

pub use auto_control::{AutoExposure, Focus, Settling};
pub use backdrop::Backdrop;
pub use code::{Code, ErrorCorrection, MAX_TEXT, SceneError};
pub use light::{Flicker, Glare};
pub use motion::{Entrance, Path, Shake};
pub use print::{SCANNER_FOV_DEG, module_mm, print, print_view, px_per_module};
pub use scenario::Scenario;
pub use sequence::{FRAME_MS, SceneFrame, Sequence, Truth};
pub use setting::{Screen, Setting, Shutter};
pub use view::{Carrier, MAX_FRAMES, View, approach};

use art::Art;
use image::{GrayImage, RgbImage};

/// What the camera sees of one code, as brightness.
#[must_use]
pub fn render(code: &Code, view: &View) -> GrayImage {
    render_many(&[(code, [0.0, 0.0])], view)
}

/// What the camera sees of one code, in colour.
#[must_use]
pub fn render_rgb(code: &Code, view: &View) -> RgbImage {
    render_many_rgb(&[(code, [0.0, 0.0])], view)
}

/// Several codes in one picture, as brightness. Each stands at the view's offset plus its own, in
/// fractions of the picture's width and height; a later one covers an earlier one.
#[must_use]
pub fn render_many(codes: &[(&Code, [f32; 2])], view: &View) -> GrayImage {
    let view = view.bounded();
    let [grey] = camera::expose(&view, &stage(codes, &view));
    GrayImage::from_raw(view.width, view.height, grey).unwrap_or_default()
}

/// Several codes in one picture, in colour; see [`render_many`].
#[must_use]
pub fn render_many_rgb(codes: &[(&Code, [f32; 2])], view: &View) -> RgbImage {
    let view = view.bounded();
    let [red, green, blue] = camera::expose(&view, &stage(codes, &view));
    let mixed = red
        .into_iter()
        .zip(green)
        .zip(blue)
        .flat_map(|((r, g), b)| [r, g, b])
        .collect();
    RgbImage::from_raw(view.width, view.height, mixed).unwrap_or_default()
}

/// The view's surroundings with nobody showing a code, in colour.
#[must_use]
pub fn blank(view: &View) -> RgbImage {
    render_many_rgb(&[], view)
}

/// Each code drawn flat, with the view it is seen under.
fn stage(codes: &[(&Code, [f32; 2])], view: &View) -> Vec<(Art, View)> {
    codes
        .iter()
        .map(|(code, [x, y])| {
            let offset = [view.offset[0] + x, view.offset[1] + y];
            let view = View { offset, ..*view }.bounded().fitted(code);
            (Art::new(code, view.carrier, view.seed), view)
        })
        .collect()
}
