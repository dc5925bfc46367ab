//! A guard at a checkpoint of tests: holds codes before its camera, taps, types, reads its screen,
//! and looks into its log.

use std::{
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};

use gatepost_decode::{CodeContent, decode};
use gatepost_pass::{
    BadgeRole, Kind, PassNumber, Pin, PinVerifier, Place, SecretKey,
    document::to_text,
    fixture::{self, documents},
    time::Minute,
};
use gatepost_protocol::{
    Body, Direction, Passage, Record,
    device::device_id,
    fixture::{TRACING_SEED, sealed_pins},
    open,
    seal::tracing_key,
};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, render_rgb};
use image::{DynamicImage, RgbImage};

use super::post::{HEIGHT, Post, WIDTH};
use crate::{
    app::{event::Event, state::in_view::OUT_OF_VIEW},
    camera::Frame,
    store::Outbox,
};

/// Longest that anything may take to come on screen.
const PATIENCE: Duration = Duration::from_secs(20);

impl Post {
    /// Holds a code before the camera, and reads this in its verdict.
    #[track_caller]
    pub(super) fn judges(&self, code: &str, says: &str) {
        self.show(code);
        self.sees(says);
    }

    /// Holds a code before the camera.
    pub(super) fn show(&self, text: &str) {
        self.frames.latest.put(frame(&picture(text)));
    }

    /// The code that was shown is held away, until it counts as shown anew.
    pub(super) fn leaves_the_picture(&self) {
        thread::sleep(OUT_OF_VIEW + Duration::from_millis(200));
    }

    /// Holds two codes before the camera, side by side.
    pub(super) fn show_both(&self, left: &str, right: &str) {
        let (left, right) = (picture(left), picture(right));
        let mut both = RgbImage::new(left.width() + right.width(), left.height());
        image::imageops::replace(&mut both, &left, 0, 0);
        image::imageops::replace(&mut both, &right, left.width().into(), 0);
        self.frames.latest.put(frame(&both));
    }

    /// What a device beside the camera, or the window, would tell.
    pub(super) fn tell(&self, event: Event) {
        self.events.send(event).unwrap();
    }

    /// Taps the button with this label, which must come on screen; scrolls down to it.
    #[track_caller]
    pub(super) fn tap(&self, label: &str) {
        let find = || {
            let buttons = self.ui.buttons();
            if self.ui.is_settling() {
                return None;
            }
            let button = buttons.into_iter().find(|button| button.text == label)?;
            let below = button.y + button.height > HEIGHT as f32;
            if below {
                self.scroll(-100.0);
            }
            (!below).then_some(button)
        };
        let Some(button) = self.seek(find) else {
            self.keep_picture();
            panic!("no button {label:?} among {:?}", words(&self.ui.buttons()));
        };
        let (x, y) = button.middle();
        self.ui.click(x, y).unwrap();
        self.taps.set(self.taps.get() + 1);
    }

    /// Holds a finger on the button with this label for so long.
    #[track_caller]
    pub(super) fn holds(&self, label: &str, time: Duration) {
        self.ui.hold(self.place_of(label), time).unwrap();
        self.taps.set(self.taps.get() + 1);
    }

    /// Taps one button after the other.
    #[track_caller]
    pub(super) fn tap_all(&self, labels: &[&str]) {
        for label in labels {
            self.tap(label);
        }
    }

    /// Enters a PIN, whose digits count as no taps of the path.
    #[track_caller]
    pub(super) fn enters_pin(&self, pin: &str) {
        self.types(pin);
        self.tap("OK");
    }

    /// Types with the keys of a pad or keyboard on screen; counts as no tap of the path.
    #[track_caller]
    pub(super) fn types(&self, keys: &str) {
        for key in keys.chars() {
            self.tap(&key.to_string());
            self.taps.set(self.taps.get() - 1);
        }
    }

    /// Sets a time far from the clock, which takes a second tap and no double one.
    #[track_caller]
    pub(super) fn sets_a_far_time(&self) {
        self.tap("Set");
        self.sees("Set it anyway?");
        self.tap("Set it anyway");
        thread::sleep(Duration::from_millis(1100));
        assert!(self.says("Set it anyway?"));
        self.tap("Set it anyway");
    }

    /// Types as a keyboard does that no field listens to: all at once.
    pub(super) fn keyboard(&self, keys: &str) {
        self.ui.type_keys(keys).unwrap();
    }

    /// The codes on screen, as another camera reads them; there must be some.
    #[track_caller]
    pub(super) fn codes_on_screen(&self) -> Vec<CodeContent> {
        let look = || {
            let shot = self.ui.snapshot().unwrap();
            let picture = RgbImage::from_raw(shot.width, shot.height, shot.rgb).unwrap();
            let found = decode(frame(&picture).view());
            Some(found).filter(|found| !found.is_empty())
        };
        let found = wait_for(look).unwrap_or_else(|| {
            self.keep_picture();
            panic!("no code on screen");
        });
        found.into_iter().map(|code| code.content).collect()
    }

    /// A text must come on screen that has this in it.
    #[track_caller]
    pub(super) fn sees(&self, text: &str) {
        if self.seek(|| self.says(text).then_some(())).is_some() {
            return;
        }
        self.keep_picture();
        panic!(
            "not on screen: {text:?}, but {:?} and the buttons {:?}",
            words(&self.ui.texts()),
            words(&self.ui.buttons())
        );
    }

    /// Looks until it is found, after a while further down the page too: what lies below the edge
    /// of the window is not on screen.
    fn seek<T>(&self, look: impl Fn() -> Option<T>) -> Option<T> {
        let mut misses = 0;
        wait_for(|| {
            let found = look();
            misses += u32::from(found.is_none());
            match misses % 80 {
                _ if found.is_some() => {}
                0 => self.scroll(1e6),
                n if n % 8 == 0 => self.scroll(-150.0),
                _ => {}
            }
            found
        })
    }

    /// Turns a wheel over the page; downwards is negative.
    fn scroll(&self, pixels: f32) {
        self.ui.wheel((WIDTH / 2, HEIGHT / 2), pixels).unwrap();
    }

    /// This text must go from the screen.
    #[track_caller]
    pub(super) fn sees_no_more(&self, text: &str) {
        let gone = wait_for(|| (!self.says(text)).then_some(()));
        assert!(gone.is_some(), "still on screen: {text:?}");
    }

    /// The middle of the button with this label, which must come on screen.
    #[track_caller]
    pub(super) fn place_of(&self, label: &str) -> (u32, u32) {
        let buttons = || self.ui.buttons().into_iter();
        wait_for(|| buttons().find(|button| button.text == label))
            .expect("a button with this label")
            .middle()
    }

    /// Whether a text with this in it is on screen.
    pub(super) fn says(&self, text: &str) -> bool {
        let all = self.ui.texts().into_iter().chain(self.ui.buttons());
        all.into_iter().any(|element| element.text.contains(text))
    }

    /// The passages on the disk, opened with the tracing key, once there are so many.
    #[track_caller]
    pub(super) fn passages(&self, count: usize) -> Vec<Passage> {
        let enough = || Some(self.logged()).filter(|logged| logged.len() >= count);
        let logged = wait_for(enough).unwrap_or_else(|| self.logged());
        assert_eq!(logged.len(), count, "{logged:?}");
        logged
    }

    fn logged(&self) -> Vec<Passage> {
        let data = self.data();
        let device = device_id(&data.own_key().unwrap().public());
        let outbox = Outbox::open(&data.passages()).unwrap();
        let mut passages = Vec::new();
        let mut done = std::collections::BTreeSet::new();
        while let Some(outgoing) = outbox.next(&done).unwrap() {
            for bytes in &outgoing.records {
                let record = Record::from_bytes(bytes).unwrap();
                let clear = record.clear(device, outgoing.epoch);
                if let (Body::Passage(sealed), Some(clear)) = (&record.body, clear) {
                    passages.push(open(sealed, &clear, 1, &tracing_key(&TRACING_SEED).0).unwrap());
                }
            }
            done.insert(outgoing.epoch);
        }
        passages
    }

    /// How many taps that took, from home.
    pub(super) fn taps(&self, path: &str) -> u32 {
        println!("taps: {path}: {}", self.taps.get());
        self.taps.replace(0)
    }

    /// Which way people go, as the bar says.
    pub(super) fn direction(&self) -> Direction {
        if self.says("Direction: out") {
            Direction::Out
        } else {
            Direction::In
        }
    }
}

pub(super) fn paper(n: u8) -> String {
    to_text(&documents().sign(Kind::Pass, &fixture::paper_pass(n)))
}

/// The badges of the region with a PIN.
const PINS: [(u8, &str); 3] = [(1, "4711"), (3, "123456"), (5, "2468")];

static VERIFIERS: LazyLock<Vec<(PassNumber, PinVerifier)>> = LazyLock::new(|| {
    let verifier = |(n, pin): (u8, &str)| {
        let pin = Pin::try_from(pin.to_owned()).unwrap();
        let number = fixture::badge(n, BadgeRole::Guard).number;
        (number, PinVerifier::new(&pin, [n; 16]))
    };
    PINS.map(verifier).to_vec()
});

/// What the region seals for the device of a checkpoint.
/// The code of gate 3, the north gate.
pub(super) fn north_gate() -> String {
    let place = Place {
        id: "gate-3".try_into().unwrap(),
        name: "North gate".try_into().unwrap(),
        not_after: Minute::of(fixture::NOW.plus(fixture::DAY)),
        fixed: false,
        class: None,
        area: None,
    };
    to_text(&documents().sign(Kind::PlaceCode, &place))
}

pub(super) fn pins() -> Vec<u8> {
    let device = SecretKey::from_seed(&[42; 32]);
    sealed_pins(VERIFIERS.iter().copied(), &device)
}

/// A badge without a PIN, or with that of [`PINS`].
pub(super) fn badge(n: u8, role: BadgeRole, pin: Option<&str>) -> String {
    badge_for(30, n, role, pin)
}

/// The same, for so many days.
pub(super) fn badge_for(days: u64, n: u8, role: BadgeRole, pin: Option<&str>) -> String {
    let mut badge = fixture::badge(n, role);
    badge.not_after = Minute::of(fixture::SIGNED.plus(days * fixture::DAY));
    let of = |number| VERIFIERS.iter().find(|(other, _)| *other == number);
    badge.pin = pin.map(|pin| {
        assert!(PINS.contains(&(n, pin)), "{n} has another PIN");
        of(badge.number).unwrap().1.digest()
    });
    to_text(&documents().sign(Kind::Badge, &badge))
}

fn picture(text: &str) -> RgbImage {
    let code = Code::new(text, ErrorCorrection::Medium).unwrap();
    render_rgb(&code, &View::hand_held(7, Carrier::Paper))
}

fn frame(picture: &RgbImage) -> Arc<Frame> {
    Arc::new(Frame::from_image(DynamicImage::ImageRgb8(picture.clone())).unwrap())
}

fn words(elements: &[crate::ui::ScreenElement]) -> Vec<&str> {
    elements
        .iter()
        .map(|element| element.text.as_str())
        .collect()
}

pub(super) fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= until {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
