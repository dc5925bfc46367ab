//! A watch against sources that misbehave as cameras do. Every wait is for an event, none for a
//! time.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Mutex;
use std::sync::mpsc::Sender;

use super::*;

const TIMING: WatchTiming = WatchTiming {
    retry: Duration::from_millis(1),
    stall: Duration::from_millis(20),
};
const LONG: Duration = Duration::from_secs(600);

/// What a fake source does next.
enum FakeStep {
    Frame(u8),
    Fail(CameraError),
    /// Blocks until the test lets go, then gives a frame.
    Block(Receiver<()>, u8),
    /// Held as long as the source lives.
    Alive {
        _held: Sender<()>,
    },
}

struct Fake {
    steps: std::vec::IntoIter<FakeStep>,
    /// What the source asks for on top of the stall time.
    pace: Duration,
}

/// A source that may take all the time it needs.
fn source(steps: Vec<FakeStep>) -> Result<Fake, CameraError> {
    let (steps, pace) = (steps.into_iter(), LONG);
    Ok(Fake { steps, pace })
}

/// A source that is soon reported as stalled: for steps that block.
fn stalling(steps: Vec<FakeStep>) -> Result<Fake, CameraError> {
    let (steps, pace) = (steps.into_iter(), Duration::ZERO);
    Ok(Fake { steps, pace })
}

impl FrameSource for Fake {
    fn next_frame(&mut self) -> Result<Frame, CameraError> {
        match self.steps.next() {
            Some(FakeStep::Frame(grey)) => Ok(frame(grey)),
            Some(FakeStep::Fail(error)) => Err(error),
            Some(FakeStep::Block(release, grey)) => {
                let _ = release.recv();
                Ok(frame(grey))
            }
            Some(FakeStep::Alive { .. }) | None => Err(CameraError::Finished),
        }
    }

    fn device(&self) -> String {
        "fake".to_owned()
    }

    fn pace(&self) -> Duration {
        self.pace
    }
}

fn frame(grey: u8) -> Frame {
    Frame::from_grey(1, 1, &[grey]).unwrap()
}

fn named(error: fn(String) -> CameraError) -> CameraError {
    error("fake".to_owned())
}

fn not_found() -> CameraError {
    named(|device| CameraError::NotFound { device })
}

fn busy() -> CameraError {
    named(|device| CameraError::Busy { device })
}

fn unplugged() -> CameraError {
    named(|device| CameraError::Unplugged { device })
}

fn stalled() -> CameraError {
    named(|device| CameraError::Stalled { device })
}

/// Watches with one attempt to open after another; after the last one the source is finished.
fn run(attempts: Vec<Result<Fake, CameraError>>) -> (CameraWatch, Receiver<CameraEvent>) {
    run_with(attempts, TIMING)
}

fn run_with(
    attempts: Vec<Result<Fake, CameraError>>,
    timing: WatchTiming,
) -> (CameraWatch, Receiver<CameraEvent>) {
    let mut attempts = attempts.into_iter();
    let open = move || match attempts.next() {
        Some(attempt) => attempt.map(|fake| Box::new(fake) as Box<dyn FrameSource>),
        None => Err(CameraError::Finished),
    };
    let (send, events) = mpsc::channel();
    let send: Mutex<Sender<CameraEvent>> = Mutex::new(send);
    let on_event = move |event| {
        let _ = send.lock().unwrap().send(event);
    };
    (watch(open, timing, on_event), events)
}

/// The next events in words.
fn next(events: &Receiver<CameraEvent>, count: usize) -> Vec<String> {
    (0..count)
        .map(|_| in_words(events.recv().unwrap()))
        .collect()
}

/// All events until the watch has ended.
fn all(events: &Receiver<CameraEvent>) -> Vec<String> {
    events.iter().map(in_words).collect()
}

fn in_words(event: CameraEvent) -> String {
    match event {
        CameraEvent::Frame(frame) => format!("frame {}", frame.luma()[0]),
        CameraEvent::State(CameraState::Waiting(error)) => match error {
            CameraError::NotFound { .. } => "not found".to_owned(),
            CameraError::Busy { .. } => "busy".to_owned(),
            CameraError::Unplugged { .. } => "unplugged".to_owned(),
            CameraError::Stalled { .. } => "stalled".to_owned(),
            CameraError::BadPicture { .. } => "bad picture".to_owned(),
            other => panic!("unexpected {other:?}"),
        },
        CameraEvent::State(state) => format!("{state:?}").to_lowercase(),
    }
}

#[test]
fn frames_come_in_order_and_the_end_ends_the_watch() {
    let (_watch, events) = run(vec![source(vec![FakeStep::Frame(1), FakeStep::Frame(2)])]);
    let expected = ["starting", "live", "frame 1", "frame 2", "finished"];
    assert_eq!(all(&events), expected);
}

#[test]
fn a_missing_camera_is_reported_once_and_used_when_it_appears() {
    let there = source(vec![FakeStep::Frame(1)]);
    let (_watch, events) = run(vec![Err(not_found()), Err(not_found()), there]);
    let expected = ["starting", "not found", "live", "frame 1", "finished"];
    assert_eq!(all(&events), expected);
}

#[test]
fn a_busy_camera_is_used_when_it_gets_free() {
    let (_watch, events) = run(vec![Err(busy()), source(vec![FakeStep::Frame(1)])]);
    let expected = ["starting", "busy", "live", "frame 1", "finished"];
    assert_eq!(all(&events), expected);
}

#[test]
fn an_unplugged_camera_comes_back_when_plugged_in_again() {
    let first = source(vec![FakeStep::Frame(1), FakeStep::Fail(unplugged())]);
    let second = source(vec![FakeStep::Frame(2)]);
    let (_watch, events) = run(vec![first, Err(not_found()), second]);
    let before = ["starting", "live", "frame 1", "unplugged"];
    assert_eq!(next(&events, 4), before);
    assert_eq!(all(&events), ["not found", "live", "frame 2", "finished"]);
}

#[test]
fn a_camera_that_stalls_is_replaced_and_its_late_frames_are_ignored() {
    let (release, blocked) = mpsc::channel();
    let (go_on, waiting) = mpsc::channel();
    let (alive, gone) = mpsc::channel();
    let late = vec![
        FakeStep::Block(blocked, 66),
        FakeStep::Frame(67),
        FakeStep::Alive { _held: alive },
    ];
    let good = vec![FakeStep::Frame(2), FakeStep::Block(waiting, 3)];
    let (_watch, events) = run(vec![stalling(late), source(good)]);
    assert_eq!(next(&events, 4), ["starting", "stalled", "live", "frame 2"]);
    release.send(()).unwrap();
    // The stalled source's thread comes back to life, and ends.
    assert!(gone.recv().is_err());
    go_on.send(()).unwrap();
    assert_eq!(all(&events), ["frame 3", "finished"]);
}

#[test]
fn a_camera_that_our_own_stuck_capture_keeps_busy_stays_stalled() {
    let (_release, blocked) = mpsc::channel();
    let stuck = stalling(vec![FakeStep::Block(blocked, 1)]);
    let good = source(vec![FakeStep::Frame(2)]);
    let (_watch, events) = run(vec![stuck, Err(busy()), Err(busy()), good]);
    let expected = ["starting", "stalled", "live", "frame 2", "finished"];
    assert_eq!(all(&events), expected);
}

#[test]
fn nothing_is_opened_while_too_many_captures_are_stuck() {
    let (messages, inbox) = mpsc::sync_channel(1);
    let (releases, stuck): (Vec<_>, Vec<_>) = (0..MAX_STUCK)
        .map(|_| {
            let (release, blocked) = mpsc::channel::<()>();
            let capture = thread::spawn(move || {
                let _ = blocked.recv();
            });
            (release, capture)
        })
        .unzip();
    let mut opened = 0;
    let mut watch_thread = WatchThread {
        open: || {
            opened += 1;
            source(vec![]).map(|fake| Box::new(fake) as Box<dyn FrameSource>)
        },
        on_event: Arc::new(|_| {}),
        timing: TIMING,
        messages,
        inbox,
        stopped: Arc::default(),
        state: Some(CameraState::Waiting(stalled())),
        captures: 0,
        stuck,
    };
    assert_eq!(watch_thread.open().map(|_| ()), Err(stalled()));
    drop(releases);
    while !watch_thread.stuck.iter().any(JoinHandle::is_finished) {
        thread::yield_now();
    }
    assert!(watch_thread.open().is_ok());
    assert_eq!(opened, 1);
}

#[test]
fn a_bad_picture_is_told_and_the_next_one_follows() {
    let bad = CameraError::BadPicture {
        name: "a.png".to_owned(),
        cause: Cause::new("broken"),
    };
    let steps = vec![FakeStep::Frame(1), FakeStep::Fail(bad), FakeStep::Frame(2)];
    let (_watch, events) = run(vec![source(steps)]);
    assert_eq!(
        next(&events, 4),
        ["starting", "live", "frame 1", "bad picture"]
    );
    assert_eq!(all(&events), ["live", "frame 2", "finished"]);
}

#[test]
fn dropping_the_watch_ends_it_while_the_source_blocks() {
    let (_release, blocked) = mpsc::channel();
    let steps = vec![FakeStep::Frame(1), FakeStep::Block(blocked, 2)];
    let (watch, events) = run(vec![source(steps)]);
    assert_eq!(next(&events, 3), ["starting", "live", "frame 1"]);
    drop(watch);
    assert!(all(&events).is_empty());
}

#[test]
fn dropping_the_watch_ends_it_while_it_waits_for_a_camera() {
    let timing = WatchTiming {
        retry: LONG,
        ..TIMING
    };
    let (watch, events) = run_with(vec![Err(not_found())], timing);
    assert_eq!(next(&events, 2), ["starting", "not found"]);
    drop(watch);
    assert!(all(&events).is_empty());
}
