//! Releases that are forged, old, cut short or in a full disk's way: nothing of them reaches the
//! installer. And what is remembered from start to start.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    cell::Cell,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use gatepost_pass::{
    Digest, DocumentError, KebabName, Kind, ProgramRelease, ProgramVersion, ReleaseError,
    SecretKey, Signer,
    fixture::{self, NOW, SIGNED},
    timekeeper::Boot,
};
use gatepost_protocol::{ProgramUpdate, UpdateEnd};
use gatepost_system::{files::FileError, stick::StickDir};
use tempfile::TempDir;

use super::{record::ProgramRecord, *};
use crate::{
    data::DataDir,
    store::disk::{Disk, FileSystem},
};

mod attacks;
mod starts;
mod storage;

const OLD: ProgramVersion = ProgramVersion::new(1, 2, 3);
const NEW: ProgramVersion = ProgramVersion::new(1, 3, 0);
const IMAGE: &[u8] = b"the image of the other slot";
const BOOT: Boot = Boot([1; 16]);
const LATER: Boot = Boot([2; 16]);

/// What the installer was given, and whether it succeeds.
#[derive(Clone, Debug, Default)]
struct Slot {
    written: Arc<Mutex<Vec<Vec<u8>>>>,
    broken: bool,
}

impl Installer for Slot {
    fn install(&mut self, image: &Path) -> Result<(), ToolError> {
        let image = fs::read(image).unwrap();
        self.written.lock().unwrap().push(image);
        match self.broken {
            true => Err(ToolError::Nothing),
            false => Ok(()),
        }
    }
}

/// A device that runs the old version, and a stick.
struct Bench {
    _folder: TempDir,
    data: DataDir,
    stick: PathBuf,
    slot: Slot,
}

impl Bench {
    /// The camera has given a picture since the machine started.
    fn new() -> Self {
        let bench = Self::without_picture();
        bench.picture(OLD, BOOT);
        bench
    }

    fn without_picture() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stick = folder.path().join("stick");
        fs::create_dir(&stick).unwrap();
        Self {
            data: DataDir::open(&folder.path().join("data")).unwrap(),
            _folder: folder,
            stick,
            slot: Slot::default(),
        }
    }

    /// This version saw a picture in that start of the machine.
    fn picture(&self, running: ProgramVersion, boot: Boot) {
        let command = vec!["true".to_owned()];
        let confirmation = Confirmation::of(self.data.clone(), command, running, boot);
        confirmation.run().unwrap();
    }

    /// Puts a good release of the image onto the stick.
    fn release(&self, version: ProgramVersion) {
        self.write(&signed(&release(version)), IMAGE);
    }

    fn write(&self, release: &[u8], image: &[u8]) {
        fs::write(self.stick.join("release-aarch64"), release).unwrap();
        fs::write(self.image_on_stick(), image).unwrap();
    }

    fn image_on_stick(&self) -> PathBuf {
        self.stick.join(Digest::of(IMAGE).to_string())
    }

    fn updater_of(&self, running: ProgramVersion, boot: Boot) -> Updater {
        self.updater_on(running, boot, FileSystem)
    }

    fn updater_on<D: Disk>(&self, running: ProgramVersion, boot: Boot, disk: D) -> Updater<D> {
        let target = "aarch64".parse().unwrap();
        let installer = Box::new(self.slot.clone());
        Updater::of(self.data.clone(), target, installer, running, boot, disk)
    }

    /// The old version looks at the stick.
    fn update(&self) -> Result<UpdateOutcome, ProgramError> {
        self.update_by(&mut self.updater_of(OLD, BOOT), None)
    }

    fn update_by<D: Disk>(
        &self,
        updater: &mut Updater<D>,
        leave: Option<ProgramLeave>,
    ) -> Result<UpdateOutcome, ProgramError> {
        let mut stick = StickDir::open(&self.stick).unwrap();
        let trust = fixture::trust();
        updater.update(&mut stick, &trust, NOW, leave.as_ref(), &mut |_, _| {})
    }

    fn written(&self) -> Vec<Vec<u8>> {
        self.slot.written.lock().unwrap().clone()
    }

    /// Names of what lies where images are copied to.
    fn left(&self) -> Vec<String> {
        let Ok(folder) = fs::read_dir(self.data.program_image()) else {
            return Vec::new();
        };
        let names = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    /// How the last update ended, as this version sees it in that start of the machine.
    fn last(&self, running: ProgramVersion, boot: Boot) -> Option<ProgramUpdate> {
        ProgramRecord::load(&self.data, running, boot).update
    }
}

fn ended(version: ProgramVersion, end: UpdateEnd) -> Option<ProgramUpdate> {
    Some(ProgramUpdate { version, end })
}

fn release(version: ProgramVersion) -> ProgramRelease {
    ProgramRelease {
        version,
        target: "aarch64".parse().unwrap(),
        length: (IMAGE.len() as u64).try_into().unwrap(),
        digest: Digest::of(IMAGE),
        at: SIGNED,
    }
}

fn signed(release: &ProgramRelease) -> Vec<u8> {
    fixture::program().sign(Kind::ProgramRelease, release)
}
