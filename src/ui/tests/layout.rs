//! Nothing is clipped and nothing overlaps, at every size, in every language and text size, with
//! the longest texts. What scrolls is checked from top to bottom.

use super::fingers::{LEAST_GAP, LEAST_TARGET, gaps, millimetre, passes};
use super::info_scenes::info_scenes;
use super::scenes::{Scene, pages, verdicts};
use super::stage::{SIZES, Stage, none, status, verdict, worst_status};
use super::texts::all_reasons;
use super::translations::slint_files;
use crate::config::Language;
use crate::ui::{CameraView, Page, SavedState, ScreenElement, TextSize, UiUpdate};
use gatepost_protocol::{Outcome, Reason};
use std::collections::BTreeSet;

pub(super) const TEXT_SIZES: [TextSize; 3] =
    [TextSize::Normal, TextSize::Large, TextSize::VeryLarge];

/// Collects where this does not hold: every text is inside the screen, inside its button if it has
/// one, and over no other text; every button is large enough for a gloved finger and over no other
/// button.
fn faults(stage: &Stage) -> Vec<String> {
    let mut words = stage.words();
    let mut faults = Vec::new();
    if words.len() < 3 {
        faults.push("hardly a word on screen".to_owned());
    }
    // It is fully visible at another scroll position.
    let hidden = stage.half_hidden();
    words.retain(|w| !hidden.contains(w));
    let (width, height) = (stage.size.0 as f32, stage.size.1 as f32);
    let screen = ScreenElement {
        text: String::new(),
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    let mut buttons = stage.buttons();
    // The verdict is a button as a whole.
    buttons.retain(|b| b.width * b.height < 0.6 * width * height);
    buttons.retain(|b| !hidden.contains(b));
    for w in &words {
        if !inside(w, &screen) {
            faults.push(format!("outside the screen: {w:?}"));
        }
        for b in buttons.iter().filter(|b| overlap(w, b) && !inside(w, b)) {
            faults.push(format!("{w:?} out of {b:?}"));
        }
    }
    let mm = millimetre(stage);
    let least = LEAST_TARGET * mm;
    let column = stage.column();
    for (gap, one, other) in gaps(&buttons) {
        if gap + 0.5 < LEAST_GAP * mm && !passes(column.as_ref(), one, other) {
            let gap = gap / mm;
            faults.push(format!("only {gap:.1} mm between {one:?} and {other:?}"));
        }
    }
    for (index, b) in buttons.iter().enumerate() {
        if b.width + 0.5 < least || b.height + 0.5 < least || !inside(b, &screen) {
            faults.push(format!("too small or cut: {b:?}"));
        }
        let others = buttons[index + 1..].iter();
        for other in others.filter(|other| overlap(b, other) && b != *other) {
            faults.push(format!("{b:?} over {other:?}"));
        }
    }
    for (index, a) in words.iter().enumerate() {
        for b in words[index + 1..].iter().filter(|b| overlap(a, b)) {
            faults.push(format!("{a:?} over {b:?}"));
        }
    }
    faults
}

/// Panics with every fault that was found in any scene.
#[derive(Default)]
struct Tidiness(Vec<String>);

impl Tidiness {
    fn look(&mut self, stage: &Stage, what: &str) {
        stage.to_top();
        let mut found: BTreeSet<String> = faults(stage).into_iter().collect();
        while stage.page_down() {
            found.extend(faults(stage));
        }
        let found = found.into_iter();
        self.0
            .extend(found.map(|fault| format!("{what} at {:?}: {fault}", stage.size)));
    }

    fn verify(self) {
        none(&self.0);
    }
}

fn inside(a: &ScreenElement, b: &ScreenElement) -> bool {
    a.x >= b.x - 0.5
        && a.y >= b.y - 0.5
        && a.x + a.width <= b.x + b.width + 0.5
        && a.y + a.height <= b.y + b.height + 0.5
}

fn overlap(a: &ScreenElement, b: &ScreenElement) -> bool {
    let across = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let down = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    across > 1.0 && down > 1.0
}

#[test]
fn the_longest_verdicts_fit_every_screen_in_every_language() {
    let reasons = all_reasons();
    let mut tidiness = Tidiness::default();
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Status(worst_status()));
        for language in Language::ALL {
            stage.ui.show_language(language);
            for start in 0..reasons.len() {
                let four: Vec<Reason> = (0..4)
                    .map(|n| reasons[(start + 3 * n) % reasons.len()])
                    .collect();
                let mut view = verdict(Outcome::Refuse, &four, 6);
                view.help =
                    Some("Service desk 2, Quancheng Road 180, Jinan. Tel. 0531-12345".into());
                view.issuer = "Shandong Provincial Health Commission".into();
                stage.ui.send(UiUpdate::Verdict(view));
                stage.ui.send(UiUpdate::Saved(SavedState::NotLogged));
                tidiness.look(&stage, &format!("{language:?} {four:?}"));
            }
        }
    }
    tidiness.verify();
}

#[test]
fn every_camera_state_fits_every_screen_in_every_language() {
    let device = || "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_7A1B2C3D-video-index0".to_owned();
    let states = [
        CameraView::Starting,
        CameraView::Live,
        CameraView::NotFound { device: device() },
        CameraView::Busy { device: device() },
        CameraView::Unplugged { device: device() },
        CameraView::Stalled,
        CameraView::Unsupported,
        CameraView::Finished,
        CameraView::Off,
    ];
    let mut tidiness = Tidiness::default();
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Status(worst_status()));
        stage.ui.send(UiUpdate::Saved(SavedState::NotLogged));
        for language in Language::ALL {
            stage.ui.show_language(language);
            for state in &states {
                stage.ui.send(UiUpdate::Camera(state.clone()));
                for scanner in [false, true] {
                    stage.ui.send(UiUpdate::Scanner(scanner));
                    tidiness.look(&stage, &format!("{language:?} {state:?} {scanner}"));
                }
            }
        }
    }
    tidiness.verify();
}

#[test]
fn every_page_fits_every_screen_in_every_language_and_text_size() {
    assert_fit(pages());
}

#[test]
fn every_verdict_fits_every_screen_in_every_language_and_text_size() {
    assert_fit(verdicts());
}

#[test]
fn every_page_about_the_device_fits_every_screen_in_every_language_and_text_size() {
    assert_fit(info_scenes());
}

#[test]
fn every_page_is_among_the_scenes_and_shows_something_of_its_own() {
    let stage = Stage::open((480, 800), Language::English);
    let mut scenes = pages();
    scenes.extend(info_scenes());
    let shown = Page::ALL.map(|page| {
        let scene = scenes.iter().find(|scene| scene.page() == page);
        let scene = scene.unwrap_or_else(|| panic!("{page:?} has no scene"));
        scene.set(&stage);
        (page, stage.all_words())
    });
    for (page, words) in &shown {
        for (other, of_other) in shown.iter().filter(|(other, _)| other != page) {
            assert!(
                !words.is_subset(of_other),
                "{page:?} says nothing that {other:?} does not"
            );
        }
    }
}

#[test]
fn a_button_opens_every_page_but_the_one_that_a_place_code_opens() {
    let sources: String = slint_files()
        .into_iter()
        .map(|(_, source)| source)
        .collect();
    for page in Page::ALL
        .into_iter()
        .filter(|page| *page != Page::PlaceMove)
    {
        let opens = format!("PageAdapter.open(PageKind.{})", page.name());
        assert!(sources.contains(&opens), "no button opens {page:?}");
    }
}

/// Nothing of these scenes is clipped or overlaps.
fn assert_fit(scenes: Vec<Scene>) {
    let mut tidiness = Tidiness::default();
    for_each_scene(scenes, |stage, scene, language, text| {
        tidiness.look(stage, &format!("{} {language:?} {text:?}", scene.name));
    });
    tidiness.verify();
}

/// Shows each scene in every size, language and text size; only those whose names begin with a word
/// of `GATEPOST_SCENES`, where it is set.
pub(super) fn for_each_scene(
    scenes: Vec<Scene>,
    mut each: impl FnMut(&Stage, &Scene, Language, TextSize),
) {
    let scenes: Vec<Scene> = scenes.into_iter().filter(Scene::is_wanted).collect();
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        for scene in &scenes {
            let worst = scene.name.ends_with("worst");
            stage.ui.send(UiUpdate::Status(if worst {
                worst_status()
            } else {
                status()
            }));
            scene.set(&stage);
            for language in Language::ALL.into_iter().filter(|l| scene.is_for(*l)) {
                stage.ui.show_language(language);
                for text in TEXT_SIZES {
                    stage.ui.send(UiUpdate::TextSize(text));
                    each(&stage, scene, language, text);
                }
            }
        }
    }
}
