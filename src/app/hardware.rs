//! The devices beside the camera: what they tell, what a verdict makes them do, and what the guard should
//! know of them on every page.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use gatepost_pass::policy::WhenLogFull;
use gatepost_protocol::Temperature;
use gatepost_system::chain;

use super::{Sighting, Stamps, scanner::App};
use crate::{
    checkpoint::verdict::Outcome,
    config::{ConfigError, ReaderSettings},
    decode::CodeContent,
    devices::{DeviceEvent, Sound, Volume},
    ui::{Notice, Page, UiUpdate},
};

/// What the guard should know on every page.
#[derive(Debug, Default)]
pub(super) struct Notices {
    settings: Option<Notice>,
    /// By the device's name.
    gone: BTreeMap<String, Notice>,
    pub(super) parked: Option<Notice>,
    log: LogHealth,
    shown: Vec<Notice>,
}

/// How writing the log went last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LogHealth {
    #[default]
    Works,
    Failing,
    /// There is no room, and this is what the policy says about it.
    Full(WhenLogFull),
}

impl Notices {
    pub(super) fn new(bad_settings: Option<ConfigError>) -> Self {
        let settings = bad_settings.map(|fault| {
            eprintln!("gatepost: {}; the defaults are in force", chain(&fault));
            let (file, fault) = match fault {
                ConfigError::Read(error) => (error.path.display().to_string(), None),
                ConfigError::Wrong { path, source } => (path, Some(*source)),
            };
            Notice::BadSettings { file, fault }
        });
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Takes in how writing the log went. Gives how it went before.
    pub(super) fn log_told(&mut self, health: LogHealth) -> LogHealth {
        std::mem::replace(&mut self.log, health)
    }

    /// How writing the log went last.
    pub(super) fn log(&self) -> LogHealth {
        self.log
    }

    fn all(&self) -> Vec<Notice> {
        let full = match self.log {
            LogHealth::Works | LogHealth::Failing => None,
            LogHealth::Full(WhenLogFull::Stop) => Some(Notice::Stopped),
            LogHealth::Full(WhenLogFull::ScanWithoutLog) => Some(Notice::WithoutLog),
        };
        let first = self.settings.iter().chain(&full);
        first
            .chain(&self.parked)
            .chain(self.gone.values())
            .cloned()
            .collect()
    }
}

impl App {
    /// Sends the notices to the window when they have changed.
    pub(super) fn show_notices(&mut self) {
        let all = self.notices.all();
        if all != self.notices.shown {
            self.notices.shown.clone_from(&all);
            self.ui.send(UiUpdate::Notices(all));
        }
    }

    pub(super) fn device(&mut self, event: DeviceEvent) {
        match event {
            DeviceEvent::Ready(device) => {
                self.notices.gone.remove(&device.to_string());
                self.show_notices();
            }
            DeviceEvent::Gone(device, why) => {
                eprintln!("gatepost: {device}: {why}");
                let notice = Notice::DeviceGone { device, why };
                self.notices.gone.insert(device.to_string(), notice);
                self.show_notices();
            }
            DeviceEvent::Scanned { text } => self.scanned(text),
            DeviceEvent::IdRead { text } => self.id_number(&text),
            DeviceEvent::Garbled(device, why) => {
                eprintln!("gatepost: {device}: {why}");
                self.alarm();
            }
            DeviceEvent::Measured(Ok(reading)) => {
                let number = self.session.number();
                self.answered(number, Temperature::Reading(reading.tenths()));
            }
            // The question stays on screen: the guard answers, or measures once more.
            DeviceEvent::Measured(Err(why)) => eprintln!("gatepost: thermometer: {why}"),
        }
    }

    /// A code that came from a scanner.
    fn scanned(&mut self, text: String) {
        self.sighted(&Sighting {
            codes: vec![CodeContent::Text(text)],
            name: None,
            stamps: Stamps::now(),
        });
    }

    /// A key that no field took: of a reader that types into the window, where the settings name one.
    pub(super) fn key(&mut self, key: char) {
        let types = |reader: &Option<ReaderSettings>| *reader == Some(ReaderSettings::Window);
        let (codes, numbers) = (types(&self.config.scanner), types(&self.config.id_reader));
        let Some(text) = self.keys.push(key, Instant::now()) else {
            return;
        };
        let is_number = numbers && (!codes || self.page == Page::IdEntry);
        if is_number {
            self.id_number(&text);
        } else if codes {
            self.scanned(text);
        }
    }

    /// A verdict in sound and light.
    pub(super) fn signal(&self, outcome: Outcome, lasts: Duration) {
        if let Some(lamp) = &self.devices.lamp {
            lamp.show(outcome, lasts);
        }
        self.play(match outcome {
            Outcome::Admit => Sound::Admit,
            Outcome::Check => Sound::Check,
            Outcome::Refuse => Sound::Refuse,
        });
    }

    /// Something is wrong with the device, not with the person.
    pub(super) fn alarm(&self) {
        self.play(Sound::Error);
    }

    pub(super) fn play(&self, sound: Sound) {
        if let Some(sounds) = &self.devices.sounds {
            sounds.play(sound);
        }
    }

    /// Asks the thermometer, where there is one, once the verdict waits for it.
    pub(super) fn ask_thermometer(&self) {
        let asked = self
            .session
            .open()
            .and_then(|standing| standing.group().asked());
        if let (Some(_), Some(thermometer)) = (asked, &self.devices.thermometer) {
            thermometer.measure();
        }
    }

    /// Tells the window what there is to switch, and how it was switched before the restart.
    pub(super) fn show_choices(&mut self) {
        let size = self.choices.text_size.unwrap_or_default();
        self.ui.send(UiUpdate::TextSize(size));
        if let (Some(sounds), Some(percent)) = (&mut self.devices.sounds, self.choices.volume) {
            sounds.set_volume(Volume::from_percent(percent));
        }
        let sounds = self.devices.sounds.as_ref();
        let volume = sounds.map(|sounds| sounds.volume().percent());
        self.ui.send(UiUpdate::Volume(volume));
        let torch = self.devices.torch.as_ref().map(|_| false);
        self.ui.send(UiUpdate::Torch(torch));
    }

    pub(super) fn volume(&mut self, percent: u8) {
        if let Some(sounds) = &mut self.devices.sounds {
            sounds.set_volume(Volume::from_percent(percent));
            sounds.play(Sound::Scanned);
            self.choose(|choices| choices.volume = Some(percent));
        }
    }

    pub(super) fn torch(&self, on: bool) {
        match (&self.devices.torch, on) {
            (Some(torch), true) => torch.on(),
            (Some(torch), false) => torch.off(),
            (None, _) => {}
        }
    }
}
