//! The codewords of a symbol, as they stand in it, to its data codewords: blocks are taken apart
//! and corrected (ISO/IEC 18004:2015, 7.5.1 and Table 9).

use crate::correction::Block;

/// Error correction level; the discriminant is its number in the format information (Table 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum CorrectionLevel {
    M = 0,
    L = 1,
    H = 2,
    Q = 3,
}

impl CorrectionLevel {
    /// By its two bits in the format information.
    pub(crate) fn of_bits(bits: u32) -> Option<Self> {
        [Self::M, Self::L, Self::H, Self::Q]
            .into_iter()
            .find(|level| *level as u32 == bits)
    }
}

/// How a version's codewords are made into blocks.
struct Blocks {
    /// How many, the short ones first.
    count: usize,
    short: usize,
    /// Data codewords of a short block; a long one has one more.
    data: usize,
    /// Error correction codewords of every block.
    correction: usize,
}

impl Blocks {
    /// `None` for no version, or if these are not all of its codewords.
    fn of(version: usize, level: CorrectionLevel, codewords: usize) -> Option<Self> {
        let index = version.checked_sub(1)?;
        let count = usize::from(*BLOCKS[level as usize].get(index)?);
        let correction = usize::from(*CORRECTION[level as usize].get(index)?);
        let short = count - codewords % count;
        let data = (codewords / count).checked_sub(correction)?;
        (data > 0).then_some(Self {
            count,
            short,
            data,
            correction,
        })
    }

    /// Data codewords of a block.
    fn data(&self, block: usize) -> usize {
        self.data + usize::from(block >= self.short)
    }

    /// Where the codewords of a block stand. They stand in turns: the first of each block, then the
    /// second of each.
    fn places(&self, block: usize) -> impl Iterator<Item = usize> {
        let long = self.count - self.short;
        let end_of_data = self.data * self.count + long;
        let data = (0..self.data(block)).map(move |i| match i {
            // Only the long blocks have one more.
            i if i == self.data => i * self.count + block - self.short,
            i => i * self.count + block,
        });
        data.chain((0..self.correction).map(move |i| end_of_data + i * self.count + block))
    }
}

/// A codeword as sampled, and how certain that is: the larger, the more certain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) value: u8,
    pub(crate) sure: f32,
}

/// How hard correction tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// All codewords are trusted equally.
    Plain,
    /// Where that fails, the least certain ones are treated as erasures, more and more of them
    /// (generalized minimum distance decoding: G. D. Forney, 1966).
    Doubting,
}

/// The data codewords, every block corrected; `None` if too many are wrong.
///
/// `words` are all of the version's.
pub(crate) fn corrected(
    version: usize,
    level: CorrectionLevel,
    words: &[Word],
    effort: Effort,
) -> Option<Vec<u8>> {
    let blocks = Blocks::of(version, level, words.len())?;
    let mut data = Vec::with_capacity(words.len());
    let (mut values, mut order) = (Vec::new(), Vec::new());
    for block in 0..blocks.count {
        values.clear();
        values.extend(blocks.places(block).map(|at| words[at].value));
        let received = Block::new(&values, blocks.correction)?;
        let spare = spare(version, level);
        let mut repaired = received.corrected(&[], spare);
        if repaired.is_none() && effort == Effort::Doubting {
            order.clear();
            order.extend(
                blocks
                    .places(block)
                    .zip(0u8..)
                    .map(|(at, i)| (words[at].sure, i)),
            );
            order.sort_by(|a: &(f32, u8), b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let doubtful: Vec<u8> = order.iter().map(|&(_, i)| i).collect();
            let spare = spare.max(SPARE);
            let most = blocks.correction.saturating_sub(spare);
            let mut counts = (2..=most).step_by(2);
            repaired = counts.find_map(|count| received.corrected(&doubtful[..count], spare));
        }
        data.extend_from_slice(repaired?.get(..blocks.data(block))?);
    }
    Some(data)
}

/// Codewords of a block that must be left over when doubtful ones are left out, or noise would be
/// corrected to something.
const SPARE: usize = 3;

/// Correction codewords that the standard reserves against misdecoding (ISO/IEC 18004:2015, Table
/// 9).
fn spare(version: usize, level: CorrectionLevel) -> usize {
    match (version, level) {
        (1, CorrectionLevel::L) => 3,
        (1, CorrectionLevel::M) | (2, CorrectionLevel::L) => 2,
        (1, _) | (3, CorrectionLevel::L) => 1,
        _ => 0,
    }
}

/// Error correction codewords of a block, by level's number and version.
const CORRECTION: [[u8; 40]; 4] = [
    [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ],
    [
        7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30,
        30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    [
        17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    [
        13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30,
        30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
];

/// Blocks, by level's number and version.
const BLOCKS: [[u8; 40]; 4] = [
    [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23,
        25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
    ],
    [
        1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13,
        14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
    ],
    [
        1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35,
        37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
    ],
    [
        1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29,
        34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
    ],
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::SeededBytes;

    const LEVELS: [CorrectionLevel; 4] = [
        CorrectionLevel::M,
        CorrectionLevel::L,
        CorrectionLevel::H,
        CorrectionLevel::Q,
    ];
    fn corrected(version: usize, level: CorrectionLevel, values: &[u8]) -> Option<Vec<u8>> {
        super::corrected(version, level, &sure(values), Effort::Plain)
    }

    fn sure(values: &[u8]) -> Vec<Word> {
        let word = |&value: &u8| Word { value, sure: 1.0 };
        values.iter().map(word).collect()
    }

    /// Codewords of a few versions (ISO/IEC 18004:2015, Table 1).
    const CODEWORDS: [(usize, usize); 5] = [(1, 26), (5, 134), (7, 196), (22, 1_258), (40, 3_706)];

    /// Each of these versions at each level, with the number of its codewords.
    fn symbols() -> impl Iterator<Item = (usize, CorrectionLevel, usize)> {
        let at_each = |(version, all)| LEVELS.map(|level| (version, level, all));
        CODEWORDS.into_iter().flat_map(at_each)
    }

    #[test]
    fn blocks_are_those_of_the_standard() {
        // ISO/IEC 18004:2015, Table 9: version, level, blocks of each kind, data codewords of each.
        for (version, level, all, short, long) in [
            (1, CorrectionLevel::L, 26, (1, 19), (0, 20)),
            (5, CorrectionLevel::Q, 134, (2, 15), (2, 16)),
            (7, CorrectionLevel::H, 196, (4, 13), (1, 14)),
            (22, CorrectionLevel::M, 1_258, (17, 46), (0, 47)),
            (40, CorrectionLevel::H, 3_706, (20, 15), (61, 16)),
        ] {
            let blocks = Blocks::of(version, level, all).unwrap();
            assert_eq!((blocks.short, blocks.data), short, "{version} {level:?}");
            assert_eq!((blocks.count - blocks.short, blocks.data + 1), long);
        }
    }

    #[test]
    fn half_as_many_wrong_codewords_as_there_are_for_correction_are_mended() {
        let mut noise = SeededBytes::new(3);
        for (version, level, all) in symbols() {
            let (data, sent) = symbol(version, level, all, &mut noise);
            assert_eq!(corrected(version, level, &sent).unwrap(), data);
            let blocks = Blocks::of(version, level, all).unwrap();
            let mut received = sent;
            // Neighbours are of different blocks.
            let most = (blocks.correction - spare(version, level)) / 2 * blocks.count;
            for wrong in received.iter_mut().take(most) {
                *wrong ^= 1 | noise.byte();
            }
            assert_eq!(corrected(version, level, &received).unwrap(), data);
            for wrong in 0..blocks.count * blocks.correction {
                received[all - 1 - wrong] ^= 1 | noise.byte();
            }
            assert_eq!(corrected(version, level, &received), None);
        }
    }

    #[test]
    fn noise_is_never_corrected_to_a_large_symbol_and_never_panics() {
        let mut noise = SeededBytes::new(4);
        for (version, level, all) in symbols() {
            for _ in 0..20 {
                let received: Vec<u8> = (0..all).map(|_| noise.byte()).collect();
                assert_eq!(corrected(version, level, &received), None);
                let doubted: Vec<Word> = received
                    .iter()
                    .map(|&value| Word {
                        value,
                        sure: f32::from(noise.byte()),
                    })
                    .collect();
                let read = super::corrected(version, level, &doubted, Effort::Doubting);
                assert_eq!(read, None);
            }
            for few in [0, 1, 25] {
                _ = corrected(version, level, &vec![1; few]);
            }
        }
        assert_eq!(corrected(0, CorrectionLevel::L, &[0; 26]), None);
        assert_eq!(corrected(41, CorrectionLevel::L, &[0; 3_706]), None);
    }

    #[test]
    fn unsure_codewords_may_be_nearly_all_that_there_are_for_correction() {
        let mut noise = SeededBytes::new(5);
        for (version, level, all) in symbols() {
            let (data, sent) = symbol(version, level, all, &mut noise);
            let blocks = Blocks::of(version, level, all).unwrap();
            let mut received = sure(&sent);
            let most = (blocks.correction - SPARE) / 2 * 2 * blocks.count;
            for word in received.iter_mut().take(most) {
                word.value ^= noise.byte();
                word.sure = 0.5;
            }
            let read = |effort| super::corrected(version, level, &received, effort);
            assert_eq!(read(Effort::Doubting).unwrap(), data, "{version} {level:?}");
            assert_eq!(read(Effort::Plain), None);
        }
    }

    /// Two left over are too few: of random blocks among right ones, one in 50,000 became a wrong
    /// content.
    #[test]
    fn a_block_in_which_all_but_two_are_needed_is_refused() {
        let mut noise = SeededBytes::new(6);
        for (version, level, all) in symbols() {
            let blocks = Blocks::of(version, level, all).unwrap();
            let (_, sent) = symbol(version, level, all, &mut noise);
            let mut received = sure(&sent);
            let wrong = blocks.places(0).take(blocks.correction - 2);
            for at in wrong {
                received[at].value ^= 1 | noise.byte();
                received[at].sure = 0.5;
            }
            let read = super::corrected(version, level, &received, Effort::Doubting);
            assert_eq!(read, None, "{version} {level:?}");
        }
    }

    /// Random data codewords, and the codewords of their symbol.
    fn symbol(
        version: usize,
        level: CorrectionLevel,
        all: usize,
        noise: &mut SeededBytes,
    ) -> (Vec<u8>, Vec<u8>) {
        let blocks = Blocks::of(version, level, all).unwrap();
        let encoder = reed_solomon::Encoder::new(blocks.correction);
        let (mut data, mut encoded) = (Vec::new(), Vec::new());
        for block in 0..blocks.count {
            let words: Vec<u8> = (0..blocks.data(block)).map(|_| noise.byte()).collect();
            encoded.push(encoder.encode(&words).to_vec());
            data.extend(words);
        }
        let most = blocks.data + 1 + blocks.correction;
        let mut sent = vec![Vec::new(); most];
        for (block, words) in encoded.iter().enumerate() {
            for (i, &word) in words.iter().enumerate() {
                let correction = i >= blocks.data(block);
                let turn = if correction {
                    i + most - words.len()
                } else {
                    i
                };
                sent[turn].push(word);
            }
        }
        (data, sent.concat())
    }
}
