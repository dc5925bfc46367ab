//! Sequences are repeatable, their truth is true, and each fault does what it should.

use super::{base45, code, double, read};
use crate::*;
use image::GrayImage;

/// A camera without a fault and a hand that does not move.
fn perfect() -> Setting {
    Setting {
        path: Path {
            entry: Entry::Held,
            travel_ms: 1.0,
            hold_ms: f32::INFINITY,
        },
        shake: Shake {
            tremor_mm: 0.0,
            tremor_deg: 0.0,
            drift_mm: 0.0,
            drift_deg: 0.0,
        },
        curl: [0.0, 0.0],
        aperture_mm: 0.0,
        blur_px: 0.0,
        stray: 0.0,
        vignette: 0.0,
        shutter: Shutter {
            exposure_ms: 0.1,
            readout_ms: 0.0,
        },
        metering: Metering {
            error_ev: 0.0,
            ..Setting::paper().metering
        },
        mains: Flicker::NONE,
        electrons: 0.0,
        read_noise: 0.0,
        ..Setting::paper()
    }
}

fn sample() -> Code {
    code(&base45(240, 5))
}

fn frame(setting: Setting, seed: u64, number: u32) -> Frame {
    Sequence::with(&sample(), setting, seed).frame(number)
}

fn level(picture: &GrayImage, [x, y]: [f32; 2]) -> f32 {
    let (width, height) = picture.dimensions();
    let x = (x as u32).min(width - 1);
    let y = (y as u32).min(height - 1);
    f32::from(picture.get_pixel(x, y)[0])
}

/// Mean square of the grey level's step to the right, inside the code.
fn sharpness(frame: &Frame) -> f32 {
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
fn one_seed_gives_one_sequence_and_another_seed_another() {
    let code = sample();
    for scenario in Scenario::ALL {
        let frames: Vec<Frame> = Sequence::new(&code, scenario, 7).take(3).collect();
        let again = Sequence::new(&code, scenario, 7);
        let other = Sequence::new(&code, scenario, 8);
        // Asked for in another order: no frame depends on those before it.
        for frame in frames.iter().rev() {
            let same = again.frame(frame.number);
            assert_eq!(frame.image, same.image, "{scenario:?}");
            assert_eq!(frame.truth, same.truth, "{scenario:?}");
            assert_ne!(frame.image, other.frame(frame.number).image, "{scenario:?}");
        }
        assert_ne!(frames[0].image, frames[1].image, "{scenario:?}");
        assert_eq!(again.frames(), 90);
    }
}

#[test]
fn a_plain_reader_finds_the_corners_where_the_truth_says() {
    let text = base45(60, 5);
    for seed in 0..12 {
        let setting = Setting {
            tilt_deg: 12.0,
            px_per_module: [5.0, 7.0],
            ..perfect()
        };
        let frame = Sequence::with(&code(&text), setting, seed).frame(0);
        let picture = double(&frame.image);
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            picture.get_pixel(x as u32, y as u32)[0]
        });
        let grids = prepared.detect_grids();
        let grid = grids.first().expect("a clean code is found");
        // rqrr's far corners are one module too far out: it maps the side plus one.
        let [a, b, c, d] = frame.truth.corners;
        let side = (code(&text).side() - 8) as f32;
        let beyond = |to: [f32; 2]| [0, 1].map(|i| a[i] + (to[i] - a[i]) * (side + 1.0) / side);
        let corners = [a, beyond(b), beyond(c), beyond(d)];
        for (found, [x, y]) in grid.bounds.iter().zip(corners) {
            let miss = (found.x as f32 / 2.0 - x).hypot(found.y as f32 / 2.0 - y);
            assert!(miss < 2.5, "seed {seed}: {found:?} is not at {x}, {y}");
        }
    }
}

#[test]
fn finder_centres_are_dark_where_the_truth_says_in_every_scenario() {
    let code = sample();
    let between = (code.side() - 8 - 7) as f32;
    for scenario in Scenario::ALL {
        for seed in 0..3 {
            let setting = Setting {
                // What hides a finder rather than moves it.
                glare: None,
                metering: perfect().metering,
                electrons: 0.0,
                read_noise: 0.0,
                ..scenario.setting()
            };
            // Held still, and on its way: the rolling shutter bends the code then.
            let shutter = Shutter {
                exposure_ms: 0.5,
                readout_ms: 30.0,
            };
            let setting = Setting { shutter, ..setting };
            let sequence = Sequence::with(&code, setting, seed);
            let mut seen = 0;
            for number in (12..60).step_by(6) {
                let frame = sequence.frame(number);
                if !frame.truth.fully_visible {
                    continue;
                }
                seen += 1;
                let [first, right, down] = frame.truth.finders;
                for centre in [first, right, down] {
                    let dark = level(&frame.image, centre);
                    // The light ring, two modules from the centre, on all four sides.
                    for [towards, sign] in [
                        [right, [2.0; 2]],
                        [right, [-2.0; 2]],
                        [down, [2.0; 2]],
                        [down, [-2.0; 2]],
                    ] {
                        let step = [0, 1].map(|i| (towards[i] - first[i]) / between * sign[i]);
                        let light = level(&frame.image, [centre[0] + step[0], centre[1] + step[1]]);
                        assert!(
                            light > dark + 8.0,
                            "{scenario:?}, seed {seed}, frame {number}: {dark} in the centre, {light} around"
                        );
                    }
                }
            }
            assert!(
                seen >= 5,
                "{scenario:?}, seed {seed}: visible in {seen} frames"
            );
        }
    }
}

#[test]
fn pixels_per_module_are_those_between_the_corners_of_a_code_that_faces_the_camera() {
    let setting = Setting {
        tilt_deg: 0.0,
        px_per_module: [4.0, 4.0],
        ..perfect()
    };
    let truth = frame(setting, 1, 0).truth;
    let [a, b, ..] = truth.corners;
    let across = (b[0] - a[0]).hypot(b[1] - a[1]) / (sample().side() - 8) as f32;
    assert!((across - 4.0).abs() < 0.01, "{across}");
    assert!((truth.px_per_module - 4.0).abs() < 0.01, "{truth:?}");
    let tilted = Setting {
        tilt_deg: 40.0,
        ..setting
    };
    assert!(frame(tilted, 1, 0).truth.px_per_module < 3.8);
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
                entry: Entry::Side,
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
            swing: Swing {
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
            swing: Swing {
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

#[test]
fn a_bright_phone_at_night_is_blown_out_until_the_exposure_settles() {
    let sequence = Sequence::new(&sample(), Scenario::PhoneNight, 1);
    let shown = (0..90)
        .map(|number| sequence.frame(number))
        .find(|frame| frame.truth.fully_visible);
    let first = shown.expect("the phone comes");
    assert!(sharpness(&first) < 0.3 * sharpness(&sequence.frame(80)));
    assert!(read(&double(&first.image)).is_empty());
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

#[test]
fn codes_come_into_the_picture_and_a_bus_passenger_leaves_again() {
    let code = sample();
    for scenario in Scenario::ALL {
        for seed in 0..4 {
            let sequence = Sequence::new(&code, scenario, seed);
            let seen: Vec<Truth> = (0..90).map(|number| sequence.truth(number)).collect();
            if scenario.setting().path.entry == Entry::Side {
                assert!(!seen[0].fully_visible, "{scenario:?}");
            }
            assert!(
                seen[40].fully_visible,
                "{scenario:?} {seed}: {:?}",
                seen[40]
            );
            let leaves = scenario == Scenario::PhoneApproach;
            let larger = seen[89].px_per_module > 0.75 * seen[40].px_per_module;
            assert_eq!(leaves, !larger, "{scenario:?} {seed}");
        }
    }
}

#[test]
fn most_scenarios_can_be_read_by_a_plain_reader_in_some_frame() {
    let text = base45(240, 5);
    let code = code(&text);
    let mut readable = 0;
    for scenario in Scenario::ALL {
        let sequence = Sequence::new(&code, scenario, 1);
        let found = (24..72)
            .step_by(4)
            .any(|number| read(&double(&sequence.frame(number).image)) == [text.as_str()]);
        println!("{scenario:?}: {found}");
        readable += usize::from(found);
    }
    assert!(readable >= 6, "{readable} of 10");
}

#[test]
fn absurd_settings_still_give_a_picture() {
    for value in [f32::NAN, f32::INFINITY, 0.0, -1e30, 1e30] {
        let setting = Setting {
            size: [0, 40],
            frames: u32::MAX,
            fov_deg: value,
            module_mm: value,
            px_per_module: [value; 2],
            tilt_deg: value,
            curl: [value; 2],
            aperture_mm: value,
            focus: Focus::Auto {
                swing: Swing {
                    delay_ms: value,
                    settle_ms: value,
                    hz: value,
                },
                hunts_per_s: value,
            },
            shake: Setting::paper().shake.times(value),
            white: value,
            electrons: value,
            gamma: value,
            sky: value,
            ..Setting::phone()
        };
        let sequence = Sequence::with(&sample(), setting, u64::MAX);
        assert_eq!(sequence.frames(), MAX_FRAMES as u32);
        assert_eq!(sequence.frame(u32::MAX).image.dimensions(), (16, 40));
    }
}

#[test]
fn a_print_has_the_pixels_per_module_that_size_and_distance_give() {
    // 25 mm of 57 modules at 150 mm, seen by a pinhole camera of 60 degrees and 640 pixels.
    assert!((px_per_module(25.0 / 57.0, 150.0, 640, 60.0) - 1.62).abs() < 0.005);
    let module = module_mm(1.75, 250.0, 640, SCANNER_FOV_DEG);
    assert!((px_per_module(module, 250.0, 640, SCANNER_FOV_DEG) - 1.75).abs() < 1e-5);

    let small = sample();
    let pictures: Vec<GrayImage> = (0..4).map(|seed| print(&small, 2.3, seed)).collect();
    assert!(
        pictures
            .iter()
            .all(|picture| picture.dimensions() == (640, 480))
    );
    assert!(pictures.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(pictures[3], print(&small, 2.3, 3));
    // A code that does not fit is not made smaller.
    let large = code(&base45(900, 1));
    let view = print_view(&large, 8.0, 1);
    assert!(view.height > 480);
    assert_eq!(view.fitted(&large).px_per_module, 8.0);
    assert!((view.focal_px() - print_view(&small, 2.0, 1).focal_px()).abs() < 1.0);
}
