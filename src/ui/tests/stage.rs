//! An off-screen window on a thread of its own, what it shows, and examples to show on it.

use crate::ui::generated::AppWindow;
use crate::ui::{
    ColourView, DeskView, DocumentView, FreshnessView, Language, MemberView, OnlineView,
    OverrideView, PersonView, Picture, StatusView, Surface, Ui, UiCommand, UiHandle, VerdictView,
};
use gatepost_protocol::{Direction, Outcome, Reason};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

/// The three screens that the window is made for.
pub(super) const SIZES: [(u32, u32); 3] = [(480, 800), (800, 480), (1280, 720)];

/// A running window and the commands that came from it.
pub(super) struct Stage {
    pub(super) ui: UiHandle,
    pub(super) commands: Receiver<UiCommand>,
    pub(super) size: (u32, u32),
    thread: Option<JoinHandle<()>>,
}

/// An element with words: where it is, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
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

    /// Every text on screen. An element of a component that is itself a text comes twice from Slint.
    pub(super) fn words(&self) -> Vec<Words> {
        shown(self.with_role(AccessibleRole::Text))
    }

    pub(super) fn says(&self, text: &str) -> bool {
        self.words().iter().any(|w| w.text == text)
    }

    /// Where the column that scrolls is, if the page has one.
    pub(super) fn column(&self) -> Option<Words> {
        let columns = self.ui.ask(|app| {
            let query = ElementQuery::from_root(app).match_descendants();
            query
                .match_inherits("Scroll")
                .find_first()
                .map(|c| place(&c))
        });
        columns.unwrap()
    }

    /// Texts and buttons of the column that scrolls which are not, or not wholly, in sight.
    pub(super) fn half_hidden(&self) -> Vec<Words> {
        let Some(column) = self.column() else {
            return Vec::new();
        };
        let mut found: Vec<Words> = self.ui.ask(children).unwrap();
        found.retain(|w| w.y < column.y - 0.5 || w.y + w.height > column.y + column.height + 0.5);
        found
    }

    /// What the page says from its top to its end.
    pub(super) fn all_words(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        loop {
            all.extend(self.words().into_iter().map(|w| w.text));
            if !self.page_down() {
                break;
            }
        }
        self.to_top();
        all
    }

    /// Moves what scrolls back to its top.
    pub(super) fn to_top(&self) {
        self.wheel(1e6);
    }

    /// Turns a wheel over what scrolls by half of its height; false when there is nothing more to come.
    pub(super) fn page_down(&self) -> bool {
        let before = self.words();
        let height = self.column().map_or(0.0, |column| column.height);
        self.wheel(-height / 2.0);
        self.words() != before
    }

    /// Moves what scrolls by so many pixels; downwards is negative.
    fn wheel(&self, delta_y: f32) {
        let Some(column) = self.column() else {
            return;
        };
        let event = WindowEvent::PointerScrolled {
            position: LogicalPosition::new(column.x + 5.0, column.y + 5.0),
            delta_x: 0.0,
            delta_y,
        };
        let done = self.ui.ask(move |app| app.window().dispatch_event(event));
        done.unwrap();
    }

    /// Draws a finger from one point to another.
    pub(super) fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        const STEPS: i32 = 8;
        let button = PointerEventButton::Left;
        let point = move |step: i32| {
            let along = |from: i32, to: i32| (from + (to - from) * step / STEPS) as f32;
            LogicalPosition::new(along(from.0, to.0), along(from.1, to.1))
        };
        let moved = (1..=STEPS).map(move |step| WindowEvent::PointerMoved {
            position: point(step),
        });
        let events: Vec<WindowEvent> = [WindowEvent::PointerPressed {
            position: point(0),
            button,
        }]
        .into_iter()
        .chain(moved)
        .chain([WindowEvent::PointerReleased {
            position: point(STEPS),
            button,
        }])
        .collect();
        self.ui
            .ask(move |app| {
                for event in events {
                    app.window().dispatch_event(event);
                }
            })
            .unwrap();
    }

    /// Every button on screen, by its label.
    pub(super) fn buttons(&self) -> Vec<Words> {
        let mut buttons = self.with_role(AccessibleRole::Button);
        buttons.retain(|b| b.x + b.width > 0.0);
        buttons
    }

    /// Taps buttons one after the other.
    pub(super) fn tap_all(&self, labels: &[&str]) {
        for label in labels {
            self.tap(label);
        }
    }

    /// Taps the middle of the button with this label.
    pub(super) fn tap(&self, label: &str) {
        let buttons = self.buttons();
        let button = buttons.iter().find(|b| b.text == label).unwrap_or_else(|| {
            panic!("no button {label:?} among {buttons:?}");
        });
        let (x, y) = (
            button.x + button.width / 2.0,
            button.y + button.height / 2.0,
        );
        self.ui.click(x as u32, y as u32).unwrap();
    }

    /// Writes the screen to `target/screens/<name>-<width>x<height>.png`, for the eye.
    pub(super) fn picture(&self, name: &str) -> Picture {
        let shot = self.ui.snapshot().unwrap();
        let file = screens().join(format!("{name}-{}x{}.png", shot.width, shot.height));
        image::RgbImage::from_raw(shot.width, shot.height, shot.rgb.clone())
            .unwrap()
            .save(file)
            .unwrap();
        shot
    }

    fn with_role(&self, role: AccessibleRole) -> Vec<Words> {
        self.ui
            .ask(move |app| {
                ElementQuery::from_root(app)
                    .match_descendants()
                    .match_accessible_role(role)
                    .find_all()
                    .iter()
                    .map(place)
                    .collect()
            })
            .unwrap()
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

/// Texts and buttons in a column that scrolls.
fn children(app: &AppWindow) -> Vec<Words> {
    let query = ElementQuery::from_root(app).match_descendants();
    let Some(column) = query.match_inherits("Scroll").find_first() else {
        return Vec::new();
    };
    let with = |role| {
        let query = column.query_descendants();
        query.match_accessible_role(role).find_all()
    };
    let found = with(AccessibleRole::Text)
        .into_iter()
        .chain(with(AccessibleRole::Button));
    found.map(|element| place(&element)).collect()
}

fn place(element: &ElementHandle) -> Words {
    Words {
        text: element.accessible_label().unwrap_or_default().to_string(),
        x: element.absolute_position().x,
        y: element.absolute_position().y,
        width: element.size().width,
        height: element.size().height,
    }
}

/// Those with words, each once.
fn shown(texts: Vec<Words>) -> Vec<Words> {
    let mut words = Vec::new();
    for found in texts {
        let shown = !found.text.is_empty() && found.x + found.width > 0.0;
        if shown && !words.contains(&found) {
            words.push(found);
        }
    }
    words
}

pub(super) fn status() -> StatusView {
    StatusView {
        online: OnlineView::Online,
        freshness: FreshnessView::Fresh,
        list_age_minutes: Some(12),
        listed: 12_345_678,
        unsent: 0,
        clock: "06:12".into(),
        clock_trusted: true,
        place: "Quancheng Road, east gate".into(),
        direction: Direction::In,
        guard: "王芳 Wang Fang".into(),
    }
}

/// The bar at its fullest.
pub(super) fn worst_status() -> StatusView {
    StatusView {
        online: OnlineView::NeverSynced,
        freshness: FreshnessView::Expired,
        list_age_minutes: Some(119 * 24 * 60),
        listed: 100_000_000,
        unsent: 12_345,
        clock: "23:58".into(),
        clock_trusted: false,
        place: "济南市历下区泉城路街道办事处东门检查点".into(),
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
        valid_until: "2022-05-14 18:00".into(),
        help: None,
        link: None,
        desks: Vec::new(),
        passed_minutes_ago: None,
        question: None,
        overriding: OverrideView::Impossible,
        members: Vec::new(),
    }
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
pub(super) fn camera_picture() -> Picture {
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
    Picture {
        width: width as u32,
        height: height as u32,
        rgb,
    }
}
