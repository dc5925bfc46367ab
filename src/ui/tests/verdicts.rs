//! What a guard and a supervisor do with a verdict, by the labels of the buttons.

use super::flows::stage;
use super::info::assert_says;
use super::scenes::duty;
use super::stage::{SIZES, Stage, fullest_verdict, member, verdict};
use crate::config::Language;
use crate::ui::{
    ColourView, DocumentView, DutyState, OverrideView, PinPurpose, QuestionView, TemperatureAnswer,
    ThermometerView, UiCommand, UiUpdate,
};
use gatepost_protocol::{Outcome, OverrideWhy, Reason};
use gatepost_window::VerdictAdapter;
use slint::{ComponentHandle, Model};

#[test]
fn the_temperature_is_answered_with_one_tap_and_only_once() {
    for (label, answer) in [
        ("Normal", TemperatureAnswer::Normal),
        ("37.3 °C or above", TemperatureAnswer::Fever),
    ] {
        let stage = stage();
        let mut view = verdict(Outcome::Check, &[Reason::TakeTemperature], 1);
        view.question = Some(QuestionView::Temperature {
            thermometer: ThermometerView::Measuring,
        });
        stage.ui.send(UiUpdate::Verdict(view));
        stage.tap(label);
        assert_eq!(stage.commands(), [UiCommand::Temperature(7, answer)]);
        assert!(stage.buttons().iter().all(|b| b.text != label));
        // What the thermometer says only now has no question any more.
        let late = ThermometerView::Silent;
        stage.ui.send(UiUpdate::Thermometer(late));
        assert!(!stage.says("Thermometer: no answer. Measure by hand and tap the answer."));
    }
}

#[test]
fn no_other_button_stands_where_a_temperature_is_answered() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        for language in Language::ALL {
            stage.ui.show_language(language);
            let mut view = fullest_verdict();
            view.overriding = OverrideView::Impossible;
            let others = [OverrideView::Impossible, OverrideView::Possible];
            let mut elsewhere = Vec::new();
            for overriding in others {
                view.overriding = overriding;
                stage.ui.send(UiUpdate::Verdict(view.clone()));
                elsewhere.extend(stage.within("Actions"));
            }
            view.question = Some(QuestionView::Temperature {
                thermometer: ThermometerView::Measuring,
            });
            stage.ui.send(UiUpdate::Verdict(view));
            let answers = stage.within("Answer");
            let [normal, fever] = answers.as_slice() else {
                panic!("{answers:?}");
            };
            assert!(normal.x + normal.width + 20.0 < fever.x, "{answers:?}");
            for answer in &answers {
                for other in &elsewhere {
                    let apart = other.y >= answer.y + answer.height;
                    assert!(apart, "{other:?} where {answer:?} is");
                }
            }
        }
    }
}

#[test]
fn next_closes_a_verdict_at_once() {
    let stage = stage();
    let view = verdict(Outcome::Admit, &[Reason::Green], 1);
    stage.ui.send(UiUpdate::Verdict(view));
    stage.tap("Next");
    assert_eq!(stage.commands(), [UiCommand::DismissVerdict(7)]);
    assert!(!stage.says("ADMIT"));
}

#[test]
fn a_verdict_decided_again_stays_held_and_the_next_one_is_not() {
    let stage = stage();
    let mut view = verdict(Outcome::Check, &[Reason::TakeTemperature], 1);
    stage.ui.send(UiUpdate::Verdict(view.clone()));
    stage.tap("Keep the verdict open");
    view.outcome = Outcome::Admit;
    stage.ui.send(UiUpdate::Verdict(view.clone()));
    assert!(stage.says("Kept open. Tap to close"));
    view.number += 1;
    stage.ui.send(UiUpdate::Verdict(view));
    assert!(stage.says("Tap to keep open"));
}

#[test]
fn of_a_pass_of_several_it_says_how_many_have_the_colour_and_that_it_holds_for_all() {
    for (red, whose) in [
        (1, "1 of 3 on this pass is red."),
        (2, "2 of 3 on this pass are red."),
    ] {
        let stage = Stage::open(SIZES[0], Language::English);
        let mut view = verdict(Outcome::Refuse, &[Reason::Red, Reason::CheckIdentity], 3);
        for (at, person) in view.people.iter_mut().enumerate() {
            person.colour = if at < red {
                ColourView::Red
            } else {
                ColourView::Green
            };
        }
        stage.ui.send(UiUpdate::Verdict(view));
        assert!(stage.says(whose));
        assert!(stage.says("Holds for all 3. Each may show a code of their own."));
        // People come before the second reason.
        stage.tap("3 people to compare");
        assert!(stage.says("Close the list"));
    }
}

#[test]
fn a_supervisor_allows_with_a_reason_a_badge_and_a_pin() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        let mut view = fullest_verdict();
        stage.ui.send(UiUpdate::Verdict(view.clone()));
        stage.tap_all(&["Supervisor", "Cancel", "Supervisor"]);
        assert!(stage.says("CHECK"), "the outcome stays in sight");
        let chosen = UiCommand::ChooseOverride(7);
        let cancelled = UiCommand::CancelOverride(7);
        let taps = [chosen.clone(), cancelled.clone(), chosen];
        assert_eq!(stage.commands(), taps);
        // Another code joins the page meanwhile.
        view.overriding = OverrideView::ChooseReason;
        stage.ui.send(UiUpdate::Verdict(view.clone()));
        stage.tap("Other documents seen");
        assert_eq!(
            stage.commands(),
            [UiCommand::Override(7, OverrideWhy::DocumentsSeen)]
        );
        view.overriding = OverrideView::ShowBadge;
        stage.ui.send(UiUpdate::Verdict(view.clone()));
        assert!(stage.says("Supervisor: hold your badge up to the camera"));
        let mut pad = duty(DutyState::EnterPin {
            name: "Li".into(),
            tries_left: None,
        });
        stage.ui.send(UiUpdate::Duty(pad.clone()));
        assert!(!stage.says("Enter your PIN"), "this is for duty");
        pad.pin_for = PinPurpose::Verdict;
        stage.ui.send(UiUpdate::Duty(pad));
        stage.tap_all(&["1", "2", "3", "4", "OK"]);
        assert_eq!(stage.commands(), [UiCommand::Pin("1234".into())]);
        assert!(stage.says("CHECK"), "the outcome stays in sight");
        stage.tap("Cancel");
        assert_eq!(stage.commands(), std::slice::from_ref(&cancelled));
        view.overriding = OverrideView::BadgeRefused;
        stage.ui.send(UiUpdate::Verdict(view));
        assert!(stage.says("This badge cannot approve this, or not at this place."));
        stage.tap("Cancel");
        assert_eq!(stage.commands(), [cancelled]);
    }
}

#[test]
fn a_verdict_that_nobody_may_allow_has_no_supervisor_button() {
    let stage = stage();
    let view = verdict(Outcome::Refuse, &[Reason::BadSignature], 0);
    stage.ui.send(UiUpdate::Verdict(view));
    assert!(stage.buttons().iter().all(|b| b.text != "Supervisor"));
    let nobody = "No one can allow this here.";
    assert_says(&stage, &[nobody]);
    let mut view = verdict(Outcome::Refuse, &[Reason::Expired], 1);
    view.overriding = OverrideView::Possible;
    stage.ui.send(UiUpdate::Verdict(view));
    assert!(!stage.all_words().contains(nobody));
    // Nobody looks for a supervisor where something else is to be done first.
    for (outcome, reason) in [
        (Outcome::Admit, Reason::Green),
        (Outcome::Check, Reason::ForeignCode),
    ] {
        stage.shows(outcome, &[reason], 0);
        assert!(!stage.all_words().contains(nobody), "{reason:?}");
    }
}

#[test]
fn a_paper_pass_is_compared_with_its_paper_and_nobody_is_asked_for_anything_else() {
    let stage = stage();
    for (document, step) in [
        (
            DocumentView::PaperPass,
            "Is it the name on the paper? Let the holder through. Ask for nothing else.",
        ),
        (
            DocumentView::PhonePass,
            "Let the holder through. Ask for nothing else.",
        ),
    ] {
        let mut view = verdict(Outcome::Admit, &[Reason::Green], 1);
        view.document = document;
        stage.ui.send(UiUpdate::Verdict(view));
        assert_says(&stage, &[step]);
    }
}

#[test]
fn a_verdict_says_how_long_ago_whom_to_call_and_shows_the_address_as_a_code() {
    let stage = stage();
    stage.ui.send(UiUpdate::Verdict(fullest_verdict()));
    stage.tap("1 more reason");
    assert_says(
        &stage,
        &[
            "Already passed 3 minutes ago.",
            "历下区 Lixia: 0531-88150120",
            "Scan this with the holder's phone.",
        ],
    );
    while codes(&stage) != [fullest_verdict().link.unwrap()] {
        assert!(stage.page_down(), "no code down to the end");
    }
}

/// The codes that another camera reads on the screen.
fn codes(stage: &Stage) -> Vec<String> {
    let shot = stage.ui.snapshot().unwrap();
    let (width, height) = (shot.width as usize, shot.height as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        shot.rgb[(y * width + x) * 3 + 1]
    });
    let grids = prepared.detect_grids();
    let read = |grid: &rqrr::Grid<_>| Some(grid.decode().ok()?.1);
    grids.iter().filter_map(read).collect()
}

#[test]
fn people_and_codes_of_a_verdict_are_gone_when_it_is_closed() {
    let stage = stage();
    let mut view = verdict(Outcome::Refuse, &[Reason::Red], 2);
    view.members = vec![member(0), member(1)];
    stage.ui.send(UiUpdate::Verdict(view));
    stage.ui.send(UiUpdate::Dismiss);
    let left = stage.ui.ask(|app| {
        let adapter = app.global::<VerdictAdapter>();
        adapter.get_people().row_count() + adapter.get_members().row_count()
    });
    assert_eq!(left.unwrap(), 0);
}

#[test]
fn who_is_registered_by_hand_is_let_through_only_where_the_outcome_says_so() {
    let stage = Stage::open((480, 800), Language::English);
    for (outcome, passes) in [
        (Outcome::Admit, true),
        (Outcome::Check, false),
        (Outcome::Refuse, false),
    ] {
        stage.shows(outcome, &[Reason::RegisteredByHand], 0);
        let words = stage.all_words();
        let through = words.iter().any(|text| text.contains("Let them through"));
        assert_eq!(through, passes, "{outcome:?}: {words:?}");
        stage.ui.send(UiUpdate::Dismiss);
    }
}
