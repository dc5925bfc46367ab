//! A checkpoint for tests: the loop, a window in memory, a decoder that is shown pictures. What a
//! guard does there stands in `guard`.

use std::{
    cell::Cell,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use gatepost_pass::fixture::{self, NOW, Region};
use gatepost_protocol::fixture::{enrolment, tracing};
use image::RgbImage;
use tempfile::TempDir;

use crate::{
    app::{
        context::DeviceContext,
        event::Event,
        scanner::{App, Parts},
        state::choices,
        threads::{
            enrolled::Enrolled,
            frames::{self, FrameInbox, RunningCamera},
        },
        vitals::Vitals,
    },
    camera::CameraState,
    clock::Clock,
    config::Config,
    data::DataDir,
    devices::Devices,
    store::{BundleCache, bundles::BundleDirectory},
    ui::{Surface, Ui, UiCommand, UiHandle},
};

/// Its window, in pixels.
pub(super) const WIDTH: u32 = 480;
/// See [`WIDTH`].
pub(super) const HEIGHT: u32 = 800;

/// A checkpoint that is running.
pub(super) struct Post {
    folder: TempDir,
    pub(super) ui: UiHandle,
    pub(super) events: Sender<Event>,
    pub(super) frames: Arc<FrameInbox>,
    pub(super) taps: Cell<u32>,
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
            |parts| beside(&mut parts.devices),
        )
    }

    /// The same in this folder, with something done to the device before it starts, and to the
    /// parts of its scanner.
    pub(super) fn prepared(
        folder: TempDir,
        settings: &str,
        change: impl FnOnce(&mut Region),
        prepare: impl FnOnce(&DataDir),
        fit: impl FnOnce(&mut Parts),
    ) -> Self {
        let mut region = region();
        change(&mut region);
        let data = DataDir::open(&folder.path().join("device")).unwrap();
        enrol(&data);
        let stick = folder.path().join("stick");
        region.write_to(&stick);
        let (mut origin, clock) = (BundleDirectory::new(&stick), Clock::still(NOW));
        BundleCache::new(data.bundle())
            .install(&mut origin, &fixture::root(), &clock, &mut |_| ())
            .unwrap();
        fs::remove_dir_all(&stick).unwrap();
        fs::write(data.config(), settings).unwrap();
        prepare(&data);
        Self::start(folder, fit)
    }

    /// Not enrolled yet, with these settings.
    pub(super) fn new_device(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("device")).unwrap();
        fs::write(folder.path().join("device/config.toml"), settings).unwrap();
        Self::start(folder, |_| ())
    }

    fn start(folder: TempDir, fit: impl FnOnce(&mut Parts)) -> Self {
        let data = DataDir::open(&folder.path().join("device")).unwrap();
        let (events, inbox) = channel();
        let (ready, handle) = channel();
        let to_app = events.clone();
        let (config, bad_settings) = Config::load_or_safe(&data.config());
        let camera = match config.camera {
            Some(_) => CameraState::Live,
            None => CameraState::Off,
        };
        let language = choices::language(&data, &config);
        let window = thread::spawn(move || {
            let surface = Surface::Offscreen {
                width: WIDTH,
                height: HEIGHT,
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
        let devices = Devices::start(&config, move |event| {
            // A loop that is over hears nothing any more.
            let _ = to_app.send(Event::Device(event));
        });
        let mut parts = Parts {
            enrolled: Enrolled::start(&data, &clock, &config, &events).unwrap(),
            context: DeviceContext {
                data,
                config,
                clock,
                events: events.clone(),
                sticks: vec![mounts],
                video_devices: folder.path().join("cameras"),
            },
            bad_settings,
            ui: ui.clone(),
            devices,
            recorder: None,
            vitals: Vitals::new(None, Instant::now()),
            once: false,
            camera: RunningCamera::start(None, frames.clone(), ui.clone(), events.clone()),
        };
        fit(&mut parts);
        let app = App::new(parts);
        let app = thread::spawn(move || app.run(&inbox));
        events.send(Event::Camera(camera)).unwrap();
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
    pub(super) fn restart(self) -> Self {
        self.restart_with(|_| ())
    }

    /// The same, with something done to the parts of its scanner.
    pub(super) fn restart_with(mut self, fit: impl FnOnce(&mut Parts)) -> Self {
        self.close();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::start(folder, fit)
    }

    fn close(&mut self) {
        let _ = self.events.send(Event::Ui(UiCommand::Quit));
        for thread in self.threads.drain(..) {
            assert!(thread.join().is_ok() || thread::panicking());
        }
    }

    /// Keeps the screen of a failure in `target/screens`, for the eye.
    pub(super) fn keep_picture(&self) {
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
}

impl Drop for Post {
    fn drop(&mut self) {
        self.close();
    }
}

/// The region whose bundle a checkpoint has, unless a test changes it.
pub(super) fn region() -> Region {
    let mut region = Region::default();
    region.seal_to(tracing());
    // Nothing goes by itself while a test looks.
    region.policy.show_seconds = [60; 3];
    region.pins = Some(super::guard::pins());
    region
}

fn enrol(data: &DataDir) {
    let key = data.device_key(&[42; 32]).unwrap();
    // Not `enrol`: it refuses the published keys that tests sign with.
    fs::write(data.path().join("enrolment"), enrolment(&key).to_bytes()).unwrap();
}
