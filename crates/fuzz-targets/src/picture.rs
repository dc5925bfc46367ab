//! Small pictures: grey as it comes, or a code that is drawn and then spoiled, so that a mutation
//! changes modules, the pose and the light as well as pixels. A few are large: each pixel comes
//! many times, so that they are shrunk first.

use gatepost_decode::{DecodedCode, Luma, MAX_CODES, StreamReader, steps};
use qrcodegen::QrCodeEcc;

use crate::feed::Feed;
use crate::qr::{check, code};

/// Shortest and longest side of a picture that gets a look or a stream, in pixels; and longest of
/// one that gets all looks, which take a hundred times as long.
const MIN_SIDE: usize = 1;
const MAX_SIDE: usize = 112;
const MAX_STILL_SIDE: usize = 64;
/// Up from here the picture's second byte makes it large, and how many times each pixel comes at
/// least.
const LARGE: u8 = 240;
const TIMES: usize = 8;
/// Frames that a stream gets.
const FRAMES: usize = 3;
/// Steps of work that a single look may do, in modules sampled.
const WORK: [usize; 4] = [2_000, 20_000, 100_000, 400_000];

/// Tries one input. Its first byte says how the picture is looked at and its second how it comes;
/// then two for its sides. What follows is its content.
pub(crate) fn run(input: &[u8]) {
    let mut feed = Feed(input);
    let (way, made) = (feed.byte(), feed.byte());
    let whole = way == 255;
    let longest = if whole { MAX_STILL_SIDE } else { MAX_SIDE };
    let mut side = || MIN_SIDE + usize::from(feed.byte()) % longest;
    let (width, height) = (side(), side());
    let pixels = if made % 4 == 0 {
        raw(feed.0, width * height)
    } else {
        drawn(&mut feed, width, height)
    };
    let (pixels, width, height) = if made >= LARGE && !whole {
        let times = TIMES + usize::from(made - LARGE);
        let pixels = enlarged(&pixels, width, times);
        (pixels, width * times, height * times)
    } else {
        (pixels, width, height)
    };
    let Some(picture) = Luma::new(width as u32, height as u32, &pixels) else {
        unreachable!("there are as many pixels as the size says");
    };
    match way {
        255 => tell(&gatepost_decode::decode(picture)),
        // A stream, whose frames get less high.
        240.. => {
            let mut stream = StreamReader::default();
            for cut in 0..FRAMES.min(height) {
                let rows = height - if way % 2 == 0 { 0 } else { cut };
                let part = Luma::new(width as u32, rows as u32, &pixels);
                tell(&part.map(|part| stream.read(part)).unwrap_or_default());
            }
        }
        _ if width.min(height) >= 21 => {
            let work = WORK[usize::from(way / 60)];
            tell(&steps::one_look(picture, usize::from(way) % 60, work));
        }
        _ => tell(&gatepost_decode::first_look(picture)),
    }
}

/// Each pixel so many times, across and down.
fn enlarged(pixels: &[u8], width: usize, times: usize) -> Vec<u8> {
    let rows = pixels.chunks_exact(width).map(|row| {
        let wide = row
            .iter()
            .flat_map(|&grey| std::iter::repeat_n(grey, times));
        wide.collect::<Vec<u8>>().repeat(times)
    });
    rows.flatten().collect()
}

fn tell(codes: &[DecodedCode]) {
    assert!(codes.len() <= MAX_CODES);
    for code in codes {
        check(&code.content);
        let finite = |(x, y): &(f32, f32)| x.is_finite() && y.is_finite();
        assert!(code.corners.iter().all(finite));
    }
}

/// Grey pixels from the top left corner, over and over until the picture is full.
fn raw(bytes: &[u8], count: usize) -> Vec<u8> {
    let bytes = if bytes.is_empty() { &[200] } else { bytes };
    bytes.iter().copied().cycle().take(count).collect()
}

/// A code, by: length of its content, the two vectors of its axes and its middle, ink, paper,
/// noise, how many modules are flipped and which; the rest are pixels that are changed.
fn drawn(feed: &mut Feed<'_>, width: usize, height: usize) -> Vec<u8> {
    let content = vec![b'Q'; 1 + usize::from(feed.byte())];
    let Some(code) = code(&content, QrCodeEcc::Low, content.len() as u8) else {
        return vec![0; width * height];
    };
    let mut signed = || f64::from(feed.byte() as i8);
    // Modules are up to 8 pixels long; the middle is up to half a picture off.
    let axes = [
        signed() / 16.0,
        signed() / 16.0,
        signed() / 16.0,
        signed() / 16.0,
    ];
    let middle = (
        width as f64 * (0.5 + signed() / 256.0),
        height as f64 * (0.5 + signed() / 256.0),
    );
    let (ink, paper, noise) = (feed.byte(), feed.byte(), feed.byte());
    let side = code.size() as usize;
    let mut modules: Vec<bool> = (0..side * side)
        .map(|i| code.get_module((i % side) as i32, (i / side) as i32))
        .collect();
    for _ in 0..feed.byte() {
        let flipped = feed.index() % modules.len();
        modules[flipped] = !modules[flipped];
    }
    let [a, b, c, d] = axes;
    let area = a * d - b * c;
    let mut state = u64::from(noise) + 1;
    let mut pixels = Vec::with_capacity(width * height);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let (dx, dy) = (x as f64 + 0.5 - middle.0, y as f64 + 0.5 - middle.1);
        let half = side as f64 / 2.0;
        let (u, v) = (
            (dx * d - dy * c) / area + half,
            (dy * a - dx * b) / area + half,
        );
        let inside = (0.0..side as f64).contains(&u) && (0.0..side as f64).contains(&v);
        let black = inside && modules[v as usize * side + u as usize];
        let grey = if black { ink } else { paper };
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let off = (state >> 56) as u8 % (noise / 2 + 1);
        pixels.push(grey.saturating_add(off));
    }
    while !feed.is_empty() {
        let at = feed.index() % pixels.len();
        pixels[at] = feed.byte();
    }
    pixels
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    // Content, axes in 16ths of a pixel, ink, paper, noise.
    let codes: [(u8, [i8; 4], u8, u8, u8); 7] = [
        (8, [32, 0, 0, 32], 40, 210, 0),
        (8, [50, 20, -20, 50], 40, 210, 30),
        (14, [40, 0, 0, 40], 210, 40, 0),
        (30, [36, 4, 6, 30], 90, 130, 10),
        (8, [0, 34, 34, 0], 40, 210, 0),
        (60, [40, 3, -3, 40], 10, 255, 0),
        (100, [44, 0, 0, 44], 60, 190, 20),
    ];
    let mut seeds = Vec::new();
    for (content, axes, ink, paper, noise) in codes {
        // Looks of every budget, streams of one size and of several, all looks.
        for way in [0, 1, 2, 61, 123, 185, 190, 240, 241, 255] {
            let mut seed = vec![way, 1, 111, 111, content];
            if way == 255 {
                (seed[2], seed[3]) = (63, 63);
            }
            seed.extend(axes.map(|axis| axis as u8));
            seed.extend([0, 0, ink, paper, noise, 0]);
            if [0, 190, 240, 241].contains(&way) {
                let mut large = seed.clone();
                large[1] = LARGE + 1 + content % 8 * 2;
                seeds.push(large);
            }
            seeds.push(seed);
        }
    }
    seeds.push(vec![0, 0, 99, 99, 0, 255, 0, 255]);
    seeds
}
