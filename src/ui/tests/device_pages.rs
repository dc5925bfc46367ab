//! The page on which devices are tried, the guide, and the choice of a camera: what they say and
//! what their buttons send.

use super::device_scenes::cameras;
use super::info::{assert_says, next_command, open, show};
use super::info_scenes::notices;
use super::stage::Stage;
use crate::devices::Device;
use crate::ui::{CameraView, DeviceTrialsView, Page, UiCommand, UiUpdate};

#[test]
fn each_device_can_be_tried_but_the_gate_and_what_is_not_there() {
    let stage = open("devices");
    let tries = |stage: &Stage| {
        let buttons = stage.buttons().into_iter().map(|button| button.text);
        buttons.filter(|text| text.starts_with("Try")).count()
    };
    for (label, device) in [
        ("Try: Scanner", Device::Scanner),
        ("Try: ID card reader", Device::IdReader),
        ("Try: Thermometer", Device::Thermometer),
        ("Try: Loudspeaker", Device::Sound),
        ("Try: Signal lamp", Device::Lamp),
        ("Try: Camera light", Device::Torch),
    ] {
        stage.tap(label);
        assert_eq!(next_command(&stage), UiCommand::TryDevice(device));
    }
    stage.to_top();
    // The camera is shown by the window alone.
    stage.tap("Try: Camera");
    assert!(stage.commands.try_recv().is_err());
    assert_says(&stage, &["25 pictures a second", "It measured 36.5 °C."]);
    assert!(!stage.all_words().contains("Try: Gate"));
    show(&stage, "devices-bare");
    assert_eq!(tries(&stage), 0);
    assert_says(&stage, &["Not set up here", "No camera found"]);
}

#[test]
fn a_camera_that_sends_no_pictures_has_no_tick() {
    let stage = open("devices");
    let rate = |rate| {
        let devices = Vec::new();
        let view = DeviceTrialsView { rate, devices };
        stage.ui.send(UiUpdate::Devices(view));
        stage.all_words()
    };
    let (runs, stands) = ("The camera is running.", "The camera is not responding");
    assert!(rate(25).contains(runs) && rate(1).contains(runs));
    let words = rate(0);
    assert!(!words.contains(runs) && words.contains(stands), "{words:?}");
}

#[test]
fn the_guide_leads_through_three_pictures_back_and_out() {
    let stage = open("guide");
    assert_says(&stage, &["Hold the code inside the frame"]);
    stage.tap("Next");
    assert_says(
        &stage,
        &[
            "ADMIT",
            "CHECK",
            "REFUSE",
            "Do first what the screen asks for.",
        ],
    );
    stage.tap("Next");
    assert_says(&stage, &["Paper pass", "Tap it too and register by hand."]);
    assert!(stage.buttons().iter().all(|button| button.text != "Skip"));
    stage.tap("Back");
    stage.tap("Back");
    assert_says(&stage, &["Hold the code inside the frame"]);
    assert!(stage.commands.try_recv().is_err(), "it is one page");
    stage.tap("Skip");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Scan));
    show(&stage, "guide-no-code");
    stage.tap("Start scanning");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Scan));
    show(&stage, "guide");
    assert_says(&stage, &["Hold the code inside the frame"]);
    stage.tap("Back");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Menu));
}

#[test]
fn cameras_are_offered_where_there_are_two_by_their_names_as_they_are_written() {
    let stage = open("menu");
    assert!(!stage.all_words().contains("Camera"));
    let mut cameras = cameras();
    cameras[0].name = "\u{202e}Cam\n".into();
    stage.ui.send(UiUpdate::Cameras(cameras[..1].to_vec()));
    assert!(!stage.all_words().contains("Camera"), "one is no choice");
    stage.ui.send(UiUpdate::Cameras(cameras));
    assert_says(
        &stage,
        &["Camera", "[U+202E]Cam[U+000A]", "USB Camera /dev/video2"],
    );
    stage.tap("USB Camera /dev/video4");
    assert_eq!(
        next_command(&stage),
        UiCommand::Camera("/dev/video4".into())
    );
}

#[test]
fn the_camera_page_and_the_notices_lead_to_the_page_on_which_devices_are_tried() {
    let stage = open("menu");
    stage.ui.send(UiUpdate::Page(Page::Status));
    stage.tap("Check the devices");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Devices));
    stage.ui.send(UiUpdate::Page(Page::Scan));
    stage.ui.send(UiUpdate::Camera(CameraView::Stalled));
    stage.tap("Check the devices");
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Devices));
    stage.ui.send(UiUpdate::Notices(notices()));
    stage.tap_all(&["Show the notices", "Check the devices"]);
    assert_eq!(next_command(&stage), UiCommand::Opened(Page::Devices));
    assert_says(&stage, &["Camera"]);
}
