//! Each fault of the camera and the hand does what it should.

use super::{frame, level, perfect, sample};
use crate::*;

/// Mean square of the grey level's step to the right, inside the code.
fn sharpness(frame: &SceneFrame) -> f32 {
    let [from, _, to, _] = frame.truth.corners;
    let columns = from[0].max(0.0) as u32..to[0].clamp(1.0, 639.0) as u32;
    let rows = from[1].max(0.0) as u32..to[1].clamp(1.0, 480.0) as u32;
    let mut steps = Vec::new();
    for y in rows {
        for x in columns.clone() {
            let at = |x| f32::from(frame.image.get_pixel(x, y)[0]);
            steps.push((at(x + 1) - at(x)).powi(2));
        }
    }
    steps.iter().sum::<f32>() / steps.len() as f32
}

#[test]
fn blur_grows_with_the_shake() {
    let sharp = |factor| {
        let setting = Setting {
            shake: Setting::paper().shake.times(factor),
            shutter: Shutter {
                exposure_ms: 30.0,
                readout_ms: 0.0,
            },
            ..perfect()
        };
        let frames = (0..6).map(|number| sharpness(&frame(setting, 3, 10 * number)));
        frames.sum::<f32>() / 6.0
    };
    let [still, unsteady, worse] = [0.0, 2.0, 6.0].map(sharp);
    assert!(unsteady < 0.8 * still, "{still} {unsteady}");
    assert!(worse < 0.7 * unsteady, "{unsteady} {worse}");
}

#[test]
fn a_rolling_shutter_leans_a_code_that_comes_from_the_side() {
    let lean = |readout_ms| {
        let setting = Setting {
            path: Path {
                entry: Entrance::Side,
                ..Setting::paper().path
            },
            shutter: Shutter {
                exposure_ms: 0.5,
                readout_ms,
            },
            ..perfect()
        };
        let [a, _, _, d] = frame(setting, 2, 12).truth.corners;
        d[0] - a[0]
    };
    assert!(
        (lean(30.0) - lean(0.0)).abs() > 4.0,
        "{} {}",
        lean(30.0),
        lean(0.0)
    );
}

#[test]
fn autofocus_is_late_and_then_sharp() {
    let setting = Setting {
        aperture_mm: 1.6,
        focus: Focus::Auto {
            settling: Settling {
                delay_ms: 150.0,
                settle_ms: 150.0,
                hz: 2.0,
            },
            hunts_per_s: 0.0,
        },
        ..perfect()
    };
    let sharp = |number| sharpness(&frame(setting, 4, number));
    assert!(sharp(0) < 0.5 * sharp(60), "{} {}", sharp(0), sharp(60));
    let hunting = Setting {
        focus: Focus::Auto {
            settling: Settling {
                delay_ms: 0.0,
                settle_ms: 1.0,
                hz: 0.0,
            },
            hunts_per_s: 2.0,
        },
        ..setting
    };
    let all: Vec<f32> = (5..85)
        .map(|number| sharpness(&frame(hunting, 4, number)))
        .collect();
    let least = all.iter().copied().fold(f32::INFINITY, f32::min);
    let most = all.iter().copied().fold(0.0, f32::max);
    assert!(least < 0.7 * most, "{least} {most}");
}

/// Part of the code's pixels that are darker than middle grey.
fn dark(frame: &SceneFrame) -> f32 {
    let [from, _, to, _] = frame.truth.corners;
    let (mut dark, mut all) = (0, 0);
    for y in from[1] as u32..(to[1] as u32).min(480) {
        for x in from[0] as u32..(to[0] as u32).min(640) {
            all += 1;
            dark += u32::from(frame.image.get_pixel(x, y)[0] < 128);
        }
    }
    dark as f32 / all as f32
}

#[test]
fn a_bright_phone_at_night_is_blown_out_until_the_exposure_settles() {
    // Held from the first frame, so that no motion blur mixes in.
    let setting = Setting {
        path: perfect().path,
        ..Scenario::PhoneNight.setting()
    };
    let sequence = Sequence::with(&sample(), setting, 1);
    let first = dark(&sequence.frame(0));
    assert!(first < 0.1, "{first}");
    let settled = dark(&sequence.frame(80));
    assert!(settled > 0.25, "{settled}");
}

#[test]
fn lamps_on_the_mains_band_the_rows_of_a_rolling_shutter() {
    // Brightest against darkest row, each against the same row in steady light.
    let bands = |readout_ms| {
        let rows = |depth| -> Vec<f32> {
            let setting = Setting {
                mains: Flicker { hz: 100.0, depth },
                shutter: Shutter {
                    exposure_ms: 2.0,
                    readout_ms,
                },
                ..perfect()
            };
            let picture = frame(setting, 5, 0).image;
            let sum = |row: &[u8]| row.iter().map(|level| f32::from(*level)).sum();
            picture.as_raw().chunks(640).map(sum).collect()
        };
        let shares: Vec<f32> = rows(0.6)
            .iter()
            .zip(rows(0.0))
            .map(|(a, b)| a / b)
            .collect();
        let most = shares.iter().copied().fold(0.0, f32::max);
        most / shares.iter().copied().fold(f32::INFINITY, f32::min)
    };
    assert!(bands(30.0) > 1.5, "{}", bands(30.0));
    assert!(bands(0.0) < 1.1, "{}", bands(0.0));
}

#[test]
fn glare_saturates_a_part_of_the_code_and_moves() {
    let setting = Setting {
        glare: Scenario::PaperLaminatedGlare.setting().glare,
        ..perfect()
    };
    let middle = |number| {
        let picture = frame(setting, 6, number).image;
        let full: Vec<(u32, u32)> = picture
            .enumerate_pixels()
            .filter(|(_, _, pixel)| pixel[0] == 255)
            .map(|(x, y, _)| (x, y))
            .collect();
        let count = full.len().max(1) as f32;
        let x = full.iter().map(|(x, _)| *x as f32).sum::<f32>() / count;
        let y = full.iter().map(|(_, y)| *y as f32).sum::<f32>() / count;
        (full.len(), x, y)
    };
    let (mut largest, mut way) = (0, 0.0);
    let all: Vec<_> = (0..60).step_by(4).map(middle).collect();
    for pair in all.windows(2) {
        largest = largest.max(pair[0].0);
        if pair[0].0 > 100 && pair[1].0 > 100 {
            way += (pair[1].1 - pair[0].1).hypot(pair[1].2 - pair[0].2);
        }
    }
    assert!(largest > 2000, "{largest}");
    assert!(way > 100.0, "{way}");
    let none = frame(perfect(), 6, 0).image;
    assert!(none.pixels().all(|pixel| pixel[0] < 255));
}

#[test]
fn fewer_electrons_make_more_noise() {
    let noise = |electrons| {
        let setting = Setting {
            electrons,
            ..perfect()
        };
        let clean = frame(perfect(), 7, 0).image;
        let noisy = frame(setting, 7, 0).image;
        let squares = clean
            .pixels()
            .zip(noisy.pixels())
            .map(|(a, b)| (f32::from(a[0]) - f32::from(b[0])).powi(2));
        (squares.sum::<f32>() / (640.0 * 480.0)).sqrt()
    };
    let (day, dusk) = (noise(4000.0), noise(250.0));
    assert!((1.0..4.0).contains(&day), "{day}");
    // Deviation goes with the root: a quarter of the root is four times the noise.
    assert!((3.0..5.0).contains(&(dusk / day)), "{dusk} {day}");
}

#[test]
fn a_scene_that_stands_still_differs_by_its_noise_alone() {
    let noisy = Setting {
        read_noise: 2.0,
        ..perfect()
    };
    assert_eq!(frame(perfect(), 9, 0).image, frame(perfect(), 9, 50).image);
    assert_ne!(frame(noisy, 9, 0).image, frame(noisy, 9, 1).image);
}

#[test]
fn a_brighter_screen_is_brighter_and_a_sunlit_one_loses_contrast() {
    let contrast = |brightness, sky| {
        let setting = Setting {
            carrier: Carrier::Phone,
            screen: Screen {
                brightness,
                flicker: Flicker::NONE,
            },
            sky,
            ..perfect()
        };
        let frame = frame(setting, 8, 0);
        let [a, right, _] = frame.truth.finders;
        let ring = [0, 1].map(|i| a[i] + (right[i] - a[i]) * 2.0 / (sample().side() - 15) as f32);
        (level(&frame.image, a), level(&frame.image, ring))
    };
    let (dim, bright, sunlit) = (contrast(0.3, 0.0), contrast(1.0, 0.0), contrast(1.0, 0.4));
    assert!(bright.1 > dim.1 + 60.0, "{dim:?} {bright:?}");
    assert!(sunlit.0 > bright.0 + 60.0, "{bright:?} {sunlit:?}");
}
