//! From a camera frame to a verdict, whole and in parts. Read the figures as ratios of one run.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gatepost::camera::Frame;
use gatepost_checkpoint::{Judge, RecentPassages};
use gatepost_decode::StreamReader;
use gatepost_pass::{
    ClockTrust, Kind, Now,
    document::{live_code, to_text},
    fixture::{self, NOW, Region, documents},
};
use gatepost_protocol::Direction;
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, blank, render_rgb};

fn frame(text: &str, carrier: Carrier) -> Frame {
    let code = Code::new(text, ErrorCorrection::Medium).unwrap();
    let picture = render_rgb(&code, &View::hand_held(7, carrier));
    Frame::from_image(image::DynamicImage::ImageRgb8(picture)).unwrap()
}

fn frame_to_verdict(c: &mut Criterion) {
    let bundle = Region::default().verified();
    let now = Now {
        time: NOW,
        clock: ClockTrust::Trusted,
    };
    let recent = RecentPassages::default();
    let judge = Judge {
        bundle: Some(&bundle),
        class: None,
        area: None,
        recent: &recent,
        direction: Direction::In,
        now,
    };
    let paper = to_text(&documents().sign(Kind::Pass, &fixture::paper_pass(1)));
    let phone = documents().sign(Kind::Pass, &fixture::phone_pass(1));
    let live = to_text(&live_code(&phone, NOW, &fixture::holder()));
    let frames = [
        ("paper pass", frame(&paper, Carrier::Paper)),
        ("live code", frame(&live, Carrier::Phone)),
    ];
    let judge_all = |frame: &Frame| {
        let codes = StreamReader::default().read(frame.view());
        let judged = codes.iter().map(|code| judge.code(code.content.as_text()));
        judged.map(black_box).fold(0, |count, _| count + 1)
    };

    let mut group = c.benchmark_group("frame to verdict, 640x480");
    for (name, frame) in &frames {
        assert_eq!(judge_all(frame), 1, "{name} is not read");
        group.bench_function(*name, |b| b.iter(|| judge_all(black_box(frame))));
    }
    let empty = blank(&View::hand_held(7, Carrier::Paper));
    let empty = Frame::from_image(image::DynamicImage::ImageRgb8(empty)).unwrap();
    group.bench_function("no code", |b| b.iter(|| judge_all(black_box(&empty))));
    group.finish();

    let mut group = c.benchmark_group("text to verdict");
    for (name, text) in [("paper pass", &paper), ("live code", &live)] {
        let verdict = || judge.code(black_box(Some(text)));
        group.bench_function(name, |b| b.iter(verdict));
    }
    group.finish();
}

criterion_group!(benches, frame_to_verdict);
criterion_main!(benches);
