//! A checkpoint for tests: the loop, a window in memory, a decoder that is shown pictures, and eyes
//! that read the passage log.

use std::{
    cell::Cell,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use gatepost_decode::{CodeContent, decode};
use gatepost_pass::{
    BadgeRole, Kind, Pin, PinHash,
    document::to_text,
    fixture::{self, NOW, Region, documents},
};
use gatepost_protocol::{
    Body, Direction, Passage, Record,
    device::device_id,
    fixture::{TRACING_SEED, enrolment, tracing},
    open,
    seal::tracing_key,
};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, render_rgb};
use image::{DynamicImage, RgbImage};
use tempfile::TempDir;

use crate::{
    app::{
        context::DeviceContext,
        event::Event,
        scanner::{App, Parts},
        state::{choices, in_view::OUT_OF_VIEW},
        threads::{
            enrolled::Enrolled,
            frames::{self, FrameInbox},
        },
        vitals::Vitals,
    },
    camera::{CameraState, Frame},
    clock::Clock,
    config::Config,
    data::DataDir,
    devices::Devices,
    store::{BundleCache, Outbox, bundles::BundleDirectory},
    ui::{Surface, Ui, UiCommand, UiHandle},
};

/// Longest that anything may take to come on screen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A checkpoint that is running.
pub(super) struct Post {
    folder: TempDir,
    ui: UiHandle,
    events: Sender<Event>,
    frames: Arc<FrameInbox>,
    taps: Cell<u32>,
    threads: Vec<JoinHandle<()>>,
}

impl Post {
    /// Enrolled, with the bundle of the fixture's region, changed.
    pub(super) fn open(change: impl FnOnce(&mut Region)) -> Self {
        Self::prepared(tempfile::tempdir().unwrap(), "", change, |_| (), |_| ())
    }

    /// The same with devices beside the camera: by these settings, and what `beside` puts there.
    pub(super) fn with_devices(
        settings: &str,
        beside: impl FnOnce(&mut Devices),
        change: impl FnOnce(&mut Region),
    ) -> Self {
        Self::prepared(
            tempfile::tempdir().unwrap(),
            settings,
            change,
            |_| (),
            beside,
        )
    }

    /// The same in this folder, with something done to the device before it starts.
    pub(super) fn prepared(
        folder: TempDir,
        settings: &str,
        change: impl FnOnce(&mut Region),
        prepare: impl FnOnce(&DataDir),
        beside: impl FnOnce(&mut Devices),
    ) -> Self {
        let mut region = region();
        change(&mut region);
        let data = DataDir::open(&folder.path().join("device")).unwrap();
        enrol(&data);
        let stick = folder.path().join("stick");
        region.write_to(&stick);
        let cache = BundleCache::new(data.bundle());
        cache
            .install(
                &mut BundleDirectory::new(&stick),
                &fixture::root(),
                &Clock::still(NOW),
                &mut |_| (),
            )
            .unwrap();
        fs::remove_dir_all(&stick).unwrap();
        fs::write(data.config(), settings).unwrap();
        prepare(&data);
        Self::start(folder, beside)
    }

    /// Not enrolled yet, with these settings.
    pub(super) fn new_device(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("device")).unwrap();
        fs::write(folder.path().join("device/config.toml"), settings).unwrap();
        Self::start(folder, |_| ())
    }

    fn start(folder: TempDir, beside: impl FnOnce(&mut Devices)) -> Self {
        let data = DataDir::open(&folder.path().join("device")).unwrap();
        let (events, inbox) = channel();
        let (ready, handle) = channel();
        let to_app = events.clone();
        let (config, bad_settings) = Config::load_or_safe(&data.config());
        let language = choices::language(&data, &config);
        let window = thread::spawn(move || {
            let surface = Surface::Offscreen {
                width: 480,
                height: 800,
            };
            let ui = Ui::new(surface, language, false, move |command| {
                let _ = to_app.send(Event::Ui(command));
            });
            let ui = ui.unwrap();
            ready.send(ui.handle()).unwrap();
            ui.run().unwrap();
        });
        let ui: UiHandle = handle.recv().unwrap();
        let clock = Arc::new(Clock::still(NOW));
        let frames = frames::decoder(ui.clone(), events.clone());
        let mounts = folder.path().join("media");
        fs::create_dir_all(&mounts).unwrap();
        let to_app = events.clone();
        let mut devices = Devices::start(&config, move |event| {
            // A loop that is over hears nothing any more.
            let _ = to_app.send(Event::Device(event));
        });
        beside(&mut devices);
        let app = App::new(Parts {
            enrolled: Enrolled::start(&data, &clock, &config, &events).unwrap(),
            context: DeviceContext {
                data,
                config,
                clock,
                events: events.clone(),
                sticks: vec![mounts],
            },
            bad_settings,
            ui: ui.clone(),
            devices,
            recorder: None,
            vitals: Vitals::new(None, Instant::now()),
            once: false,
            camera: None,
            frames: frames.clone(),
        });
        let app = thread::spawn(move || app.run(&inbox));
        let live = Event::Camera(CameraState::Live);
        events.send(live).unwrap();
        Self {
            folder,
            ui,
            events,
            frames,
            taps: Cell::new(0),
            threads: vec![app, window],
        }
    }

    /// Closes the window, and opens it once more on the same data.
    pub(super) fn restart(mut self) -> Self {
        self.close();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::start(folder, |_| ())
    }

    fn close(&mut self) {
        let _ = self.events.send(Event::Ui(UiCommand::Quit));
        for thread in self.threads.drain(..) {
            assert!(thread.join().is_ok() || thread::panicking());
        }
    }

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

    /// Taps the button with this label, which must come on screen.
    #[track_caller]
    pub(super) fn tap(&self, label: &str) {
        let find = || {
            let buttons = self.ui.buttons();
            buttons.into_iter().find(|button| button.text == label)
        };
        let Some(button) = wait_for(find) else {
            self.picture();
            panic!("no button {label:?} among {:?}", words(&self.ui.buttons()));
        };
        let (x, y) = button.middle();
        self.ui.click(x, y).unwrap();
        self.taps.set(self.taps.get() + 1);
    }

    /// Types with the keys of a pad or keyboard on screen; counts as no tap of the path.
    #[track_caller]
    pub(super) fn types(&self, keys: &str) {
        for key in keys.chars() {
            self.tap(&key.to_string());
            self.taps.set(self.taps.get() - 1);
        }
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
            self.picture();
            panic!("no code on screen");
        });
        found.into_iter().map(|code| code.content).collect()
    }

    /// A text must come on screen that has this in it.
    #[track_caller]
    pub(super) fn sees(&self, text: &str) {
        if wait_for(|| self.says(text).then_some(())).is_some() {
            return;
        }
        self.picture();
        panic!(
            "not on screen: {text:?}, but {:?} and the buttons {:?}",
            words(&self.ui.texts()),
            words(&self.ui.buttons())
        );
    }

    /// The middle of the button with this label, which must come on screen.
    #[track_caller]
    pub(super) fn place_of(&self, label: &str) -> (u32, u32) {
        let buttons = || self.ui.buttons().into_iter();
        wait_for(|| buttons().find(|button| button.text == label))
            .expect("a button with this label")
            .middle()
    }

    /// Keeps the screen of a failure in `target/screens`, for the eye.
    fn picture(&self) {
        let (Ok(shot), Some(test)) = (
            self.ui.snapshot(),
            thread::current().name().map(str::to_owned),
        ) else {
            return;
        };
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
            PathBuf::from,
        );
        let file = target
            .join("screens")
            .join(format!("failed-{}.png", test.replace("::", "-")));
        let _ = fs::create_dir_all(target.join("screens"));
        let _ = RgbImage::from_raw(shot.width, shot.height, shot.rgb).map(|image| image.save(file));
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

    /// The device's directory.
    pub(super) fn data(&self) -> DataDir {
        DataDir::open(&self.folder.path().join("device")).unwrap()
    }

    /// A stick that is put in: its folder.
    pub(super) fn stick(&self) -> PathBuf {
        let stick = self.folder.path().join("media/STICK");
        fs::create_dir_all(&stick).unwrap();
        stick
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

impl Drop for Post {
    fn drop(&mut self) {
        self.close();
    }
}

/// The region whose bundle a checkpoint has, unless a test changes it.
pub(super) fn region() -> Region {
    let mut region = Region::default();
    region.policy.tracing_key = tracing();
    // Nothing goes by itself while a test looks.
    region.policy.show_seconds = [60; 3];
    region
}

fn enrol(data: &DataDir) {
    let key = data.device_key(&[42; 32]).unwrap();
    // Not `enrol`: it refuses the published keys that tests sign with.
    fs::write(data.path().join("enrolment"), enrolment(&key).to_bytes()).unwrap();
}

pub(super) fn paper(n: u8) -> String {
    to_text(&documents().sign(Kind::Pass, &fixture::paper_pass(n)))
}

pub(super) fn badge(n: u8, role: BadgeRole, pin: Option<&str>) -> String {
    let mut badge = fixture::badge(n, role);
    badge.pin = pin.map(|pin| {
        let pin = Pin::try_from(pin.to_owned()).unwrap();
        PinHash::of(&pin, badge.number)
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
