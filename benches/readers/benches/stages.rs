//! Reading stage by stage. Read the figures as ratios of one run; `rqrr` is what they are against.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gatepost_decode::{Luma, Stages, StreamReader, first_look};
use gatepost_pass::{
    Kind,
    document::to_text,
    fixture::{documents, paper_pass},
};
use gatepost_scene::{Carrier, Code, ErrorCorrection, View, render};
use image::{GrayImage, Luma as Grey};

/// A paper pass in front of a hand-held camera.
fn frame((width, height): (u32, u32)) -> GrayImage {
    let text = to_text(&documents().sign(Kind::Pass, &paper_pass(1)));
    let code = Code::new(&text, ErrorCorrection::Medium).unwrap();
    let view = View {
        width,
        height,
        ..View::hand_held(7, Carrier::Paper)
    };
    render(&code, &view)
}

/// The same with its first finder pattern blotted out.
fn damaged(mut frame: GrayImage) -> GrayImage {
    let [code] = &first_look(view(&frame))[..] else {
        panic!("the whole frame is not read");
    };
    let [(x, y), _, (far_x, far_y), _] = code.corners;
    // The pattern's middle lies on the diagonal, a tenth of it from the corner in codes of this
    // size.
    let (x, y) = (x + 0.07 * (far_x - x), y + 0.07 * (far_y - y));
    let reach = 0.05 * (far_x - x).hypot(far_y - y);
    for (column, row, pixel) in frame.enumerate_pixels_mut() {
        if (column as f32 - x).hypot(row as f32 - y) < reach {
            *pixel = Grey([200]);
        }
    }
    frame
}

fn view(frame: &GrayImage) -> Luma<'_> {
    Luma::new(frame.width(), frame.height(), frame.as_raw()).unwrap()
}

fn reading(c: &mut Criterion) {
    let small = frame((640, 480));
    let stages = Stages::quick(view(&small));
    assert_eq!(stages.read_again(), 1, "the frame is not read");
    let mut group = c.benchmark_group("first look, 640x480");
    group.bench_function("threshold", |b| b.iter(|| stages.threshold_again()));
    group.bench_function("finders", |b| b.iter(|| stages.find_again()));
    group.bench_function("codes", |b| b.iter(|| stages.read_again()));
    group.bench_function("whole", |b| b.iter(|| first_look(black_box(view(&small)))));
    group.bench_function("rqrr", |b| b.iter(|| rqrr_plain(black_box(&small))));
    group.finish();

    let large = frame((1280, 720));
    assert_eq!(first_look(view(&large)).len(), 1, "the frame is not read");
    let mut group = c.benchmark_group("first look, 1280x720");
    group.bench_function("whole", |b| b.iter(|| first_look(black_box(view(&large)))));
    group.bench_function("rqrr", |b| b.iter(|| rqrr_plain(black_box(&large))));
    group.finish();

    let damaged = damaged(small);
    assert_eq!(first_look(view(&damaged)).len(), 0, "the damage is none");
    let mut group = c.benchmark_group("finder pattern lost, 640x480");
    let careful = || Stages::careful(black_box(view(&damaged))).map(|stages| stages.read_again());
    assert_eq!(careful(), Some(1), "the damaged frame is not read");
    let careful = || Stages::careful(black_box(view(&damaged))).is_some();
    group.bench_function("careful look of a still", |b| b.iter(careful));
    let stream = || StreamReader::default().read(black_box(view(&damaged)));
    group.bench_function("first frame of a stream", |b| b.iter(stream));
    group.finish();
}

/// How many codes rqrr reads by itself.
fn rqrr_plain(frame: &GrayImage) -> usize {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let pixel = |x: usize, y: usize| frame.as_raw()[y * width + x];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let grids = picture.detect_grids();
    grids.iter().filter(|grid| grid.decode().is_ok()).count()
}

criterion_group!(benches, reading);
criterion_main!(benches);
