//! The sensor: uneven light, exposure, noise, and the way to grey levels.

use crate::planes::Planes;
use crate::random::Random;
use crate::view::View;

/// Steps of the converter from full to empty: 12 bits.
const STEPS: usize = 4096;

/// Light to grey levels.
///
/// Noise is that of reading the sensor, the same everywhere, and that of the light itself, whose
/// deviation is the root of the electrons counted (EMVA 1288).
pub(crate) fn develop<const N: usize>(planes: Planes<N>, view: &View) -> [Vec<u8>; N] {
    let encode = encoding(view);
    let mut random = Random::new(view.seed ^ u64::from(view.frame).rotate_left(32), 6);
    let mut picture = [(); N].map(|()| Vec::with_capacity(planes[0].len()));
    let (width, height) = (view.width as usize, view.height as usize);
    let read = (view.noise_sigma / 255.0).powi(2);
    let photon = if view.electrons > 0.0 {
        1.0 / view.electrons
    } else {
        0.0
    };
    for y in 0..height {
        let v = 2.0 * y as f32 / height as f32 - 1.0;
        for x in 0..width {
            let u = 2.0 * x as f32 / width as f32 - 1.0;
            let slope = 1.0 + view.gradient[0] * u + view.gradient[1] * v;
            let corner = 1.0 - view.vignette * 0.5 * (u * u + v * v);
            let gain = view.gain * slope * corner;
            // Most noise is in the brightness, some in each colour.
            let common = random.normal();
            for (plane, picture) in planes.iter().zip(&mut picture) {
                let noise = if N == 1 {
                    common
                } else {
                    0.8 * common + 0.6 * random.normal()
                };
                let light = plane.get(y * width + x).copied().unwrap_or(0.0) * gain;
                let level = light + noise * (read + photon * light.clamp(0.0, 1.0)).sqrt();
                // The sensor is full at white; what is over is lost.
                let step = (level * (STEPS - 1) as f32 + 0.5) as usize;
                picture.push(encode.get(step.min(STEPS - 1)).copied().unwrap_or(0));
            }
        }
    }
    picture
}

/// The grey level of each step of the converter.
fn encoding(view: &View) -> Vec<u8> {
    (0..STEPS)
        .map(|step| {
            let light = step as f32 / (STEPS - 1) as f32;
            let level = 255.0 * light.powf(1.0 / view.gamma);
            (127.5 + (level - 127.5) * view.contrast + 0.5) as u8
        })
        .collect()
}
