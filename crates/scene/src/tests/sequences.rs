//! Sequences are repeatable, their truth is true, and they can be read.

use super::{base45, code, double, frame, level, perfect, read, sample};
use crate::sequence::smallest_stretch;
use crate::*;
use image::GrayImage;

#[test]
fn one_seed_gives_one_sequence_and_another_seed_another() {
    let code = sample();
    for scenario in Scenario::ALL {
        let frames: Vec<SceneFrame> = Sequence::new(&code, scenario, 7).take(3).collect();
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
        for seed in 0..2 {
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
            for number in (14..62).step_by(8) {
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
                            "{scenario:?}, seed {seed}, frame {number}: {dark} in the centre, \
                             {light} around"
                        );
                    }
                }
            }
            assert!(
                seen >= 4,
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
    // A module seen 2 pixels wide and 5 high, upright and turned by 30 degrees.
    let (sin, cos) = 30_f32.to_radians().sin_cos();
    assert!((smallest_stretch([2.0, 0.0], [0.0, 5.0]) - 2.0).abs() < 1e-4);
    assert!((smallest_stretch([2.0 * cos, 2.0 * sin], [-5.0 * sin, 5.0 * cos]) - 2.0).abs() < 1e-4);
    let tilted = Setting {
        tilt_deg: 40.0,
        ..setting
    };
    assert!(frame(tilted, 1, 0).truth.px_per_module < 3.8);
}

#[test]
fn codes_come_into_the_picture_and_a_bus_passenger_leaves_again() {
    let code = sample();
    for scenario in Scenario::ALL {
        for seed in 0..4 {
            let sequence = Sequence::new(&code, scenario, seed);
            let seen: Vec<Truth> = (0..90).map(|number| sequence.truth(number)).collect();
            if scenario.setting().path.entry == Entrance::Side {
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
                settling: Settling {
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
