//! From a camera frame to the picture of its verdict, through the whole scanner: its threads, its
//! log, and a window that is drawn in memory. The camera gives 30 frames a second, so that the
//! preview is drawn meanwhile.
//!
//! `cargo bench --bench verdict_picture`; a frame's time is 33.3 ms. Read the figures as ratios of
//! one run.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::mpsc::channel,
    thread,
    time::Duration,
};

use gatepost::{
    app::{self, Vital},
    clock::Clock,
    data::DataDir,
    store::{BundleCache, bundles::BundleDirectory},
    ui::Surface,
};
use gatepost_pass::{
    Kind,
    document::{live_code, to_text},
    fixture::{self, NOW, Region, documents},
};
use gatepost_protocol::fixture::{enrolment, tracing};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, blank, render_rgb};

const SIZES: [(u32, u32); 3] = [(800, 480), (480, 800), (1280, 720)];
/// Verdicts on each window.
const VERDICTS: u8 = 40;
/// Frames at 30 a second: a code is shown, and its verdict, which stands for a second, has gone
/// again.
const PACE: Duration = Duration::from_millis(33);
const SHOWN: usize = 10;
const EMPTY: usize = 35;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let stream = stream(folder.path());
    println!(
        "ms from a frame to the picture of its verdict, {VERDICTS} verdicts a window: median / p95"
    );
    println!("| window | wait | decode | judge | draw | whole | first picture |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (width, height) in SIZES {
        let device = folder.path().join(format!("device-{width}x{height}"));
        run(&device, &stream, (width, height));
    }
}

/// One run of the scanner, and its row.
fn run(device: &Path, stream: &Path, (width, height): (u32, u32)) {
    let data = enrolled(device);
    let (vitals, told) = channel();
    let options = app::Options {
        data,
        frames: Some(stream.to_owned()),
        pace: PACE,
        camera: None,
        surface: Surface::Offscreen { width, height },
        fullscreen: false,
        record: None,
        once: true,
        sticks: Vec::new(),
        clock: Clock::still(NOW),
        vitals: Some(vitals),
    };
    let ran = thread::spawn(move || app::run(options).unwrap());
    let (mut times, mut first) = (Vec::new(), None);
    for vital in told {
        match vital {
            Vital::Verdict(one) => times.push(one),
            Vital::FirstPicture(after) => first = Some(after),
            Vital::Passed(_) => {}
        }
    }
    ran.join().unwrap();
    assert_eq!(
        times.len(),
        usize::from(VERDICTS),
        "each code has one verdict"
    );
    let column = |part: fn(&app::VerdictTimes) -> Duration| {
        let mut ms: Vec<_> = times
            .iter()
            .map(|one| part(one).as_secs_f64() * 1000.0)
            .collect();
        ms.sort_by(f64::total_cmp);
        format!("{:.1} / {:.1}", ms[ms.len() / 2], ms[ms.len() * 95 / 100])
    };
    println!(
        "| {width}x{height} | {} | {} | {} | {} | {} | {:.0} |",
        column(|one| one.wait),
        column(|one| one.decode),
        column(|one| one.judge),
        column(|one| one.draw),
        column(app::VerdictTimes::whole),
        first.unwrap().as_secs_f64() * 1000.0
    );
}

/// Passes of all kinds before a hand-held camera, each for a third of a second, and nothing in
/// between.
fn stream(folder: &Path) -> PathBuf {
    let (pictures, stream) = (folder.join("pictures"), folder.join("stream"));
    fs::create_dir_all(&pictures).unwrap();
    fs::create_dir_all(&stream).unwrap();
    let empty = pictures.join("empty.png");
    blank(&View::hand_held(7, Carrier::Paper))
        .save(&empty)
        .unwrap();
    let mut frames = Vec::new();
    for n in 0..VERDICTS {
        let (text, carrier) = code(n);
        let code = Code::new(&text, ErrorCorrection::Medium).unwrap();
        let picture = pictures.join(format!("{n}.png"));
        render_rgb(&code, &View::hand_held(n.into(), carrier))
            .save(&picture)
            .unwrap();
        frames.extend(vec![picture; SHOWN]);
        frames.extend(vec![empty.clone(); EMPTY]);
    }
    for (n, picture) in frames.iter().enumerate() {
        symlink(picture, stream.join(format!("{n:05}.png"))).unwrap();
    }
    stream
}

/// Green, yellow and red paper, a family, a phone.
fn code(n: u8) -> (String, Carrier) {
    let pass = |kind, pass| documents().sign(kind, &pass);
    match n % 4 {
        0 => (
            to_text(&pass(Kind::Pass, fixture::paper_pass(n + 1))),
            Carrier::Paper,
        ),
        1 => {
            let listed = [101, 102][usize::from(n / 4 % 2)];
            let mut listed = fixture::paper_pass(listed);
            listed.number.0[1] = n;
            (to_text(&pass(Kind::Pass, listed)), Carrier::Paper)
        }
        2 => (
            to_text(&pass(Kind::FamilyPass, fixture::family_pass(n + 1))),
            Carrier::Paper,
        ),
        _ => {
            let phone = pass(Kind::Pass, fixture::phone_pass(n + 1));
            let live = live_code(&phone, NOW, &fixture::holder());
            (to_text(&live), Carrier::Phone)
        }
    }
}

/// A device of the fixture's region, with its bundle; verdicts stand for a second.
fn enrolled(folder: &Path) -> DataDir {
    let data = DataDir::open(folder).unwrap();
    let key = data.device_key(&[42; 32]).unwrap();
    // Not `enrol`: it refuses the published keys that the fixture signs with.
    fs::write(data.path().join("enrolment"), enrolment(&key).to_bytes()).unwrap();
    let mut region = Region::default();
    region.seal_to(tracing());
    region.policy.show_seconds = [1; 3];
    let bundle = folder.join("published");
    region.write_to(&bundle);
    BundleCache::new(data.bundle())
        .install(
            &mut BundleDirectory::new(&bundle),
            &fixture::root(),
            &Clock::still(NOW),
            &mut |_| (),
        )
        .unwrap();
    data
}
