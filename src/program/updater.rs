//! Updates the program of one device, one release at a time.

use std::{fs, path::PathBuf};

use gatepost_pass::{
    Digest, KebabName, OwnProgram, ProgramVersion, ReleaseError, Rollback, Timestamp, TrustList,
    VerifiedRelease, timekeeper::Boot,
};
use gatepost_protocol::UpdateEnd;
use gatepost_system::{
    clock,
    files::{Action, FileError},
};

use super::{
    error::ProgramError, installer::Installer, leave::ProgramLeave, origin::ReleaseOrigin,
    record::ProgramRecord, running::RUNNING,
};
use crate::{
    data::DataDir,
    store::{
        disk::{Disk, FileSystem},
        signed_file::{CopyFault, ExpectedFile},
    },
};

/// Bytes that stay free beside an image, for passages and lists.
const RESERVE: u64 = 64 << 20;

/// What came of looking for a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// There is none for this device.
    NoRelease,
    /// It runs already.
    Running(ProgramVersion),
    /// It was written into the other slot before, and runs from the next start of the device.
    Waits(ProgramVersion),
    /// It was tried before: the device fell back from it, or it could not be written in this run.
    Tried(ProgramVersion),
    /// No picture has come since the machine started, so that a fall-back would say nothing about
    /// the release.
    NoPictureYet(ProgramVersion),
    /// It is in the other slot now, and runs from the next start of the device.
    Written(ProgramVersion),
}

/// Updates the program of one device.
#[derive(Debug)]
pub struct Updater<D = FileSystem> {
    data: DataDir,
    target: KebabName,
    installer: Box<dyn Installer + Send>,
    running: ProgramVersion,
    boot: Boot,
    disk: D,
    /// The image that could not be written in this run: once is enough for a card and a log.
    failed: Option<Digest>,
}

impl Updater {
    /// Of a device of that target.
    pub fn new(data: DataDir, target: KebabName, installer: Box<dyn Installer + Send>) -> Self {
        Self::of(data, target, installer, RUNNING, clock::boot(), FileSystem)
    }
}

impl<D: Disk> Updater<D> {
    pub(super) fn of(
        data: DataDir,
        target: KebabName,
        installer: Box<dyn Installer + Send>,
        running: ProgramVersion,
        boot: Boot,
        disk: D,
    ) -> Self {
        Self {
            data,
            target,
            installer,
            running,
            boot,
            disk,
            failed: None,
        }
    }

    /// Takes the release that is there, if it is a new one for this device, and has it written into
    /// the other slot. `progress` is told how many bytes of how many are here.
    ///
    /// A supervisor's leave is for a version that is older, that the device fell back from, or
    /// where no picture comes.
    ///
    /// # Errors
    /// Nothing has changed. What was copied by then is gone on with the next time, unless it is
    /// wrong or the disk is full.
    pub fn update(
        &mut self,
        origin: &mut dyn ReleaseOrigin,
        trust: &TrustList,
        now: Timestamp,
        leave: Option<&ProgramLeave>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<UpdateOutcome, ProgramError> {
        let record = ProgramRecord::load(&self.data, self.running, self.boot);
        let release = origin.release(&self.target);
        let release = release.map_err(|source| ProgramError::Origin {
            what: "release of the program",
            source,
        })?;
        let Some(release) = release else {
            return Ok(UpdateOutcome::NoRelease);
        };
        let rollback = leave.map_or(Rollback::Refused, |leave| leave.rollback(&release));
        let own = OwnProgram {
            target: self.target.clone(),
            running: self.running,
            highest: record.highest,
        };
        let release = match VerifiedRelease::verify(&release, trust, now, &own, rollback) {
            Err(ReleaseError::Running(version)) => return Ok(UpdateOutcome::Running(version)),
            verified => verified?,
        };
        let claims = release.claims();
        let version = claims.version;
        match (record.end_of(version), rollback) {
            (Some(UpdateEnd::Waiting), _) => return Ok(UpdateOutcome::Waits(version)),
            (Some(UpdateEnd::FellBack), Rollback::Refused) => {
                return Ok(UpdateOutcome::Tried(version));
            }
            (Some(_) | None, Rollback::Refused) if self.failed == Some(claims.digest) => {
                return Ok(UpdateOutcome::Tried(version));
            }
            (Some(_) | None, Rollback::Refused) if !record.is_good(self.boot) => {
                return Ok(UpdateOutcome::NoPictureYet(version));
            }
            (Some(_) | None, Rollback::Refused | Rollback::AllowedBySupervisor) => {}
        }
        let image = self.fetch(origin, &release, progress)?;
        let installed = self.installer.install(&image);
        // Written or not, it only takes up space from now on.
        self.sweep(None);
        let end = match installed {
            Ok(()) => UpdateEnd::Waiting,
            Err(_) => UpdateEnd::Failed,
        };
        self.failed = installed.is_err().then_some(claims.digest);
        record
            .with_update(version, end, self.boot)
            .store(&self.data)?;
        installed.map_err(ProgramError::Install)?;
        Ok(UpdateOutcome::Written(version))
    }

    /// Copies the image of a release here, and checks it. There is never more than one.
    fn fetch(
        &self,
        origin: &mut dyn ReleaseOrigin,
        release: &VerifiedRelease,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<PathBuf, ProgramError> {
        let (claims, folder) = (release.claims(), self.data.program_image());
        let (digest, length) = (claims.digest, claims.length.get());
        let image = folder.join(digest.to_string());
        fs::create_dir_all(&folder).map_err(FileError::at(Action::Create, &folder))?;
        self.sweep(Some(&digest));
        let file = ExpectedFile { digest, length };
        if file.is_at(&image) {
            return Ok(image);
        }
        let part = fs::metadata(image.with_extension("part"));
        let here = part.map_or(0, |part| part.len().min(length));
        let (needed, free) = (length - here + RESERVE, self.disk.free_space(&folder)?);
        if free < needed {
            return Err(ProgramError::NoSpace { needed, free });
        }
        let copied = file.copy(
            &self.disk,
            &image,
            move |at| origin.image(claims, at),
            &mut |at| progress(at, length),
        );
        copied.map_err(|why| match why {
            CopyFault::Origin(source) => ProgramError::Origin {
                what: "image of the program",
                source,
            },
            CopyFault::OtherBytes => ProgramError::OtherImage(digest),
            CopyFault::Store(why) => {
                // A full disk: the passage log needs the space more than half an image does.
                self.sweep(None);
                ProgramError::Store(why)
            }
        })?;
        Ok(image)
    }

    /// Removes every image and part of one but those with that digest. A fault here costs space,
    /// nothing else.
    fn sweep(&self, keep: Option<&Digest>) {
        let keep = keep.map(Digest::to_string);
        let Ok(folder) = fs::read_dir(self.data.program_image()) else {
            return;
        };
        for path in folder.flatten().map(|file| file.path()) {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            if keep.is_none() || stem != keep.as_deref() {
                let _ = self.disk.remove(&path);
            }
        }
    }
}
