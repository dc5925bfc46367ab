//! What fingers in gloves tap, in millimetres of the panel: how large, and how far apart.

use super::info_scenes::info_scenes;
use super::scenes::{Scene, pages, verdicts};
use super::stage::{Stage, none, status};
use crate::config::{Hand, Language};
use crate::ui::{Page, ScreenElement, UiUpdate};
use gatepost_protocol::{Outcome, Reason};
use gatepost_window::Theme;
use slint::ComponentHandle;

/// Millimetres of a target's sides, of those that most people need, and between two.
pub(super) const LEAST_TARGET: f32 = 11.0;
pub(super) const LEAST_MAIN: f32 = 15.0;
pub(super) const LEAST_GAP: f32 = 2.0;

/// Diagonal of a panel in inches, and its pixels.
const PANELS: [(f32, (u32, u32)); 3] = [(5.0, (480, 800)), (7.0, (800, 480)), (10.0, (1280, 720))];

/// What most people need, by its label.
const MAIN: [&str; 14] = [
    "Next",
    "Normal",
    "37.3 °C or above",
    "No phone or code",
    "Enter the ID number",
    "Look up",
    "Yes",
    "No",
    "Register",
    "Sync now",
    "Set",
    "Install the update",
    "Start scanning",
    "Back to scanning",
];

/// Pixels of a millimetre, as the window measures.
pub(super) fn millimetre(stage: &Stage) -> f32 {
    stage.ui.ask(|app| app.global::<Theme>().get_mm()).unwrap()
}

/// Distance between the sides of each two of these, in pixels.
pub(super) fn gaps(
    buttons: &[ScreenElement],
) -> impl Iterator<Item = (f32, &ScreenElement, &ScreenElement)> {
    buttons.iter().enumerate().flat_map(|(index, a)| {
        buttons[index + 1..].iter().map(move |b| {
            let across = a.x.max(b.x) - (a.x + a.width).min(b.x + b.width);
            let down = a.y.max(b.y) - (a.y + a.height).min(b.y + b.height);
            (across.max(0.0).hypot(down.max(0.0)), a, b)
        })
    })
}

/// Whether one of them scrolls past the other, so that only where it stops counts.
pub(super) fn passes(column: Option<&ScreenElement>, a: &ScreenElement, b: &ScreenElement) -> bool {
    let within = |e: &ScreenElement| {
        column.is_some_and(|c| e.y >= c.y - 0.5 && e.y + e.height <= c.y + c.height + 0.5)
    };
    within(a) != within(b)
}

/// The buttons of a scene that are whole on screen, at each position of its column.
fn targets(stage: &Stage) -> Vec<Vec<ScreenElement>> {
    let screen = (stage.size.0 * stage.size.1) as f32;
    let mut views = Vec::new();
    stage.to_top();
    loop {
        let hidden = stage.half_hidden();
        let mut buttons = stage.buttons();
        // The verdict is a button as a whole.
        buttons.retain(|b| b.width * b.height < 0.6 * screen && !hidden.contains(b));
        views.push(buttons);
        if !stage.page_down() {
            return views;
        }
    }
}

#[test]
fn targets_and_gaps_are_large_enough_for_gloves_on_every_panel() {
    let scenes: Vec<Scene> = pages()
        .into_iter()
        .chain(verdicts())
        .chain(info_scenes())
        .collect();
    let mut faults = Vec::new();
    for (inches, size) in PANELS {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Panel(inches));
        stage.ui.send(UiUpdate::Status(status()));
        let mm = millimetre(&stage);
        println!("\n{inches} inch, {size:?}, {mm:.2} pixels a millimetre");
        println!("| scene | smallest target | mm | smallest main one | smallest gap, mm |");
        println!("| --- | --- | --- | --- | --- |");
        for scene in &scenes {
            scene.set(&stage);
            let (mut least, mut name) = (f32::MAX, String::new());
            let (mut main, mut gap) = (f32::MAX, f32::MAX);
            let column = stage.column();
            for view in targets(&stage) {
                for b in &view {
                    let side = b.width.min(b.height) / mm;
                    if side < least {
                        (least, name) = (side, b.text.clone());
                    }
                    // While a badge is awaited, the pad for its PIN has the space.
                    let awaited = b.text == "Next" && scene.name.starts_with("override");
                    let needed = MAIN.contains(&b.text.as_str()) && !awaited;
                    if needed {
                        main = main.min(side);
                    }
                    let at = format!("{} at {inches} inch: {b:?}", scene.name);
                    if side < LEAST_TARGET - 0.05 {
                        faults.push(format!("{side:.1} mm {at}"));
                    } else if side < LEAST_MAIN - 0.05 && needed {
                        faults.push(format!("only {side:.1} mm {at}"));
                    }
                }
                let pairs = gaps(&view).filter(|(_, a, b)| !passes(column.as_ref(), a, b));
                for (between, a, b) in pairs {
                    gap = gap.min(between / mm);
                    if between / mm < LEAST_GAP - 0.05 {
                        let between = between / mm;
                        let name = scene.name;
                        faults.push(format!(
                            "{between:.1} mm in {name} at {inches}: {a:?} {b:?}"
                        ));
                    }
                }
            }
            let figure = |mm: f32| match mm {
                f32::MAX => "-".to_owned(),
                mm => format!("{mm:.1}"),
            };
            println!(
                "| {} | {name} | {} | {} | {} |",
                scene.name,
                figure(least),
                figure(main),
                figure(gap)
            );
        }
    }
    none(&faults);
}

#[test]
fn a_millimetre_follows_the_window_and_the_panel() {
    for (inches, size) in PANELS {
        let stage = Stage::open(size, Language::English);
        let by_shape = millimetre(&stage);
        let pixels = (size.0 as f32).hypot(size.1 as f32);
        let guess = if size.0 < size.1 { 5.0 } else { 7.0 };
        assert!((by_shape - pixels / (guess * 25.4)).abs() < 0.01);
        stage.ui.send(UiUpdate::Panel(inches));
        assert!((millimetre(&stage) - pixels / (inches * 25.4)).abs() < 0.01);
    }
}

#[test]
fn a_left_hand_finds_keys_and_buttons_of_a_wide_screen_on_the_left() {
    let stage = Stage::open((800, 480), Language::English);
    let where_is = |label: &str| stage.button(label).x;
    let middle = 350.0;
    for (hand, left) in [(Hand::Right, false), (Hand::Left, true)] {
        stage.ui.send(UiUpdate::Hand(hand));
        stage.ui.send(UiUpdate::Page(Page::Scan));
        assert_eq!(where_is("No phone or code") < middle, left);
        stage.ui.send(UiUpdate::Page(Page::IdEntry));
        assert_eq!(where_is("1") < middle, left);
        assert_eq!(where_is("Look up") > middle, left);
        stage.shows(Outcome::Admit, &[Reason::Green], 1);
        assert_eq!(where_is("Next") < middle / 2.0, left);
        stage.ui.send(UiUpdate::Dismiss);
    }
}
