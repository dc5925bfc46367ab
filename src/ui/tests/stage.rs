//! An off-screen window on a thread of its own, what it shows, and examples to show on it.

use crate::config::Language;
use crate::devices::{Battery, NetworkLink, SignalBars};
use crate::readable_time::Date;
use crate::ui::{
    ColourView, DeskView, DocumentView, FreshnessView, MemberView, MomentView, OnlineView,
    OverrideView, PersonView, PlaceRulesView, RgbPicture, ScreenElement, StatusView, Surface, Ui,
    UiCommand, UiHandle, UiUpdate, VerdictView,
};
use gatepost_pass::policy::{PlaceName, Risk, Way};
use gatepost_protocol::{Direction, Outcome, Reason};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

/// The three screens that the window is made for.
pub(super) const SIZES: [(u32, u32); 3] = [(480, 800), (800, 480), (1280, 720)];

/// Panics with every fault that was found.
#[track_caller]
pub(super) fn none(faults: &[String]) {
    let all = faults.join("\n");
    assert!(faults.is_empty(), "{} faults:\n{all}", faults.len());
}

/// A running window and the commands that came from it.
pub(super) struct Stage {
    pub(super) ui: UiHandle,
    pub(super) commands: Receiver<UiCommand>,
    pub(super) size: (u32, u32),
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    pub(super) fn open(size: (u32, u32), language: Language) -> Self {
        let (sender, commands) = channel();
        let (ready, handle) = channel();
        let thread = std::thread::spawn(move || {
            let surface = Surface::Offscreen {
                width: size.0,
                height: size.1,
            };
            let ui = Ui::new(surface, language, false, move |command| {
                let _ = sender.send(command);
            })
            .expect("off-screen needs no display");
            // So that a picture does not depend on when it is taken.
            ui.handle().send(UiUpdate::LessMotion(true));
            ready.send(ui.handle()).unwrap();
            ui.run().unwrap();
        });
        Self {
            ui: handle.recv().unwrap(),
            commands,
            size,
            thread: Some(thread),
        }
    }

    /// Every text on screen. An element of a component that is itself a text comes twice from
    /// Slint.
    pub(super) fn words(&self) -> Vec<ScreenElement> {
        shown(self.ui.texts())
    }

    pub(super) fn says(&self, text: &str) -> bool {
        self.words().iter().any(|w| w.text == text)
    }

    /// Shows a verdict.
    pub(super) fn shows(&self, outcome: Outcome, reasons: &[Reason], people: usize) {
        self.ui
            .send(UiUpdate::Verdict(verdict(outcome, reasons, people)));
    }

    /// Every button on screen, by its label.
    pub(super) fn buttons(&self) -> Vec<ScreenElement> {
        shown(self.ui.buttons())
    }

    /// Taps buttons one after the other.
    pub(super) fn tap_all(&self, labels: &[&str]) {
        for label in labels {
            self.tap(label);
        }
    }

    /// The button with this label.
    pub(super) fn button(&self, label: &str) -> ScreenElement {
        let buttons = self.buttons();
        let found = buttons.iter().find(|b| b.text == label).cloned();
        found.unwrap_or_else(|| panic!("no button {label:?} among {buttons:?}"))
    }

    /// Taps the middle of the button with this label, scrolling to it, once the page takes taps. A
    /// letter of a key that has several takes two taps.
    pub(super) fn tap(&self, label: &str) {
        while self.ui.is_settling() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let buttons = self.buttons();
        let letters = |b: &&ScreenElement| b.text.len() == 3 && b.text.contains(label);
        let is_letter = label.len() == 1 && buttons.iter().all(|b| b.text != label);
        if let Some(key) = buttons.iter().filter(|_| is_letter).find(letters) {
            self.tap(&key.text);
        }
        let here = |b: &ScreenElement| b.text == label;
        while (self.half_hidden().iter().any(here) || !self.buttons().iter().any(here))
            && self.page_down()
        {}
        let (x, y) = self.button(label).middle();
        self.ui.click(x, y).unwrap();
    }

    /// Does what the button with this label does for a screen reader.
    pub(super) fn activate(&self, label: &str) {
        let label = label.to_owned();
        let done = self.ui.ask(move |app| {
            let found = ElementHandle::find_by_accessible_label(app, &label).next();
            found.map(|button| button.invoke_accessible_default_action())
        });
        done.unwrap().expect("a button with this label");
    }

    /// The buttons among and inside the elements of this component.
    pub(super) fn within(&self, component: &'static str) -> Vec<ScreenElement> {
        let found = self.ui.ask(move |app| {
            let query = ElementQuery::from_root(app).match_descendants();
            let found = query.match_inherits(component).find_all();
            let inside = found.iter().flat_map(|element| {
                let query = element.query_descendants();
                let buttons = query.match_accessible_role(AccessibleRole::Button);
                let mut buttons = buttons.find_all();
                if element.accessible_role() == Some(AccessibleRole::Button) {
                    buttons.push(element.clone());
                }
                buttons
            });
            inside.map(|button| ScreenElement::of(&button)).collect()
        });
        shown(found.unwrap())
    }

    /// Whether an element of this component is on screen.
    pub(super) fn has(&self, component: &'static str) -> bool {
        let found = self.ui.ask(move |app| {
            let query = ElementQuery::from_root(app).match_descendants();
            query.match_inherits(component).find_first().is_some()
        });
        found.unwrap()
    }

    /// Where the first element of this component is on screen.
    pub(super) fn place_of(&self, component: &'static str) -> Option<ScreenElement> {
        let found = self.ui.ask(move |app| {
            let query = ElementQuery::from_root(app).match_descendants();
            let found = query.match_inherits(component).find_first();
            found.map(|element| ScreenElement::of(&element))
        });
        found.unwrap()
    }

    /// Writes the screen to `target/screens/<name>-<width>x<height>.png`, for the eye.
    pub(super) fn picture(&self, name: &str) -> RgbPicture {
        let shot = self.ui.snapshot().unwrap();
        let file = screens().join(format!("{name}-{}x{}.png", shot.width, shot.height));
        image::RgbImage::from_raw(shot.width, shot.height, shot.rgb.clone())
            .unwrap()
            .save(file)
            .unwrap();
        shot
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.ui.quit();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

/// The folder for pictures: `screens` in Cargo's target directory.
pub(super) fn screens() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let folder = target.join("screens");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The elements with a text, each once.
fn shown(texts: Vec<ScreenElement>) -> Vec<ScreenElement> {
    let mut words = Vec::new();
    for found in texts {
        if !found.text.is_empty() && !words.contains(&found) {
            words.push(found);
        }
    }
    words
}

pub(super) fn status() -> StatusView {
    StatusView {
        online: OnlineView::Online,
        network: Some(NetworkLink::Wireless(SignalBars::new(4))),
        battery: None,
        freshness: FreshnessView::Fresh,
        list_age_minutes: Some(12),
        clock: "06:12".into(),
        clock_trusted: true,
        place: "Quancheng Road, east gate".into(),
        rules: None,
        direction: Direction::In,
        guard: "王芳 Wang Fang".into(),
    }
}

/// The status bar with everything in it.
pub(super) fn worst_status() -> StatusView {
    StatusView {
        online: OnlineView::NeverSynced,
        network: Some(NetworkLink::Down),
        battery: Some(Battery {
            percent: 100,
            charging: true,
        }),
        freshness: FreshnessView::Expired,
        list_age_minutes: Some(119 * 24 * 60),
        clock: "23:58".into(),
        clock_trusted: false,
        place: "济南市历下区泉城路街道办事处东门检查点".into(),
        rules: Some(PlaceRulesView {
            class: Some(PlaceName {
                name: "Community gate".try_into().unwrap(),
                local_name: "小区门岗".try_into().unwrap(),
            }),
            risk: Some(Risk::Low),
            stops_nobody: true,
            ways: Way::ALL.into(),
        }),
        direction: Direction::In,
        guard: String::new(),
    }
}

/// A verdict that uses everything there is.
pub(super) fn fullest_verdict() -> VerdictView {
    let mut view = verdict(
        Outcome::Check,
        &[Reason::UnknownIssuer, Reason::AlreadyPassed],
        1,
    );
    view.link = Some("https://declare.jinan.example/arrivals?from=unknown".into());
    view.desks = vec![
        DeskView {
            area: "历下区 Lixia".into(),
            phone: "0531-88150120".into(),
        },
        DeskView {
            area: "槐荫区 Huaiyin".into(),
            phone: "0531-87589600".into(),
        },
    ];
    view.passed_minutes_ago = Some(3);
    view.overriding = OverrideView::Possible;
    view
}

/// One code of several in a picture.
pub(super) fn member(index: usize) -> MemberView {
    let outcomes = [
        (Outcome::Refuse, Reason::Red),
        (Outcome::Check, Reason::LiveCodeOld),
        (Outcome::Admit, Reason::Green),
    ];
    let (outcome, reason) = outcomes[index % 3];
    let person = person(index);
    MemberView {
        outcome,
        reason,
        name: person.name,
        last4: person.last4,
    }
}

pub(super) fn verdict(outcome: Outcome, reasons: &[Reason], people: usize) -> VerdictView {
    VerdictView {
        number: 7,
        outcome,
        reasons: reasons.to_vec(),
        people: (0..people).map(person).collect(),
        document: if people > 1 {
            DocumentView::FamilyPass
        } else {
            DocumentView::PaperPass
        },
        issuer: "山东省 Shandong".into(),
        valid_until: Some(MomentView {
            date: date(2022, 5, 14),
            time: "18:00".into(),
        }),
        help: None,
        link: None,
        desks: Vec::new(),
        passed_minutes_ago: None,
        question: None,
        overriding: OverrideView::Impossible,
        members: Vec::new(),
    }
}

pub(super) fn date(year: u16, month: u8, day: u8) -> Date {
    Date { year, month, day }
}

fn person(index: usize) -> PersonView {
    let names = [
        "王*堃",
        "Wolfeschlegelstein****",
        "欧阳**",
        "L* Xiaoming",
        "买买提·吐**",
        "镕*喆玥",
    ];
    let colours = [ColourView::Green, ColourView::Yellow, ColourView::Red];
    PersonView {
        name: names[index % names.len()].into(),
        last4: ["1234", "608X", "0071"][index % 3].into(),
        colour: colours[index % 3],
    }
}

/// A grey ramp with a black square, as a camera might see it.
pub(super) fn camera_picture() -> RgbPicture {
    let (width, height) = (640, 480);
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let inside = (220..420).contains(&x) && (140..340).contains(&y);
            let checker = (x / 20 + y / 20) % 2 == 0;
            let grey = if inside && checker {
                20
            } else {
                90 + (x / 8) as u8
            };
            rgb.extend([grey, grey, grey]);
        }
    }
    RgbPicture {
        width: width as u32,
        height: height as u32,
        rgb,
    }
}
