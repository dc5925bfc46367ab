//! The scan page: camera state and preview.

use super::generated::{CameraKind, ScanAdapter};
use super::view::{CameraView, Picture};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer, SharedString};

/// Shows what the camera is doing. Without a live picture the last one goes, so that nobody aims at a frozen scene.
pub(super) fn show_camera(adapter: &ScanAdapter, camera: &CameraView) {
    let (kind, device) = map_camera(camera);
    adapter.set_device(SharedString::from(device));
    adapter.set_camera(kind);
    if kind != CameraKind::Live {
        adapter.set_preview(Image::default());
    }
}

/// Shows a preview picture.
pub(super) fn show_preview(adapter: &ScanAdapter, pixels: SharedPixelBuffer<Rgb8Pixel>) {
    adapter.set_preview(Image::from_rgb8(pixels));
}

/// Copies a picture into Slint's buffer; `None` when its size and its bytes disagree.
pub(super) fn pixels(picture: &Picture) -> Option<SharedPixelBuffer<Rgb8Pixel>> {
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
    }
}
