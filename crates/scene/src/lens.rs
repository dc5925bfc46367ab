//! What the lens does to a plane of light: the soft lens itself, and a lens out of focus.
//!
//! At the border the light goes on outwards as it is.

/// Gaussian blur of a good lens, first along the rows, then along the columns.
pub(crate) fn soften(plane: &mut [f32], width: usize, sigma: f32) {
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
        pad(&mut padded, row, reach);
        row.fill(0.0);
        for (at, weight) in kernel.iter().enumerate() {
            for (value, light) in row.iter_mut().zip(&padded[at..at + width]) {
                *value += light * weight;
            }
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

/// Blur of a lens out of focus: an even disc, the geometric circle of confusion.
///
/// The disc is taken as strips one pixel high, each a box as wide as the strip's area asks, so that
/// a sum over a box is the difference of two running sums.
pub(crate) fn defocus(plane: &mut [f32], width: usize, radius: f32) {
    if radius < 0.3 || plane.is_empty() {
        return;
    }
    let reach = (radius + 0.5).floor() as usize;
    let boxes: Vec<f32> = (0..=reach)
        .map(|row| {
            let (from, to) = (row as f32 - 0.5, row as f32 + 0.5);
            (half_disc(to, radius) - half_disc(from, radius)) / 2.0
        })
        .collect();
    let area = std::f32::consts::PI * radius * radius;

    // Running sums of each row, with room for the widest box on both sides.
    let room = radius.ceil() as usize + 2;
    let stride = width + 2 * room + 1;
    let rows = plane.len() / width;
    let mut padded = vec![0.0; width + 2 * room];
    let mut sums = vec![0.0; stride * rows];
    for (row, sums) in plane.chunks_exact(width).zip(sums.chunks_exact_mut(stride)) {
        pad(&mut padded, row, room);
        let mut total = 0.0;
        for (sum, value) in sums.iter_mut().skip(1).zip(&padded) {
            total += value;
            *sum = total;
        }
    }
    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
        row.fill(0.0);
        for (distance, half) in boxes.iter().enumerate() {
            // The sum up to a place between two pixels is the blend of the sums up to each.
            let edge = room as f32 + 0.5 + half;
            let (right, share) = (edge as usize, edge.fract());
            let left = 2 * room - right;
            let above = y.saturating_sub(distance);
            let below = (y + distance).min(rows - 1);
            let lines: &[usize] = if distance == 0 { &[y] } else { &[above, below] };
            for line in lines {
                let sums = &sums[line * stride..(line + 1) * stride];
                let (a, b) = (&sums[right..right + width], &sums[right + 1..][..width]);
                let (c, d) = (&sums[left..left + width], &sums[left + 1..][..width]);
                let ends = a.iter().zip(b).zip(c.iter().zip(d));
                for (value, ((a, b), (c, d))) in row.iter_mut().zip(ends) {
                    *value += (a + (b - a) * share) - (d + (c - d) * share);
                }
            }
        }
        row.iter_mut().for_each(|value| *value /= area);
    }
}

/// Area of the disc's part above a line at height `y` from its centre, but for a constant.
fn half_disc(y: f32, radius: f32) -> f32 {
    let y = y.clamp(-radius, radius);
    y * (radius * radius - y * y).max(0.0).sqrt() + radius * radius * (y / radius).asin()
}

/// The row with its first and last value repeated on either side.
fn pad(padded: &mut [f32], row: &[f32], room: usize) {
    let (Some(first), Some(last)) = (row.first(), row.last()) else {
        return;
    };
    padded[..room].fill(*first);
    padded[room..room + row.len()].copy_from_slice(row);
    padded[room + row.len()..].fill(*last);
}
