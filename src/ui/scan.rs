//! The scan page: camera state, preview, the codes found in it, and which way people go.

use super::verdict::map_outcome;
use super::view::{AimHint, CameraView, Outline, RecentVerdict, RgbPicture, UiCommand};
use gatepost_protocol::Direction;
use gatepost_window::{
    AimKind, AppWindow, CameraKind, DirectionKind, RecentItem, ScanAdapter, StatusAdapter,
};
use slint::{ComponentHandle, Image, ModelRc, Rgb8Pixel, SharedPixelBuffer, SharedString};
use std::fmt::Write;
use std::rc::Rc;

/// More codes in one picture are not outlined.
const MAX_OUTLINES: usize = 8;
/// Closed verdicts that there is space for.
const MAX_RECENT: usize = 3;

/// The direction button switches at once and reports it to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let weak = app.as_weak();
    let on_command = on_command.clone();
    app.global::<ScanAdapter>().on_switch_direction(move || {
        let Some(app) = weak.upgrade() else { return };
        let status = app.global::<StatusAdapter>();
        let (kind, direction) = match status.get_direction() {
            DirectionKind::Inward => (DirectionKind::Outward, Direction::Out),
            DirectionKind::Outward => (DirectionKind::Inward, Direction::In),
        };
        status.set_direction(kind);
        on_command(UiCommand::Direction(direction));
    });
}

/// Shows the state of the camera. Unless it is live the last picture is cleared, so that nobody
/// aims at a frozen scene.
pub(super) fn show_camera(adapter: &ScanAdapter, camera: &CameraView) {
    let (kind, device) = map_camera(camera);
    adapter.set_device(SharedString::from(device));
    adapter.set_camera(kind);
    if kind != CameraKind::Live {
        adapter.set_preview(Image::default());
        adapter.set_outlines(SharedString::default());
    }
}

/// Shows a preview picture.
pub(super) fn show_preview(adapter: &ScanAdapter, pixels: SharedPixelBuffer<Rgb8Pixel>) {
    adapter.set_preview(Image::from_rgb8(pixels));
}

/// Outlines the codes of the newest decoded picture of `size`; no codes clear the outlines.
pub(super) fn show_found(adapter: &ScanAdapter, codes: &[Outline], size: (u32, u32)) {
    adapter.set_outlines(path(codes).into());
    adapter.set_outlines_width(size.0 as f32);
    adapter.set_outlines_height(size.1 as f32);
    adapter.set_found(adapter.get_found().wrapping_add(1));
}

/// Shows what to do so that a code can be read.
pub(super) fn show_aim(adapter: &ScanAdapter, hint: Option<AimHint>) {
    adapter.set_aim(match hint {
        None => AimKind::None,
        Some(AimHint::TooDark) => AimKind::TooDark,
        Some(AimHint::ComeCloser) => AimKind::ComeCloser,
        Some(AimHint::HoldStill) => AimKind::HoldStill,
        Some(AimHint::AlreadyRead) => AimKind::AlreadyRead,
    });
}

/// Shows how the last verdicts went.
pub(super) fn show_recent(adapter: &ScanAdapter, verdicts: &[RecentVerdict]) {
    let items = verdicts.iter().take(MAX_RECENT).map(|verdict| RecentItem {
        outcome: map_outcome(verdict.outcome),
        seconds: verdict.seconds.into(),
    });
    adapter.set_recent(ModelRc::from(items.collect::<Vec<_>>().as_slice()));
}

/// Closed polygons as an SVG path. A code with a corner that is not a number is left out.
pub(super) fn path(codes: &[Outline]) -> String {
    let mut path = String::new();
    let drawable = |code: &&Outline| code.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    for code in codes.iter().filter(drawable).take(MAX_OUTLINES) {
        for (at, (x, y)) in code.iter().enumerate() {
            let verb = if at == 0 { 'M' } else { 'L' };
            // Writing to a string does not fail.
            let _ = write!(path, "{verb} {x:.1} {y:.1} ");
        }
        path.push_str("Z ");
    }
    path
}

/// Copies a picture into Slint's buffer; `None` when its size and its bytes disagree.
pub(super) fn pixels(picture: &RgbPicture) -> Option<SharedPixelBuffer<Rgb8Pixel>> {
    let expected = u128::from(picture.width) * u128::from(picture.height) * 3;
    let complete = expected > 0 && picture.rgb.len() as u128 == expected;
    complete
        .then(|| SharedPixelBuffer::clone_from_slice(&picture.rgb, picture.width, picture.height))
}

pub(super) fn map_camera(camera: &CameraView) -> (CameraKind, &str) {
    match camera {
        CameraView::Starting => (CameraKind::Starting, ""),
        CameraView::Live => (CameraKind::Live, ""),
        CameraView::NotFound { device } => (CameraKind::NotFound, device),
        CameraView::Busy { device } => (CameraKind::Busy, device),
        CameraView::Unplugged { device } => (CameraKind::Unplugged, device),
        CameraView::Stalled => (CameraKind::Stalled, ""),
        CameraView::Unsupported => (CameraKind::Unsupported, ""),
        CameraView::Finished => (CameraKind::Finished, ""),
        CameraView::Off => (CameraKind::Off, ""),
    }
}
