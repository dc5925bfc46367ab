//! A checkpoint without window and camera: the scanner's judge and its passage log, on a disk.

use std::path::{Path, PathBuf};

use gatepost_checkpoint::{Judge, Judged, RecentPassages, freshness_for};
use gatepost_pass::{
    ClockTrust, DeviceId, Now, VerifiedBundle,
    fixture::{NOW, Region},
    policy::TracingKey,
};
use gatepost_protocol::{Direction, Epoch, Passage, fixture::tracing, rand_core::UnwrapErr};
use gatepost_system::random::{self, SysRng};
use tempfile::TempDir;

use crate::error::BenchError;
use crate::scanner::store::{Cap, Logged, PassageLog};

/// Magic number of a file system in memory (`statfs(2)`).
const TMPFS: u64 = 0x0102_1994;

/// Judges texts by the bundle of the test region, and logs passages as a device does.
pub(crate) struct JudgeAndLog {
    bundle: VerifiedBundle<Vec<u8>>,
    tracing: TracingKey,
    recent: RecentPassages,
    log: PassageLog,
}

impl JudgeAndLog {
    /// With a new log of that name.
    pub(crate) fn open(log: &Path) -> Result<Self, BenchError> {
        let epoch = Epoch(random::bytes()?);
        let opened = PassageLog::open(log, DeviceId([1; 16]), epoch, NOW, Cap::default())?;
        Ok(Self {
            bundle: Region::default().verified(),
            tracing: tracing(),
            recent: RecentPassages::default(),
            log: opened.log,
        })
    }

    /// What the scanner makes of a content.
    pub(crate) fn judge(&self, content: &[u8]) -> Judged {
        let judge = Judge {
            bundle: Some(&self.bundle),
            class: None,
            area: None,
            recent: &self.recent,
            direction: Direction::In,
            now: now(),
        };
        judge.code(std::str::from_utf8(content).ok())
    }

    /// Seals and commits passages of these verdicts; they are on the disk when this returns.
    pub(crate) fn log(&mut self, judged: &[Judged]) -> Result<Vec<Logged>, BenchError> {
        let passages: Vec<Passage> = judged.iter().filter_map(|one| self.passage(one)).collect();
        let sealed_to: Vec<_> = passages.iter().map(|one| (one, &self.tracing)).collect();
        // `open` has drawn from the same source.
        Ok(self.log.append_all(&sealed_to, &mut UnwrapErr(SysRng))?)
    }

    fn passage(&self, judged: &Judged) -> Option<Passage> {
        Some(Passage {
            at: NOW,
            clock: now().clock,
            freshness: freshness_for(&self.bundle, &judged.seen, NOW),
            place: "gate-3".try_into().ok()?,
            direction: Direction::In,
            outcome: judged.verdict.outcome,
            reasons: judged.verdict.reasons.clone().try_into().ok()?,
            seen: judged.seen.clone(),
            guard: "staff-1".try_into().ok(),
            temperature: None,
            allowed: None,
        })
    }
}

fn now() -> Now {
    Now {
        time: NOW,
        clock: ClockTrust::Trusted,
    }
}

/// Where logs lie while something is measured.
#[derive(clap::Args)]
pub(crate) struct LogDirectory {
    /// Directory on a real disk for the passage logs [default: beside this program]
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
}

impl LogDirectory {
    /// A new directory there, which goes when it is dropped.
    pub(crate) fn open(&self) -> Result<TempDir, BenchError> {
        let failed = |path: &Path, source| BenchError::Directory {
            path: path.to_owned(),
            source,
        };
        let place = match &self.logs {
            Some(place) => place.clone(),
            None => {
                let program = std::env::current_exe();
                let mut place = program.map_err(|source| failed(Path::new("."), source))?;
                place.pop();
                place
            }
        };
        let disk = rustix::fs::statfs(&place).map_err(|why| failed(&place, why.into()))?;
        if disk.f_type as u64 == TMPFS {
            return Err(BenchError::InMemory(place));
        }
        tempfile::tempdir_in(&place).map_err(|source| failed(&place, source))
    }
}
