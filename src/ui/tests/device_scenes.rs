//! Every state of the page on which devices are tried, of the locked menu, of the choice of a
//! camera and of the guide, as updates to send.

use super::scenes::Scene;
use crate::devices::{BodyTemperature, Device, DeviceError, LineFault, TemperatureError};
use crate::ui::{
    CameraChoiceView, CameraView, DeviceState, DeviceTrial, DeviceTrialsView, LockView, Page,
    TriedDevice, UiUpdate,
};

pub(super) fn device_scenes() -> Vec<Scene> {
    let mut scenes = vec![
        devices("devices", tried(), Vec::new()),
        devices(
            "devices-running",
            rows(|_| DeviceState::Works, running),
            Vec::new(),
        ),
        devices(
            "devices-bare",
            rows(|_| DeviceState::NotSetUp, |_| DeviceTrial::None),
            no_camera(),
        ),
        devices("devices-worst", troubled(), no_camera()),
        Scene::new("guide", vec![UiUpdate::Page(Page::Guide)], &[]),
        Scene::new(
            "guide-verdicts",
            vec![UiUpdate::Page(Page::Guide)],
            &["Next"],
        ),
        Scene::new(
            "guide-no-code",
            vec![UiUpdate::Page(Page::Guide)],
            &["Next", "Next"],
        ),
    ];
    for (name, lock, page) in [
        ("menu-locked", LockView::Shut, Page::Menu),
        ("unlock", LockView::Shut, Page::Unlock),
        ("unlock-refused", LockView::BadgeRefused, Page::Unlock),
    ] {
        let updates = vec![UiUpdate::Lock(lock), UiUpdate::Page(page)];
        scenes.push(Scene::new(name, updates, &[]));
    }
    let cameras = vec![UiUpdate::Cameras(cameras()), UiUpdate::Page(Page::Menu)];
    scenes.push(Scene::new("menu-cameras", cameras, &[]));
    scenes
}

/// One in use, and two that call themselves the same.
pub(super) fn cameras() -> Vec<CameraChoiceView> {
    let camera = |number: u8, name: &str, chosen| CameraChoiceView {
        device: format!("/dev/video{number}"),
        name: name.to_owned(),
        chosen,
    };
    vec![
        camera(0, "HD Pro Webcam C920", true),
        camera(2, "USB Camera", false),
        camera(4, "USB Camera", false),
    ]
}

fn devices(name: &'static str, devices: Vec<TriedDevice>, before: Vec<UiUpdate>) -> Scene {
    let view = UiUpdate::Devices(DeviceTrialsView { rate: 25, devices });
    let updates = before
        .into_iter()
        .chain([view, UiUpdate::Page(Page::Devices)]);
    Scene::new(name, updates.collect(), &[])
}

fn no_camera() -> Vec<UiUpdate> {
    let device = "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_7A1B2C3D-video-index0".into();
    vec![UiUpdate::Camera(CameraView::NotFound { device })]
}

fn rows(state: fn(Device) -> DeviceState, trial: fn(Device) -> DeviceTrial) -> Vec<TriedDevice> {
    let row = |device| TriedDevice {
        device,
        state: state(device),
        trial: trial(device),
    };
    Device::ALL.map(row).into()
}

/// All of them work, and were tried.
pub(super) fn tried() -> Vec<TriedDevice> {
    rows(
        |device| match device {
            Device::Sound => DeviceState::Unused,
            _ => DeviceState::Works,
        },
        |device| match device {
            Device::Scanner => DeviceTrial::Code("GP1:6BF+7079".into()),
            Device::IdReader => DeviceTrial::Card(18),
            Device::Thermometer => DeviceTrial::Measured(BodyTemperature::from_tenths(365)),
            Device::Sound | Device::Lamp | Device::Torch => DeviceTrial::Ran,
            Device::Gate => DeviceTrial::None,
        },
    )
}

/// In each something is wrong.
fn troubled() -> Vec<TriedDevice> {
    rows(
        |device| match device {
            Device::Sound => DeviceState::Gone(DeviceError::Busy {
                name: "sysdefault:CARD=Headphones".into(),
            }),
            Device::Gate => DeviceState::Gone(DeviceError::NotFound {
                name: "/dev/gpiochip4".into(),
            }),
            _ => DeviceState::Works,
        },
        |device| match device {
            Device::Scanner => DeviceTrial::Garbled(LineFault::NoEnd),
            Device::IdReader => DeviceTrial::Garbled(LineFault::NotText),
            Device::Thermometer => DeviceTrial::Measured(Err(TemperatureError::Fahrenheit)),
            Device::Lamp | Device::Torch => DeviceTrial::Nothing,
            Device::Sound | Device::Gate => DeviceTrial::None,
        },
    )
}

/// All of them are being tried that can be for a while.
fn running(device: Device) -> DeviceTrial {
    match device {
        Device::Sound | Device::Gate => DeviceTrial::None,
        _ => DeviceTrial::Running,
    }
}
