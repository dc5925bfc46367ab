//! While something is looked up or checked the page looks alive: what was typed stays, the keys are
//! off, and after a moment dots go round.

use super::flows::stage;
use super::info::show;
use super::scenes::duty;
use super::stage::Stage;
use crate::ui::{DutyState, IdEntryView, Page, UiCommand, UiUpdate};
use gatepost_window::DutyAdapter;
use i_slint_backend_testing::ElementHandle;
use slint::ComponentHandle;
use std::time::Duration;

/// Whether the key takes taps, as a screen reader says.
fn is_on(stage: &Stage, key: &'static str) -> bool {
    let found = stage.ui.ask(move |app| {
        let mut keys = ElementHandle::find_by_accessible_label(app, key);
        keys.next().and_then(|key| key.accessible_enabled())
    });
    found.unwrap().unwrap_or(true)
}

fn spinners_come_after_a_moment(stage: &Stage) {
    assert!(stage.has("Spinner"));
    std::thread::sleep(Duration::from_millis(400));
    // After a moment there is an hourglass, or dots.
    let still = stage.ui.snapshot().unwrap();
    stage.ui.send(UiUpdate::LessMotion(false));
    let first = stage.ui.snapshot().unwrap();
    assert_ne!(still, first);
    std::thread::sleep(Duration::from_millis(100));
    assert_ne!(stage.ui.snapshot().unwrap(), first, "and goes on turning");
}

#[test]
fn a_number_that_is_looked_up_stays_and_its_keys_are_off() {
    let stage = stage();
    let looking = |looking| {
        stage.ui.send(UiUpdate::IdEntry(IdEntryView {
            fault: None,
            looking,
        }));
    };
    stage.ui.send(UiUpdate::Page(Page::IdEntry));
    stage.tap_all(&["3", "7", "0"]);
    assert!(is_on(&stage, "1") && !stage.has("Spinner"));
    looking(true);
    assert!(stage.says("370") && stage.says("Checking..."));
    assert!(!is_on(&stage, "1") && !is_on(&stage, "Look up"));
    stage.tap_all(&["1", "Delete the last character", "Look up"]);
    assert_eq!(stage.commands(), [], "it is being looked up already");
    assert!(stage.says("370"));
    spinners_come_after_a_moment(&stage);
    looking(false);
    assert!(is_on(&stage, "1") && !stage.says("Checking..."));
}

#[test]
fn the_dots_of_a_pin_that_is_checked_stay_and_its_keys_are_off() {
    let stage = stage();
    let dots = || {
        let length =
            |app: &gatepost_window::AppWindow| app.global::<DutyAdapter>().get_pin_length();
        stage.ui.ask(length).unwrap()
    };
    let asks = |tries_left| {
        UiUpdate::Duty(duty(DutyState::EnterPin {
            name: "Li".into(),
            tries_left,
        }))
    };
    stage.ui.send(UiUpdate::Page(Page::Duty));
    stage.ui.send(asks(None));
    stage.tap_all(&["1", "2", "3", "4", "OK"]);
    assert_eq!(stage.commands(), [UiCommand::Pin("1234".into())]);
    for _ in 0..2 {
        assert!(stage.says("Checking the PIN..."), "at once");
        assert_eq!(dots(), 4);
        assert!(!is_on(&stage, "1") && !is_on(&stage, "OK"));
        stage.tap_all(&["1", "Delete the last character", "OK"]);
        assert_eq!((stage.commands(), dots()), (Vec::new(), 4));
        let name = "Li".into();
        stage
            .ui
            .send(UiUpdate::Duty(duty(DutyState::Checking { name })));
    }
    spinners_come_after_a_moment(&stage);
    stage.ui.send(asks(Some(2)));
    assert_eq!(dots(), 0, "the next try begins anew");
    assert!(is_on(&stage, "1"));
}

#[test]
fn an_update_and_an_enrolment_at_work_look_alive() {
    let stage = stage();
    for scene in ["update-working", "enrol-asking"] {
        show(&stage, scene);
        spinners_come_after_a_moment(&stage);
    }
}

#[test]
fn a_pad_for_a_pin_has_a_way_out() {
    let stage = stage();
    stage.tap("Duty");
    let name = "Li".into();
    stage.ui.send(UiUpdate::Duty(duty(DutyState::EnterPin {
        name,
        tries_left: None,
    })));
    stage.tap_all(&["1", "Cancel"]);
    let opened = [Page::Duty, Page::Scan].map(UiCommand::Opened);
    assert_eq!(stage.commands(), opened);
    assert!(stage.says("Hold the code inside the frame"));
}
