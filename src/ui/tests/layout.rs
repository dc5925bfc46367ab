//! Nothing is clipped and nothing overlaps, at every size, in both languages, with the longest texts.
//! The pictures in `target/screens` are for the eye.

use super::stage::{SIZES, Stage, Words, camera_picture, status, verdict, worst_status};
use super::texts::all_reasons;
use crate::ui::{CameraView, Language, SavedState, UiUpdate};
use gatepost_protocol::{Outcome, Reason};

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

/// Every text lies inside the screen and over no other text.
fn assert_tidy(stage: &Stage, what: &str) {
    let words = stage.words();
    assert!(words.len() > 2, "{what}: hardly a word on screen");
    let (width, height) = (stage.size.0 as f32, stage.size.1 as f32);
    for w in &words {
        let inside = w.x >= -0.5
            && w.y >= -0.5
            && w.x + w.width <= width + 0.5
            && w.y + w.height <= height + 0.5;
        assert!(
            inside,
            "{what} at {:?}: outside the screen: {w:?}",
            stage.size
        );
    }
    for (index, a) in words.iter().enumerate() {
        for b in &words[index + 1..] {
            assert!(
                !overlap(a, b),
                "{what} at {:?}: {a:?} over {b:?}",
                stage.size
            );
        }
    }
}

fn overlap(a: &Words, b: &Words) -> bool {
    let across = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let down = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    across > 1.0 && down > 1.0
}

#[test]
fn the_longest_verdicts_fit_every_screen_in_both_languages() {
    let reasons = all_reasons();
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Status(worst_status()));
        for language in LANGUAGES {
            stage.ui.send(UiUpdate::Language(language));
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
                assert_tidy(&stage, &format!("{language:?} {four:?}"));
            }
        }
    }
}

#[test]
fn every_camera_state_fits_every_screen_in_both_languages() {
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
    ];
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Status(worst_status()));
        stage.ui.send(UiUpdate::Saved(SavedState::NotLogged));
        for language in LANGUAGES {
            stage.ui.send(UiUpdate::Language(language));
            for state in &states {
                stage.ui.send(UiUpdate::Camera(state.clone()));
                assert_tidy(&stage, &format!("{language:?} {state:?}"));
            }
        }
    }
}

#[test]
fn pictures_of_the_pages_for_the_eye() {
    let scenes = [
        ("admit", verdict(Outcome::Admit, &[Reason::Green], 1)),
        (
            "check",
            verdict(Outcome::Check, &[Reason::LiveCodeNeeded], 1),
        ),
        (
            "check-family",
            verdict(
                Outcome::Check,
                &[Reason::Yellow, Reason::TakeTemperature],
                3,
            ),
        ),
        (
            "refuse",
            verdict(Outcome::Refuse, &[Reason::BadSignature], 0),
        ),
        (
            "refuse-worst",
            verdict(
                Outcome::Refuse,
                &[Reason::Red, Reason::UnknownIssuer, Reason::ClockUntrusted],
                6,
            ),
        ),
    ];
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        for language in LANGUAGES {
            let name = |scene: &str| format!("{scene}-{}", language.word());
            stage.ui.send(UiUpdate::Language(language));
            stage.ui.send(UiUpdate::Dismiss);
            stage.ui.send(UiUpdate::Status(status()));
            stage.ui.send(UiUpdate::Camera(CameraView::Live));
            stage.ui.send(UiUpdate::Preview(camera_picture()));
            stage.picture(&name("scan"));
            stage.ui.send(UiUpdate::Camera(CameraView::Unplugged {
                device: "/dev/video0".into(),
            }));
            stage.picture(&name("camera-unplugged"));
            for (scene, view) in &scenes {
                let worst = *scene == "refuse-worst";
                let mut view = view.clone();
                view.help =
                    worst.then(|| "Service desk 2, Quancheng Road 180. Tel. 0531-12345".to_owned());
                stage.ui.send(UiUpdate::Verdict(view));
                let saved = if worst {
                    SavedState::NotLogged
                } else {
                    SavedState::Logged
                };
                stage.ui.send(UiUpdate::Saved(saved));
                stage.ui.send(UiUpdate::TimeLeft(0.6));
                stage.ui.send(UiUpdate::Status(if worst {
                    worst_status()
                } else {
                    status()
                }));
                let shot = stage.picture(&name(scene));
                assert_eq!((shot.width, shot.height), size);
            }
            stage.ui.send(UiUpdate::Dismiss);
            stage.ui.send(UiUpdate::Camera(CameraView::Live));
            stage.ui.send(UiUpdate::Preview(camera_picture()));
            stage.picture(&name("scan-worst"));
            stage.ui.send(UiUpdate::Saved(SavedState::Logged));
        }
    }
}
