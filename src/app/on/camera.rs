//! The camera came or went, or somebody chose another one.

use std::path::Path;

use gatepost_system::chain;

use crate::{
    app::{
        context::DeviceContext,
        lane::Lane,
        present,
        state::choices::Choices,
        threads::{beside, frames::RunningCamera},
    },
    camera::{CameraState, PluggedCamera, cameras},
    program::Confirmation,
    ui::{CameraChoiceView, UiUpdate},
};

/// The camera came or went. Its first picture finds this start of the program good; where there is
/// no camera, the loop itself does, which has come this far.
pub(crate) fn changed(
    lane: &mut Lane,
    state: CameraState,
    confirmation: &mut Option<Confirmation>,
) {
    if matches!(state, CameraState::Live | CameraState::Off)
        && let Some(confirmation) = confirmation.take()
    {
        beside::run(move || {
            if let Err(why) = confirmation.run() {
                log::warn!("{}", chain(&why));
            }
        });
    }
    if let CameraState::Waiting(error) = &state {
        log::warn!("{}", chain(error));
    }
    lane.face.sees = state == CameraState::Live;
    if lane.face.sees {
        lane.window.camera_live();
    }
    lane.window
        .send(UiUpdate::Camera(present::camera::view(state)));
}

/// Shows which cameras there are to choose from; none where the pictures come from elsewhere.
pub(crate) fn show(lane: &Lane, context: &DeviceContext, running: &RunningCamera) {
    let there = choices(context, running);
    let view = |camera: PluggedCamera| CameraChoiceView {
        chosen: running.is(&camera.device),
        device: camera.device,
        name: camera.name,
    };
    let views = there.into_iter().map(view).collect();
    lane.window.send(UiUpdate::Cameras(views));
}

fn choices(context: &DeviceContext, running: &RunningCamera) -> Vec<PluggedCamera> {
    match running.is_camera() {
        true => cameras(Path::new(&context.video_devices)),
        false => Vec::new(),
    }
}

/// Somebody chose a camera, from now on and after a restart. One that has gone since is none.
pub(crate) fn chosen(
    lane: &Lane,
    context: &DeviceContext,
    running: &mut RunningCamera,
    choices_kept: &mut Choices,
    device: &str,
) {
    let there = choices(context, running);
    if let Some(camera) = there.into_iter().find(|camera| camera.device == device) {
        if !running.is(&camera.device) {
            running.change(camera.device.clone());
        }
        choices_kept.change(&context.data, |kept| kept.camera = Some(camera));
    }
    show(lane, context, running);
}
