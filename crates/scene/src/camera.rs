//! Lens and sensor: the carriers before the backdrop, blurred, lit, and made noisy.
//!
//! Works on `N` planes of light, 0 to 1 as a screen shows it: one of brightness, or red, green and
//! blue.

use crate::art::Art;
use crate::backdrop::Backdrop;
use crate::pose::Pose;
use crate::random::Random;
use crate::view::View;

/// Samples across one pixel, each way.
const SAMPLES: usize = 4;

/// Takes the picture: `N` planes of 8-bit values, row by row.
pub(crate) fn expose<const N: usize>(view: &View, stage: &[(Art, View)]) -> [Vec<u8>; N] {
    // The backdrop lies in the plane of what was put down first.
    let (seen, side) = match stage.first() {
        Some((art, seen)) => (seen, Some(art.code_side)),
        None => (view, None),
    };
    let mut planes = fill(view, &Backdrop::new(seen, side));
    for (art, seen) in stage {
        project(&mut planes, art, seen);
    }
    for plane in &mut planes {
        blur(plane, view.width as usize, view.blur_sigma_px);
    }
    develop(planes, view)
}

fn fill<const N: usize>(view: &View, backdrop: &Backdrop) -> [Vec<f32>; N] {
    let (width, height) = (view.width as usize, view.height as usize);
    let mut planes = [(); N].map(|()| Vec::with_capacity(width * height));
    for y in 0..height {
        for x in 0..width {
            let light = channels::<N>(backdrop.light(x, y));
            for (plane, value) in planes.iter_mut().zip(light) {
                plane.push(value);
            }
        }
    }
    planes
}

/// Lays the drawing over the planes in perspective, each pixel the mean of what it covers.
fn project<const N: usize>(planes: &mut [Vec<f32>; N], art: &Art, view: &View) {
    let pose = Pose::new(view, art.per_module as f64, art.centre.map(f64::from));
    let palette = art.palette().map(channels::<N>);
    let share = 1.0 / (SAMPLES * SAMPLES) as f32;
    let step = |index: usize| (index as f32 + 0.5) / SAMPLES as f32;
    let width = view.width as usize;
    for y in 0..view.height as usize {
        let mut here = pose.plane(0.0, y as f32);
        for x in 0..width {
            let right = pose.plane(x as f32 + 1.0, y as f32);
            let below = pose.plane(x as f32, y as f32 + 1.0);
            let across = [right[0] - here[0], right[1] - here[1]];
            let down = [below[0] - here[0], below[1] - here[1]];
            let mut sum = [0.0; N];
            let mut bare = 0;
            for j in 0..SAMPLES {
                let [u, v] = [0, 1].map(|k| here[k] + down[k] * step(j));
                for i in 0..SAMPLES {
                    let ink = art.ink(u + across[0] * step(i), v + across[1] * step(i));
                    bare += usize::from(ink == 0);
                    let light = palette.get(usize::from(ink)).copied().unwrap_or([0.0; N]);
                    for (total, value) in sum.iter_mut().zip(light) {
                        *total += value;
                    }
                }
            }
            here = right;
            if bare == SAMPLES * SAMPLES {
                continue;
            }
            for (plane, total) in planes.iter_mut().zip(sum) {
                if let Some(value) = plane.get_mut(y * width + x) {
                    *value = (total + *value * bare as f32) * share;
                }
            }
        }
    }
}

/// Gaussian blur, first along the rows, then along the columns. The border goes on outwards.
fn blur(plane: &mut [f32], width: usize, sigma: f32) {
    if sigma < 0.05 || plane.is_empty() {
        return;
    }
    let reach = (sigma * 3.0).ceil().max(1.0) as usize;
    let weigh = |at: usize| {
        let distance = at as f32 - reach as f32;
        (-distance * distance / (2.0 * sigma * sigma)).exp()
    };
    let mut kernel: Vec<f32> = (0..=2 * reach).map(weigh).collect();
    let total: f32 = kernel.iter().sum();
    kernel.iter_mut().for_each(|weight| *weight /= total);

    let mut padded = vec![0.0; width + 2 * reach];
    for row in plane.chunks_exact_mut(width) {
        let edges = (row.first().copied(), row.last().copied());
        let (Some(first), Some(last)) = edges else {
            continue;
        };
        padded[..reach].fill(first);
        padded[reach..reach + width].copy_from_slice(row);
        padded[reach + width..].fill(last);
        for (value, window) in row.iter_mut().zip(padded.windows(kernel.len())) {
            *value = window.iter().zip(&kernel).map(|(a, b)| a * b).sum();
        }
    }

    let rows = plane.len() / width;
    let source = plane.to_vec();
    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
        row.fill(0.0);
        for (at, weight) in kernel.iter().enumerate() {
            let from = (y + at).saturating_sub(reach).min(rows - 1) * width;
            for (value, light) in row.iter_mut().zip(&source[from..from + width]) {
                *value += light * weight;
            }
        }
    }
}

/// Light to grey levels: uneven light, exposure, contrast, noise.
fn develop<const N: usize>(planes: [Vec<f32>; N], view: &View) -> [Vec<u8>; N] {
    let mut random = Random::new(view.seed ^ u64::from(view.frame).rotate_left(32), 6);
    let mut picture = [(); N].map(|()| Vec::with_capacity(planes[0].len()));
    let (width, height) = (view.width as usize, view.height as usize);
    for y in 0..height {
        let v = 2.0 * y as f32 / height as f32 - 1.0;
        for x in 0..width {
            let u = 2.0 * x as f32 / width as f32 - 1.0;
            let slope = 1.0 + view.gradient[0] * u + view.gradient[1] * v;
            let corner = 1.0 - view.vignette * 0.5 * (u * u + v * v);
            let light = 255.0 * view.gain * slope * corner;
            // Most noise is in the brightness, some in each colour.
            let common = random.normal();
            for (plane, picture) in planes.iter().zip(&mut picture) {
                let noise = if N == 1 {
                    common
                } else {
                    0.8 * common + 0.6 * random.normal()
                };
                let value = plane.get(y * width + x).copied().unwrap_or(0.0);
                // The sensor is full at white; what is over is lost before the contrast.
                let level = 127.5 + ((value * light).clamp(0.0, 255.0) - 127.5) * view.contrast;
                picture.push((level + noise * view.noise_sigma + 0.5) as u8);
            }
        }
    }
    picture
}

/// One plane takes the brightness, three take the colours.
fn channels<const N: usize>(light: [f32; 3]) -> [f32; N] {
    let [red, green, blue] = light;
    let brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    std::array::from_fn(|index| {
        if N == 1 {
            brightness
        } else {
            light.get(index).copied().unwrap_or(brightness)
        }
    })
}
