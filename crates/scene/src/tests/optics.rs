//! Lens, stand and hand by themselves.

use crate::auto_control::Settling;
use crate::lens;
use crate::light::Flicker;
use crate::pose::Pose;
use crate::view::View;

const SIDE: usize = 41;

/// One point of light in the middle.
fn point() -> Vec<f32> {
    let mut plane = vec![0.0; SIDE * SIDE];
    plane[SIDE * SIDE / 2] = 1.0;
    plane
}

#[test]
fn a_point_out_of_focus_becomes_an_even_disc_with_all_its_light() {
    for radius in [0.5, 1.0, 2.3, 5.0, 11.7] {
        let mut plane = point();
        lens::defocus(&mut plane, SIDE, radius);
        let area = std::f32::consts::PI * radius * radius;
        let total: f32 = plane.iter().sum();
        assert!((total - 1.0).abs() < 1e-3, "{radius}: {total}");
        for (index, light) in plane.iter().enumerate() {
            let (x, y) = (index % SIDE, index / SIDE);
            let distance = (x as f32 - 20.0).hypot(y as f32 - 20.0);
            if distance < radius - 1.5 {
                assert!(
                    (light * area - 1.0).abs() < 0.02,
                    "{radius} {distance}: {light}"
                );
            } else if distance > radius + 1.5 {
                assert!(light.abs() < 1e-4, "{radius} {distance}: {light}");
            }
        }
    }
}

#[test]
fn even_light_stays_even_up_to_the_border() {
    let mut plane = vec![0.7; SIDE * SIDE];
    lens::defocus(&mut plane, SIDE, 6.2);
    lens::soften(&mut plane, SIDE, 1.4);
    assert!(plane.iter().all(|light| (light - 0.7).abs() < 1e-4));
}

#[test]
fn a_soft_lens_spreads_a_point_by_its_deviation() {
    let mut plane = point();
    lens::soften(&mut plane, SIDE, 1.5);
    let spread: f32 = (0..SIDE * SIDE)
        .map(|index| plane[index] * ((index % SIDE) as f32 - 20.0).powi(2))
        .sum();
    assert!((spread.sqrt() - 1.5).abs() < 0.03, "{}", spread.sqrt());
}

#[test]
fn a_place_on_a_bent_and_tilted_sheet_is_seen_where_its_ray_comes_from() {
    for curl in [-1.2, -0.6, -0.01, 0.0, 1e-4, 0.3, 0.8] {
        for axis in [0.0, 30.0, 90.0] {
            let view = View {
                yaw_deg: 12.0,
                pitch_deg: -9.0,
                roll_deg: 25.0,
                offset: [0.06, -0.04],
                px_per_module: 4.0,
                curl,
                curl_axis_deg: axis,
                ..View::clean()
            };
            let pose = Pose::new(&view, 65.0);
            for place in [
                [0.0, 0.0],
                [-28.0, -28.0],
                [28.0, -20.0],
                [-15.0, 28.0],
                [30.0, 30.0],
            ] {
                let [x, y] = pose.pixel(place);
                let back = pose.plane(x, y);
                let miss = (back[0] - place[0]).hypot(back[1] - place[1]);
                assert!(
                    miss < 0.02,
                    "curl {curl}, axis {axis}: {place:?} -> {back:?}"
                );
            }
        }
    }
}

#[test]
fn a_bend_away_from_the_camera_makes_the_edges_smaller() {
    let middle = |curl| {
        let view = View {
            curl,
            ..View::clean()
        };
        let pose = Pose::new(&view, 65.0);
        pose.pixel([32.0, 0.0])[0] - pose.pixel([-32.0, 0.0])[0]
    };
    assert!(middle(0.8) < middle(0.0) - 20.0);
    assert!((middle(0.0) - 64.0 * 6.0).abs() < 0.1);
}

#[test]
fn a_regulated_value_overshoots_and_comes_to_rest() {
    let settling = Settling {
        delay_ms: 100.0,
        settle_ms: 200.0,
        hz: 2.0,
    };
    assert_eq!(settling.left(0.0), 1.0);
    assert_eq!(settling.left(100.0), 1.0);
    assert!(settling.left(350.0) < -0.2, "{}", settling.left(350.0));
    assert!(settling.left(1500.0).abs() < 0.01);
}

#[test]
fn an_exposure_of_whole_periods_hides_the_mains() {
    let mains = Flicker {
        hz: 100.0,
        depth: 0.6,
    };
    assert!((mains.light(0.0, 1.0) - 1.6).abs() < 0.02);
    assert!((mains.light(5.0, 1.0) - 0.4).abs() < 0.02);
    for ms in [0.0, 3.0, 5.0] {
        assert!((mains.light(ms, 20.0) - 1.0).abs() < 1e-3);
    }
}
