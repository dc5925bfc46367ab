//! Grey to black and white by local means, so that shadows and gradients don't matter.

use crate::grey::GreyPicture;
use crate::ink::{Ink, LEAST};

/// Blocks of `block` pixels a side; a pixel is black when it is not above the mean threshold of the
/// 5 x 5 blocks around it, mixed from those of the nearest blocks, so that there is no step between
/// them. Otherwise the method is that of ZXing's hybrid binarizer. A block with less contrast than
/// `flat` holds no edge.
pub(crate) fn threshold(
    picture: &GreyPicture<'_>,
    block: usize,
    flat: u8,
    rule: ThresholdRule,
) -> Ink {
    let (width, height) = (picture.width, picture.height);
    let block = block.clamp(1, MAX_BLOCK);
    let (columns, rows) = (width.div_ceil(block), height.div_ceil(block));
    let own = block_thresholds(picture, block, flat, rule, columns);
    let means = neighbourhood_means(&own, rule, columns, rows);
    let mut depth = Vec::with_capacity(width * height);
    let weights = weights(block);
    let across: Vec<Vec<u16>> = means
        .chunks_exact(columns)
        .map(|row| mixed_across(row, &weights, width))
        .collect();
    for (y, row) in picture.pixels.chunks_exact(width).enumerate() {
        let (above, part) = between(y, block);
        let last = across.len() - 1;
        let (above, below) = (&across[above.min(last)], &across[(above + 1).min(last)]);
        let inks = row.iter().zip(above).zip(below).map(|((&p, &a), &b)| {
            let limit = (a * (PARTS - part) + b * part) / (PARTS * PARTS);
            // A byte. Cut off to what a byte with a sign holds.
            (limit as i16 + 1 - i16::from(p)).clamp(LEAST, i16::from(i8::MAX)) as i8
        });
        depth.extend(inks);
    }
    Ink {
        width,
        height,
        depth,
    }
}

/// The thresholds of a row of blocks mixed between the middles of these, for each pixel of a row,
/// in [`PARTS`] of a grey level. `weights` are those from one middle to the next.
fn mixed_across(means: &[u8], weights: &[(u16, u16)], width: usize) -> Vec<u16> {
    let block = weights.len();
    let of = |column: usize| u16::from(means[column.min(means.len() - 1)]);
    // Before the first middle there is nothing to mix.
    let mut mixed = vec![of(0) * PARTS; width];
    let between = mixed.get_mut(block / 2..).unwrap_or_default();
    for (column, mixed) in between.chunks_mut(block).enumerate() {
        let (left, right) = (of(column), of(column + 1));
        for (mixed, &(of_left, of_right)) in mixed.iter_mut().zip(weights) {
            *mixed = left * of_left + right * of_right;
        }
    }
    mixed
}

/// How much the block before a pixel and the one after it count, in [`PARTS`], for each pixel from
/// one middle to the next.
fn weights(block: usize) -> Vec<(u16, u16)> {
    let parts = (0..block).map(|x| between(block / 2 + x, block).1);
    parts.map(|part| (PARTS - part, part)).collect()
}

/// Steps from the middle of a block to that of the next. Twice mixed, a byte fills 16 bits with
/// them.
const PARTS: u16 = 16;

/// The block whose middle lies before a pixel, and how far the pixel lies from it to the next one,
/// in [`PARTS`].
fn between(pixel: usize, block: usize) -> (usize, u16) {
    let parts = usize::from(PARTS);
    let at = ((2 * pixel + 1) * parts / (2 * block)).saturating_sub(parts / 2);
    (at / parts, (at % parts) as u16)
}

/// How the grey that separates ink from paper is found in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThresholdRule {
    /// The mean, that of flat blocks too: for large dark areas.
    Mean,
    /// The middle between the darkest and the lightest, flat blocks left out: for a code whose
    /// quiet zone is narrow and lies on dark ground, which would make its outer modules white.
    Midrange,
}

/// The threshold of a block.
#[derive(Clone, Copy)]
struct Threshold {
    grey: u8,
    /// Whether the block has no edge, so that this is a guess.
    flat: bool,
}

/// Largest block side, so that a block's column of pixels sums up within 16 bits.
const MAX_BLOCK: usize = 256;

/// Contrast, in grey levels, up to which a look is one for faint ink.
const FAINT: u8 = 16;

/// The threshold of each block by itself: its mean, or for a flat block a guess from the blocks
/// before it, so that the inside of a large dark area stays dark.
fn block_thresholds(
    picture: &GreyPicture<'_>,
    block: usize,
    flat: u8,
    rule: ThresholdRule,
    columns: usize,
) -> Vec<Threshold> {
    let mut own: Vec<Threshold> = Vec::with_capacity(columns * picture.height.div_ceil(block));
    let mut sums = vec![0u16; picture.width];
    let (mut lows, mut highs) = (vec![0u8; picture.width], vec![0u8; picture.width]);
    for band in picture.pixels.chunks(picture.width * block) {
        sums.fill(0);
        lows.fill(u8::MAX);
        highs.fill(0);
        // Plain loops over whole rows, which the compiler turns into vector instructions.
        for row in band.chunks_exact(picture.width) {
            for (sum, &p) in sums.iter_mut().zip(row) {
                *sum += u16::from(p);
            }
            for (low, &p) in lows.iter_mut().zip(row) {
                *low = (*low).min(p);
            }
            for (high, &p) in highs.iter_mut().zip(row) {
                *high = (*high).max(p);
            }
        }
        let height = band.len() / picture.width;
        let above = own.len().checked_sub(columns);
        let columns = sums
            .chunks(block)
            .zip(lows.chunks(block))
            .zip(highs.chunks(block));
        for (column, ((sums, lows), highs)) in columns.enumerate() {
            let low = lows.iter().copied().min().unwrap_or(0);
            let high = highs.iter().copied().max().unwrap_or(0);
            // A flat block is ground until a dark one is known before it: far below it usually, but
            // in a look for faint ink just below, or the means around would make that white.
            let ground = if flat <= FAINT {
                low - flat.min(low / 2)
            } else {
                low / 2
            };
            let edge = high.saturating_sub(low) > flat;
            let grey = if edge && rule == ThresholdRule::Midrange {
                low.midpoint(high)
            } else if edge {
                let sum: u32 = sums.iter().map(|&s| u32::from(s)).sum();
                // The mean of bytes is a byte.
                (sum / (sums.len() * height) as u32) as u8
            } else {
                match (above, column.checked_sub(1)) {
                    (Some(above), Some(before)) => {
                        let of = |at: usize| u16::from(own[at].grey);
                        let last = own.len() - 1;
                        // The weighted mean of bytes is a byte.
                        let around =
                            ((of(above + column) + 2 * of(last) + of(above + before)) / 4) as u8;
                        if low < around { around } else { ground }
                    }
                    _ => ground,
                }
            };
            own.push(Threshold { grey, flat: !edge });
        }
    }
    own
}

/// The mean over the 5 x 5 blocks around each block, fewer at the edges.
fn neighbourhood_means(
    own: &[Threshold],
    rule: ThresholdRule,
    columns: usize,
    rows: usize,
) -> Vec<u8> {
    let near = |at: usize, end: usize| at.saturating_sub(2)..end.min(at + 3);
    // Sums of thresholds and how many they are.
    let counted = |t: &Threshold| match rule {
        ThresholdRule::Midrange if t.flat => (0, 0),
        _ => (u16::from(t.grey), 1),
    };
    let add = |(a, n): (u16, u16), (b, m): (u16, u16)| (a + b, n + m);
    let across: Vec<(u16, u16)> = own
        .chunks_exact(columns)
        .flat_map(|row| {
            (0..columns).map(move |x| row[near(x, columns)].iter().map(counted).fold((0, 0), add))
        })
        .collect();
    let mut means = Vec::with_capacity(own.len());
    for y in 0..rows {
        for x in 0..columns {
            let column = near(y, rows).map(|y| across[y * columns + x]);
            let (sum, count) = column.fold((0, 0), add);
            // The mean of bytes is a byte.
            let mean = sum.checked_div(count).map(|mean| mean as u8);
            means.push(mean.unwrap_or(own[y * columns + x].grey));
        }
    }
    means
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::luma::Luma;

    /// Dark ground, then paper with thin lines that the picture's blur made pale.
    #[test]
    fn pale_lines_beside_dark_ground_are_ink_by_the_middle_and_not_by_the_mean() {
        const SIDE: usize = 96;
        const EDGE: usize = 40;
        const LINE: usize = 44;
        let row = (0..SIDE).map(|x| match x {
            ..EDGE => 30,
            _ if (x - EDGE) % 8 == LINE - EDGE => 135,
            _ => 210,
        });
        let row: Vec<u8> = row.collect();
        let pixels = row.repeat(SIDE);
        let luma = Luma::new(SIDE as u32, SIDE as u32, &pixels).unwrap();
        let picture = GreyPicture::resized(luma, 1.0);
        let line = |rule| threshold(&picture, 8, 24, rule).black(LINE as f64, 48.0);
        let paper = |rule| threshold(&picture, 8, 24, rule).black(LINE as f64 + 2.0, 48.0);
        assert!(!line(ThresholdRule::Mean));
        assert!(line(ThresholdRule::Midrange));
        assert!(!paper(ThresholdRule::Mean) && !paper(ThresholdRule::Midrange));
    }

    #[test]
    fn a_picture_without_an_edge_is_paper() {
        for rule in [ThresholdRule::Mean, ThresholdRule::Midrange] {
            let luma = Luma::new(40, 40, &[90; 1_600]).unwrap();
            let ink = threshold(&GreyPicture::resized(luma, 1.0), 8, 24, rule);
            assert!(ink.rows().flatten().all(|&ink| ink <= 0));
        }
    }

    /// Stripes on paper on which a shadow falls; steps between blocks would show in the paper's
    /// ink.
    #[test]
    fn thresholds_change_without_a_step_from_block_to_block() {
        const SIDE: usize = 96;
        const BLOCK: usize = 8;
        for across in [true, false] {
            let grey = |i: usize| {
                let (x, y) = (i % SIDE, i / SIDE);
                let (along, other) = if across { (x, y) } else { (y, x) };
                let paper = 80 + along as u8;
                if other % 4 < 2 { paper } else { paper - 60 }
            };
            let pixels: Vec<u8> = (0..SIDE * SIDE).map(grey).collect();
            let luma = Luma::new(SIDE as u32, SIDE as u32, &pixels).unwrap();
            let ink = threshold(
                &GreyPicture::resized(luma, 1.0),
                BLOCK,
                24,
                ThresholdRule::Mean,
            );
            for at in 3 * BLOCK..SIDE - 3 * BLOCK {
                let ink = |at: usize| {
                    let (x, y) = if across { (at, 32) } else { (32, at) };
                    ink.at(x as f64, y as f64)
                };
                assert!(ink(at).abs_diff(ink(at + 1)) <= 1, "{at}");
            }
        }
    }
}
