//! The passage log's own thread: commits passages in their order, many waiting ones at once, and
//! keeps trying while it can't. Nothing that it was given is dropped while the program runs.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use gatepost_pass::{DeviceId, Freshness, Timestamp, policy::TracingKey};
use gatepost_protocol::{Epoch, Passage, device::device_id, rand_core::UnwrapErr};
use gatepost_system::{
    chain,
    random::{self, SysRng},
};

use crate::{
    app::event::Event,
    clock::Clock,
    data::{DataDir, DataError, Identity},
    store::{Cap, LogError, PassageLog, passages::MOST_TOGETHER},
};

/// How long the writer waits before it tries again what failed.
const RETRY: Duration = Duration::from_secs(2);
/// Most passages that wait in memory for a disk that can't be written.
const MOST_WAITING: u64 = 10_000;

/// A passage for the log.
#[derive(Debug)]
pub(crate) struct LogRequest {
    /// Its number, for the answer.
    pub(crate) number: u32,
    pub(crate) passage: Passage,
    /// Whom it is sealed to.
    pub(crate) key: TracingKey,
}

impl LogRequest {
    fn parts(&self) -> (&Passage, &TracingKey) {
        (&self.passage, &self.key)
    }
}

/// The way to the writer.
#[derive(Debug)]
pub(crate) struct LogWriter {
    requests: Option<Sender<LogRequest>>,
    thread: Option<JoinHandle<()>>,
    /// Most passages that may wait for it.
    pub(crate) most_waiting: u64,
}

/// Why the writer, or what else runs on an enrolled device, did not start.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum StartError {
    Data(#[from] DataError),
    Log(#[from] LogError),
}

/// The passage was not taken: the writer has ended, or too many wait for it.
#[derive(Debug)]
pub(crate) struct NotTaken;

impl LogWriter {
    /// Opens the passage log and starts its writer. A log without space keeps no scanner from
    /// starting: the writer reports it ([`Event::LogSpace`]) and opens the log once there is some.
    pub(crate) fn open(
        data: &DataDir,
        identity: &Identity,
        clock: &Arc<Clock>,
        cap: Cap,
        events: Sender<Event>,
    ) -> Result<Self, StartError> {
        // One writer a device: a wipe waits for this lock.
        let lock = data.lock("log")?;
        let location = LogLocation {
            path: data.passages(),
            device: device_id(&identity.key.public()),
            cap,
        };
        let log = match location.open(clock.now().time) {
            Ok(log) => Some(log),
            Err(error) if error.is_full() => None,
            Err(error) => return Err(error.into()),
        };
        let mut writer = LogThread {
            location,
            log,
            queue: VecDeque::new(),
            together: MOST_TOGETHER,
            full: false,
            clock: clock.clone(),
            events,
        };
        let clock = clock.clone();
        let (sender, requests) = mpsc::channel::<LogRequest>();
        let thread = thread::spawn(move || {
            let _lock = lock;
            loop {
                writer.check_space(clock.now().time);
                let request = requests.recv_timeout(RETRY);
                let ended = matches!(request, Err(RecvTimeoutError::Disconnected));
                // However many: whoever hands them over stops in time (`LogLink`).
                writer.queue.extend(request.ok());
                writer.queue.extend(requests.try_iter());
                writer.write(clock.now().time);
                clock.keep();
                if ended {
                    return clock.keep_now();
                }
            }
        });
        Ok(Self {
            requests: Some(sender),
            thread: Some(thread),
            most_waiting: MOST_WAITING,
        })
    }

    /// Hands a passage over; [`Event::Logged`] brings the answer.
    pub(crate) fn append(&self, request: LogRequest) -> Result<(), NotTaken> {
        let requests = self.requests.as_ref().ok_or(NotTaken)?;
        requests.send(request).map_err(|_| NotTaken)
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where the log is.
struct LogLocation {
    path: PathBuf,
    device: DeviceId,
    cap: Cap,
}

impl LogLocation {
    /// Opens the log under a new epoch.
    fn open(&self, now: Timestamp) -> Result<PassageLog, LogError> {
        let epoch = Epoch(random::bytes()?);
        let opened = PassageLog::open(&self.path, self.device, epoch, now, self.cap)?;
        if let Some(aside) = opened.set_aside {
            log::warn!(
                "the passage log was damaged ({}); it is kept as {}, \
                 and {} records of it are in the new one",
                chain(&aside.damage),
                aside.path.display(),
                aside.rescued
            );
        }
        Ok(opened.log)
    }
}

/// What the thread keeps.
struct LogThread {
    location: LogLocation,
    /// Nothing while there is no space even to open it.
    log: Option<PassageLog>,
    queue: VecDeque<LogRequest>,
    /// How many are committed at once.
    together: usize,
    /// Whether it was reported as full last.
    full: bool,
    clock: Arc<Clock>,
    events: Sender<Event>,
}

impl LogThread {
    /// Reports when the log has no space, and when it has some again, also while nobody passes.
    /// Passages that wait show by themselves whether it has.
    fn check_space(&mut self, now: Timestamp) {
        if !self.queue.is_empty() {
            return;
        }
        let space = self.with_log(now, |log, _| log.make_space());
        match space {
            Ok(()) if !self.full => {}
            // Another fault is reported with the first passage that it hinders.
            Err(error) if !error.is_full() => {}
            space => {
                self.full = space.is_err();
                self.report(Event::LogSpace(space));
            }
        }
    }

    /// Does something with the log, which is opened where it was not, and with what waits.
    fn with_log<T>(
        &mut self,
        now: Timestamp,
        act: impl FnOnce(&mut PassageLog, &VecDeque<LogRequest>) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        let mut log = match self.log.take() {
            Some(log) => log,
            None => self.location.open(now)?,
        };
        let done = act(&mut log, &self.queue);
        self.log = Some(log);
        done
    }

    /// Commits what waits, as far as that goes.
    fn write(&mut self, now: Timestamp) {
        while let Some(number) = self.queue.front().map(|first| first.number) {
            let together = self.together.min(self.queue.len());
            let done = self.with_log(now, |log, queue| {
                let group: Vec<_> = queue.iter().take(together).map(LogRequest::parts).collect();
                // The system's source; `UnwrapErr` would panic only where `LogLocation::open`
                // failed.
                log.append_all(&group, &mut UnwrapErr(SysRng))
            });
            match done {
                Ok(logged) => {
                    (self.together, self.full) = (MOST_TOGETHER, false);
                    let requests: Vec<_> = self.queue.drain(..together).collect();
                    self.note_time(&requests);
                    for (logged, request) in logged.into_iter().zip(requests) {
                        self.report(Event::Logged {
                            passage: request.number,
                            result: Ok(logged),
                        });
                    }
                }
                // One that can't be sealed must not hold up those before it.
                Err(_) if together > 1 => self.together = 1,
                Err(fault) => {
                    if matches!(fault, LogError::Damaged(_)) {
                        // Let go of, so that the next try sets it aside and opens a new one.
                        self.log = None;
                    }
                    return self.failed(number, fault);
                }
            }
        }
    }

    /// Tells the clock how late it was when something was logged. Beyond the last usable time of
    /// the bundle that proves nothing: a clock that runs ahead looks the same.
    fn note_time(&self, requests: &[LogRequest]) {
        let passages = requests.iter().map(|request| &request.passage);
        let usable = passages.filter(|passage| passage.freshness != Freshness::Expired);
        if let Some(newest) = usable.map(|passage| passage.at).max() {
            self.clock.logged(newest);
        }
    }

    fn failed(&mut self, passage: u32, fault: LogError) {
        self.full = fault.is_full();
        self.report(Event::Logged {
            passage,
            result: Err(fault),
        });
    }

    /// Without a listener, the passages on their way are logged all the same.
    fn report(&self, event: Event) {
        let _ = self.events.send(event);
    }
}
