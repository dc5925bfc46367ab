//! What the camera is doing.

use crate::{
    camera::{CameraError, CameraState},
    ui::CameraView,
};

/// The camera's state, or what keeps it from giving pictures.
pub(crate) fn view(state: CameraState) -> CameraView {
    let error = match state {
        CameraState::Starting => return CameraView::Starting,
        CameraState::Live => return CameraView::Live,
        CameraState::Finished => return CameraView::Finished,
        CameraState::Off => return CameraView::Off,
        CameraState::Waiting(error) => error,
    };
    match error {
        CameraError::NotFound { device } => CameraView::NotFound { device },
        CameraError::Busy { device } => CameraView::Busy { device },
        CameraError::Unplugged { device } => CameraView::Unplugged { device },
        CameraError::Stalled { .. } => CameraView::Stalled,
        CameraError::Unsupported { .. } | CameraError::BadPicture { .. } => CameraView::Unsupported,
        CameraError::Folder { path, .. } => CameraView::NotFound {
            device: path.display().to_string(),
        },
        CameraError::Finished => CameraView::Finished,
    }
}
