//! What a guard does on the pages, by the labels of the buttons: each tap sends what it says, and
//! nothing private stays.

use super::scenes::{by_hand, duty};
use super::stage::{SIZES, Stage, status, verdict};
use crate::config::Language;
use crate::ui::page::typed;
use crate::ui::scan::path;
use crate::ui::{
    ByHandForm, CameraView, DutyState, IdEntryView, IdFault, Page, TextSize, UiCommand, UiUpdate,
};
use gatepost_protocol::{Direction, Outcome, Reason, WhyNoCode};
use gatepost_window::{ByHandAdapter, DutyAdapter, IdAdapter};
use slint::{ComponentHandle, Model};
use std::time::Duration;

const NUMBER: [&str; 18] = [
    "3", "7", "0", "1", "0", "2", "1", "9", "9", "0", "0", "1", "0", "1", "0", "0", "1", "X",
];

pub(super) fn stage() -> Stage {
    let stage = Stage::open((480, 800), Language::English);
    stage.ui.send(UiUpdate::Status(status()));
    stage.ui.send(UiUpdate::Camera(CameraView::Live));
    stage
}

/// On the page of who is registered by hand, with so many questions.
fn on_by_hand(questions: usize) -> Stage {
    let stage = stage();
    stage.ui.send(UiUpdate::ByHand(by_hand(questions)));
    stage.ui.send(UiUpdate::Page(Page::ByHand));
    stage
}

impl Stage {
    pub(super) fn commands(&self) -> Vec<UiCommand> {
        self.commands.try_iter().collect()
    }
}

#[test]
fn typing_an_id_number_is_two_taps_from_home() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.tap_all(&["No phone or code", "Enter the ID number"]);
        assert_eq!(
            stage.commands(),
            [
                UiCommand::Opened(Page::NoCode),
                UiCommand::Opened(Page::IdEntry)
            ]
        );
        stage.tap_all(&NUMBER);
        assert!(stage.says("370102 19900101 001X"));
        stage.tap("1");
        assert!(stage.says("370102 19900101 001X"), "18 characters are all");
        stage.tap("Look up");
        assert_eq!(
            stage.commands(),
            [UiCommand::IdNumber("37010219900101001X".into())]
        );
    }
}

#[test]
fn a_fault_in_an_id_number_is_said_in_words_and_goes_with_the_next_key() {
    let stage = stage();
    stage.ui.send(UiUpdate::Page(Page::IdEntry));
    stage.tap_all(&["1", "2", "Delete the last character", "Look up"]);
    assert_eq!(stage.commands(), [UiCommand::IdNumber("1".into())]);
    let fault = "A digit is wrong. Compare the number with the card.";
    stage.ui.send(UiUpdate::IdEntry(IdEntryView {
        fault: Some(IdFault::CheckDigit),
        looking: false,
    }));
    assert!(stage.says(fault));
    stage.tap("3");
    assert!(!stage.says(fault));
}

#[test]
fn a_form_by_hand_goes_whole_to_the_program_and_is_forgotten() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::ByHand(by_hand(2)));
        stage.tap_all(&[
            "No phone or code",
            "Register by hand",
            "Phone is off or broken",
            "No",
            "Yes",
            "L",
            "I",
            "Space",
            "N",
            "G",
            "Delete the last character",
            "ID or telephone number",
            "1",
            "3",
            "X",
            "Delete the last character",
        ]);
        assert!(stage.says("LI N") && stage.says("13"));
        stage.commands();
        stage.tap("Register");
        let form = ByHandForm {
            why: WhyNoCode::PhoneTrouble,
            name: "LI N".into(),
            contact: "13".into(),
            answers: vec![false, true],
        };
        assert_eq!(stage.commands(), [UiCommand::ByHand(form)]);
        assert_nothing_typed(&stage);
    }
}

#[test]
fn a_double_tap_answers_one_question_and_registers_nobody() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::ByHand(by_hand(2)));
        stage.ui.send(UiUpdate::Page(Page::ByHand));
        let step = || {
            let step = |app: &gatepost_window::AppWindow| app.global::<ByHandAdapter>().get_step();
            stage.ui.ask(step).unwrap()
        };
        for (number, label) in [
            (1, "Child or patient, cannot show one"),
            (2, "Yes"),
            (3, "Yes"),
        ] {
            stage.tap(label);
            assert_eq!(step(), number, "{label}");
            // The second half: whatever has come up under the finger.
            for button in stage.buttons() {
                let (x, y) = button.middle();
                let header = button.text == "Back" || button.text.contains("language");
                if !header {
                    stage.ui.click(x, y).unwrap();
                }
            }
            assert_eq!(step(), number, "{label}");
        }
        assert_eq!(stage.commands(), []);
    }
}

#[test]
fn the_way_back_through_a_form_keeps_its_answers() {
    let stage = on_by_hand(1);
    stage.tap_all(&["Visitor without a local pass", "Yes", "Back", "Back"]);
    assert!(stage.says("Reason for no code"));
    stage.tap_all(&["Visitor without a local pass", "No", "Register"]);
    let form = ByHandForm {
        why: WhyNoCode::Visitor,
        name: String::new(),
        contact: String::new(),
        answers: vec![false],
    };
    assert_eq!(stage.commands(), [UiCommand::ByHand(form)]);
}

#[test]
fn a_name_and_a_number_stop_at_what_the_record_has_room_for() {
    let stage = on_by_hand(0);
    stage.tap("Code cannot be read");
    assert!(stage.says("In pinyin: WANG FANG"), "no keys write 王芳");
    stage.tap_all(&["W"; 45]);
    assert!(!stage.says("In pinyin: WANG FANG"));
    stage.tap("ID or telephone number");
    stage.tap_all(&["7"; 30]);
    stage.tap("Register");
    let Some(UiCommand::ByHand(form)) = stage.commands().pop() else {
        panic!("a form");
    };
    assert_eq!((form.name.len(), form.contact.len()), (40, 24));
}

#[test]
fn where_nobody_is_registered_by_hand_the_page_says_so() {
    let stage = stage();
    let mut view = by_hand(0);
    view.allowed = false;
    stage.ui.send(UiUpdate::ByHand(view));
    stage.ui.send(UiUpdate::Page(Page::ByHand));
    assert!(stage.says("Nobody is registered by hand at this place."));
    assert!(stage.buttons().iter().all(|b| b.text != "Register"));
    stage.tap("Enter the ID number");
    assert!(stage.says("Enter the number, or use the card reader."));
}

#[test]
fn what_was_typed_is_gone_when_a_page_is_left() {
    let stage = stage();
    stage.ui.send(UiUpdate::ByHand(by_hand(1)));
    stage.tap_all(&["No phone or code", "Enter the ID number", "3", "7", "Back"]);
    assert_nothing_typed(&stage);
    stage.tap_all(&[
        "Register by hand",
        "No phone, no paper pass",
        "Yes",
        "W",
        "A",
    ]);
    stage.ui.send(UiUpdate::Page(Page::Scan));
    assert_nothing_typed(&stage);
    stage.ui.send(UiUpdate::Page(Page::Duty));
    stage.ui.send(UiUpdate::Duty(duty(DutyState::EnterPin {
        name: "Li".into(),
        tries_left: None,
    })));
    stage.tap_all(&["1", "2"]);
    stage.ui.send(UiUpdate::Page(Page::Scan));
    assert_nothing_typed(&stage);
}

#[test]
fn a_verdict_on_a_typed_number_takes_the_number_away() {
    let stage = stage();
    stage.ui.send(UiUpdate::ByHand(by_hand(0)));
    stage.ui.send(UiUpdate::Page(Page::IdEntry));
    stage.tap_all(&["3", "7", "Look up"]);
    let view = verdict(Outcome::Check, &[Reason::NoList], 0);
    stage.ui.send(UiUpdate::Verdict(view));
    assert_nothing_typed(&stage);
    stage.commands();
    stage.tap("Register by hand");
    assert_eq!(
        stage.commands(),
        [
            UiCommand::DismissVerdict(7),
            UiCommand::Opened(Page::ByHand)
        ]
    );
    assert!(stage.says("Reason for no code"));
}

#[test]
fn a_paper_pass_and_a_relatives_pass_lead_back_to_the_camera_with_a_hint() {
    let stage = stage();
    stage.tap_all(&["No phone or code", "Scan a paper pass"]);
    assert!(stage.says("Hold the paper pass inside the frame"));
    stage.tap_all(&["No phone or code", "Scan a relative's family pass"]);
    assert!(stage.says("Hold the relative's family pass inside the frame"));
    stage.tap_all(&["No phone or code", "Back"]);
    assert!(stage.says("Hold the code inside the frame"));
}

#[test]
fn the_direction_is_turned_round_by_a_long_press_and_by_no_slip() {
    let stage = stage();
    let hold = |label: &str, millis| {
        let button = stage.button(label);
        let time = Duration::from_millis(millis);
        stage.ui.hold(button.middle(), time).unwrap();
    };
    stage.tap("Hold to switch to out");
    hold("Hold to switch to out", 300);
    hold("Direction: in", 700);
    assert_eq!(stage.commands(), [], "it takes 0.6 s, on the other one");
    hold("Hold to switch to out", 700);
    assert!(stage.buttons().iter().any(|b| b.text == "Direction: out"));
    stage.activate("Hold to switch to in");
    assert!(stage.buttons().iter().any(|b| b.text == "Direction: in"));
    assert_eq!(
        stage.commands(),
        [
            UiCommand::Direction(Direction::Out),
            UiCommand::Direction(Direction::In)
        ]
    );
}

#[test]
fn the_torch_has_a_button_where_there_is_one() {
    let stage = stage();
    assert!(stage.buttons().iter().all(|b| b.text != "Light on"));
    stage.ui.send(UiUpdate::Torch(Some(false)));
    stage.tap_all(&["Light on", "Light off"]);
    assert_eq!(
        stage.commands(),
        [UiCommand::Torch(true), UiCommand::Torch(false)]
    );
}

#[test]
fn a_pin_pad_that_is_locked_says_for_how_long_and_leads_back_to_scanning() {
    let stage = stage();
    stage.tap("Duty");
    let locked = DutyState::Locked { seconds: 125 };
    stage.ui.send(UiUpdate::Duty(duty(locked)));
    assert!(stage.says("Too many wrong PINs") && stage.says("Try again in 2:05"));
    assert!(stage.buttons().iter().all(|b| b.text != "1"), "no keys");
    stage.tap("Back to scanning");
    let opened = [Page::Duty, Page::Scan].map(UiCommand::Opened);
    assert_eq!(stage.commands(), opened);
}

#[test]
fn signing_on_and_off_asks_for_the_pin_and_shows_the_guard() {
    let stage = stage();
    stage.tap("Duty");
    stage.ui.send(UiUpdate::Duty(duty(DutyState::EnterPin {
        name: "Li".into(),
        tries_left: Some(2),
    })));
    assert!(stage.says("Wrong PIN. 2 tries left."));
    stage.tap("OK");
    stage.tap_all(&["9", "8", "Delete the last character", "7", "OK"]);
    stage.ui.send(UiUpdate::Duty(duty(DutyState::Checking {
        name: "Li".into(),
    })));
    assert!(stage.says("Checking the PIN..."));
    // A second tap, or the next PIN started too early, does nothing.
    stage.tap_all(&["OK", "1", "2", "3", "4", "OK"]);
    stage.ui.send(UiUpdate::Duty(duty(DutyState::OnDuty)));
    assert!(stage.says("On duty") && stage.says("欧阳晓明 Ouyang Xiaoming"));
    stage.tap("Sign off");
    assert_eq!(
        stage.commands(),
        [
            UiCommand::Opened(Page::Duty),
            UiCommand::Pin("97".into()),
            UiCommand::SignOff
        ]
    );
}

#[test]
fn keys_that_no_field_takes_go_to_the_program() {
    let stage = stage();
    stage.ui.type_keys("A7\n\u{f700}\u{10}").unwrap();
    assert_eq!(
        stage.commands(),
        [
            UiCommand::Key('A'),
            UiCommand::Key('7'),
            UiCommand::Key('\n')
        ]
    );
    assert_eq!((typed("ab"), typed("")), (None, None));
}

#[test]
fn a_larger_text_size_enlarges_the_pages() {
    let stage = stage();
    stage.ui.send(UiUpdate::Page(Page::ByHand));
    stage.ui.send(UiUpdate::ByHand(by_hand(0)));
    let height = |stage: &Stage| {
        let words = stage.words();
        let found = words.iter().find(|w| w.text == "Code cannot be read");
        found.unwrap().height
    };
    let normal = height(&stage);
    stage.ui.send(UiUpdate::TextSize(TextSize::VeryLarge));
    assert!(height(&stage) > 1.2 * normal);
}

#[test]
fn outlines_become_closed_paths_and_corners_that_are_no_numbers_are_left_out() {
    let square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.5), (0.0, 2.0)];
    let broken = [(f32::NAN, 0.0); 4];
    let drawn = "M 0.0 0.0 L 2.0 0.0 L 2.0 2.5 L 0.0 2.0 Z ";
    assert_eq!(path(&[square, broken]), drawn);
    assert_eq!(path(&[square; 20]), drawn.repeat(8));
    assert_eq!(path(&[]), "");
}

fn assert_nothing_typed(stage: &Stage) {
    let left = stage.ui.ask(|app| {
        let (id, form) = (app.global::<IdAdapter>(), app.global::<ByHandAdapter>());
        let texts = [
            id.get_number(),
            id.get_grouped(),
            form.get_name(),
            form.get_contact(),
        ];
        let answers = form.get_answers();
        let open = gatepost_window::AnswerKind::Open;
        let pin = app.global::<DutyAdapter>().get_pin_length();
        (
            texts.concat(),
            form.get_has_why() || answers.iter().any(|answer| answer != open),
            pin,
        )
    });
    assert_eq!(left.unwrap(), (String::new(), false, 0));
}
