//! What a decision rests on is never small, grows with the text size, and is never lost: what a
//! page has no space for is in a list that scrolls.

use super::layout::TEXT_SIZES;
use super::scenes::verdicts;
use super::stage::{SIZES, Stage, fullest_verdict, member, verdict};
use crate::config::Language;
use crate::ui::{ColourView, OverrideView, SavedState, TextSize, UiCommand, UiUpdate};
use gatepost_protocol::{Outcome, Reason};
use gatepost_window::{AppWindow, Texts, Theme};
use i_slint_backend_testing::{ElementHandle, ElementQuery};
use slint::ComponentHandle;

/// Millimetres at arm's length; a handheld is nearer.
const LEAST: f32 = 5.5;
const HANDHELD: f32 = 0.75;
/// What the texts that a decision rests on are called: those of several lines measure one of
/// themselves.
const TEXTS: [&str; 5] = ["Line", "Member", "AwaitedBadge", "Number", "BigWord"];

/// Height of one line of each text that a decision rests on, by its component.
fn lines(stage: &Stage) -> Vec<(&'static str, f32)> {
    let found = stage.ui.ask(|app| {
        let name = |element: &ElementHandle| {
            let bases = element.type_name().into_iter().chain(element.bases()?);
            let mut known = bases.filter_map(|base| TEXTS.into_iter().find(|text| base == *text));
            known.next()
        };
        let query = ElementQuery::from_root(app).match_descendants();
        let texts = query.match_predicate(move |element| name(element).is_some());
        let height = |text: ElementHandle| {
            let one = text.query_descendants().match_id("Prose::one").find_first();
            let single = one.unwrap_or_else(|| text.clone());
            Some((name(&text)?, single.size().height))
        };
        texts.find_all().into_iter().filter_map(height).collect()
    });
    found.unwrap()
}

/// Height of a line for each pixel of its font.
fn of_a_line(stage: &Stage) -> f32 {
    stage.shows(Outcome::Admit, &[Reason::Green], 1);
    let unit = stage.size.0.min(stage.size.1) as f32 / 480.0;
    let reason = lines(stage).into_iter().find(|(text, _)| *text == "Line");
    reason.unwrap().1 / (36.0 * unit).ceil()
}

fn millimetre(app: &AppWindow) -> f32 {
    app.global::<Theme>().get_mm()
}

#[test]
fn what_a_decision_rests_on_is_5_5_millimetres_high_or_more_on_every_verdict() {
    let mut faults = Vec::new();
    let mut smallest = Vec::new();
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        let factor = of_a_line(&stage);
        let mm = stage.ui.ask(millimetre).unwrap();
        let handheld = if size.0 < size.1 { HANDHELD } else { 1.0 };
        let mut least = f32::MAX;
        for scene in verdicts() {
            scene.set(&stage);
            for language in Language::ALL {
                stage.ui.show_language(language);
                for text in TEXT_SIZES {
                    stage.ui.send(UiUpdate::TextSize(text));
                    let seen = lines(&stage);
                    assert!(seen.len() > 1, "{} {seen:?}", scene.name);
                    for (what, height) in seen {
                        // Lines are whole pixels high.
                        let high = (height + 1.0) / factor / mm / handheld;
                        least = least.min(high);
                        if high < LEAST {
                            let name = scene.name;
                            let at = format!("{what} in {name} {language:?} {text:?} {size:?}");
                            faults.push(format!("{high:.2} mm: {at}"));
                        }
                    }
                }
            }
        }
        smallest.push(format!("{size:?}: {:.2} mm", least * handheld));
    }
    println!(
        "smallest text that a decision rests on: {}",
        smallest.join(", ")
    );
    assert!(faults.is_empty(), "{}: {faults:#?}", faults.len());
}

#[test]
fn the_reason_grows_with_the_text_size_on_every_verdict() {
    let stages = SIZES.map(|size| Stage::open(size, Language::English));
    for (stage, reason) in stages.iter().flat_map(|stage| {
        let reasons = super::texts::all_reasons();
        reasons
            .into_iter()
            .step_by(5)
            .map(move |reason| (stage, reason))
    }) {
        let mut view = verdict(Outcome::Refuse, &[reason, Reason::StaleData], 2);
        view.overriding = OverrideView::Possible;
        stage.ui.send(UiUpdate::Verdict(view));
        for language in Language::ALL {
            stage.ui.show_language(language);
            let heights = TEXT_SIZES.map(|text| {
                stage.ui.send(UiUpdate::TextSize(text));
                let seen = lines(stage).into_iter();
                seen.filter(|(what, _)| *what == "Line")
                    .map(|(_, h)| h)
                    .next()
                    .unwrap()
            });
            let at = format!("{reason:?} {language:?} {:?}: {heights:?}", stage.size);
            assert!(heights.is_sorted_by(|a, b| 1.03 * a < *b), "{at}");
        }
    }
}

#[test]
fn what_a_page_has_no_space_for_is_in_a_list_and_nothing_is_lost() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::TextSize(TextSize::VeryLarge));
        let mut view = fullest_verdict();
        let four = [
            Reason::UnknownIssuer,
            Reason::Revoked,
            Reason::NoList,
            Reason::StaleData,
        ];
        view.reasons = four.to_vec();
        view.people = verdict(Outcome::Check, &[], 6).people;
        stage.ui.send(UiUpdate::Verdict(view.clone()));
        stage.ui.send(UiUpdate::Saved(SavedState::Logged));
        let say = move |app: &AppWindow| {
            let texts = app.global::<Texts>();
            let kinds = four.map(crate::ui::verdict::map_reason);
            let why = kinds.map(|kind| texts.invoke_reason(kind).to_string());
            let steps = kinds.map(|kind| texts.invoke_next_step(kind, false).to_string());
            [why, steps].concat()
        };
        let mut all = stage.ui.ask(say).unwrap();
        all.extend(view.people.iter().map(|person| person.name.clone()));
        all.extend(
            view.desks
                .iter()
                .map(|desk| format!("{}: {}", desk.area, desk.phone)),
        );
        assert!(
            all.iter().any(|text| !stage.says(text)),
            "there is no space for all"
        );
        let labels = ["What to do", "people to compare", "more reasons"];
        let more = stage
            .buttons()
            .into_iter()
            .find(|b| labels.iter().any(|label| b.text.contains(label)));
        stage.tap(&more.expect("a button to the rest").text);
        assert_eq!(
            stage.commands(),
            [UiCommand::HoldVerdict(7)],
            "it is not hurried"
        );
        let listed = stage.all_words();
        for text in &all {
            assert!(
                listed.contains(text),
                "{text:?} is not in the list at {size:?}"
            );
        }
        assert!(stage.says("CHECK"), "the outcome stays in sight");
        stage.tap("Close the list");
        assert!(stage.says(&all[0]) && stage.says("Kept open. Tap to close"));
        assert_eq!(stage.commands(), []);
    }
}

#[test]
fn the_button_to_the_list_says_how_many_reasons_are_in_it() {
    let stage = Stage::open((800, 480), Language::English);
    let four = [
        Reason::NoList,
        Reason::CheckIdentity,
        Reason::StaleData,
        Reason::ClockUntrusted,
    ];
    stage.shows(Outcome::Check, &four, 0);
    stage.tap("3 more reasons");
    stage.tap("Close the list");
    let few = [Reason::Green];
    stage.shows(Outcome::Admit, &few, 1);
    assert!(stage.buttons().iter().all(|b| !b.text.contains("more")));
}

#[test]
fn no_tick_stands_on_a_page_that_does_not_admit() {
    let stage = Stage::open((480, 800), Language::English);
    let saved = [
        SavedState::Logged,
        SavedState::Saving,
        SavedState::NothingToLog,
    ];
    for outcome in [Outcome::Admit, Outcome::Check, Outcome::Refuse] {
        for colour in [ColourView::Green, ColourView::Yellow, ColourView::Red] {
            for codes in [0, 3] {
                let mut view = verdict(outcome, &[Reason::Expired], 1);
                view.people[0].colour = colour;
                view.members = (0..codes).map(member).collect();
                stage.ui.send(UiUpdate::Verdict(view));
                for state in saved {
                    stage.ui.send(UiUpdate::Saved(state));
                    let at = format!("{outcome:?} {colour:?} {codes} codes {state:?}");
                    assert_eq!(stage.has("Tick"), outcome == Outcome::Admit, "{at}");
                }
            }
        }
    }
    // Of a family, who is red stands first.
    stage.shows(Outcome::Refuse, &[Reason::Red, Reason::Yellow], 3);
    assert!(stage.says("欧阳**") && stage.says("1 of 3 on this pass is red."));
    stage.shows(
        Outcome::Refuse,
        &[Reason::Red, Reason::Yellow, Reason::StaleData],
        6,
    );
    assert!(!stage.says("王*堃"), "who is green comes last");
    stage.shows(Outcome::Refuse, &[Reason::Revoked], 1);
    assert!(stage.says("Pass says green: not accepted") && !stage.says("Green"));
    stage.shows(Outcome::Check, &[Reason::LiveCodeNeeded], 1);
    assert!(stage.says("Pass says green: check first") && !stage.says("Green"));
}
