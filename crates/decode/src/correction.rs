//! Reed-Solomon codes of QR symbols: errors, and erasures, which are codewords known to be doubtful
//! (ISO/IEC 18004:2015, 7.5.2 and Annex B; the method is Blahut's, "Algebraic Codes for Data
//! Transmission", 7.4).

/// Most codewords of a block, and most of them for correction.
const MAX_BLOCK: usize = 255;
const MAX_CORRECTION: usize = 30;
/// The field's polynomial, x^8 + x^4 + x^3 + x^2 + 1.
const FIELD: usize = 0x11d;

/// Coefficients, lowest first.
type Polynomial = [u8; MAX_CORRECTION + 2];

/// A block as received, with what its codewords should sum up to.
pub(crate) struct Block<'a> {
    words: &'a [u8],
    /// How many of its codewords, the last ones, are for correction.
    correction: usize,
    /// All zero: nothing is wrong.
    syndromes: Polynomial,
}

impl<'a> Block<'a> {
    /// `None` if there can't be such a block.
    pub(crate) fn new(words: &'a [u8], correction: usize) -> Option<Self> {
        if words.len() > MAX_BLOCK || correction > MAX_CORRECTION || correction >= words.len() {
            return None;
        }
        let mut syndromes = [0; MAX_CORRECTION + 2];
        for (power, sum) in syndromes.iter_mut().take(correction).enumerate() {
            for &word in words {
                *sum = word ^ times_power(*sum, power);
            }
        }
        Some(Self {
            words,
            correction,
            syndromes,
        })
    }

    /// The block with its wrong codewords corrected, or `None` if they are too many.
    ///
    /// `doubtful` are places of codewords, each once; whether they are right is not looked at. Each
    /// takes one codeword of correction, a wrong one elsewhere takes two, and `spare` have to be
    /// left, so that what was no block is not taken for one.
    pub(crate) fn corrected(&self, doubtful: &[u8], spare: usize) -> Option<Vec<u8>> {
        let mut corrected = self.words.to_vec();
        if self.syndromes == [0; MAX_CORRECTION + 2] {
            return Some(corrected);
        }
        let known = doubtful.len();
        let most = self.correction.checked_sub(spare)?;
        if known > most {
            return None;
        }
        let (locator, count) = self.locator(doubtful);
        if 2 * count > most + known {
            return None;
        }
        let mut evaluator = [0; MAX_CORRECTION + 2];
        for (i, sum) in evaluator.iter_mut().take(self.correction).enumerate() {
            for (j, &coefficient) in locator.iter().enumerate().take(i.min(count) + 1) {
                *sum ^= times(coefficient, self.syndromes[i - j]);
            }
        }
        let mut wrong = 0;
        for (place, word) in corrected.iter_mut().enumerate() {
            let power = self.words.len() - 1 - place;
            let inverse = (ORDER - power) % ORDER;
            if value(&locator[..=count], inverse) != 0 {
                continue;
            }
            wrong += 1;
            // Of the derivative only odd powers are left.
            let slope = (1..=count).step_by(2).fold(0, |sum, i| {
                sum ^ times_power(locator[i], inverse * (i - 1) % ORDER)
            });
            let size = divided(value(&evaluator[..self.correction], inverse), slope)?;
            *word ^= times_power(size, power);
        }
        (wrong == count).then_some(corrected)
    }

    /// The polynomial whose roots tell which codewords are wrong, and its degree (Berlekamp and
    /// Massey's way, which starts from the doubtful ones).
    fn locator(&self, doubtful: &[u8]) -> (Polynomial, usize) {
        let mut locator = [0; MAX_CORRECTION + 2];
        locator[0] = 1;
        for (known, &place) in doubtful.iter().enumerate() {
            let power = (self.words.len() + ORDER - 1 - usize::from(place)) % ORDER;
            for i in (0..=known).rev() {
                locator[i + 1] ^= times_power(locator[i], power);
            }
        }
        let known = doubtful.len();
        let (mut before, mut count) = (locator, known);
        for step in known..self.correction {
            let off = (0..=count.min(step)).fold(0, |sum, i| {
                sum ^ times(locator[i], self.syndromes[step - i])
            });
            before.rotate_right(1);
            before[0] = 0;
            if off == 0 {
                continue;
            }
            let old = locator;
            for (a, b) in locator.iter_mut().zip(before) {
                *a ^= times(off, b);
            }
            if 2 * count <= step + known {
                count = step + 1 + known - count;
                let inverse = (ORDER - LOGARITHMS[usize::from(off)] as usize) % ORDER;
                before = old.map(|a| times_power(a, inverse));
            }
        }
        (locator, count)
    }
}

/// Elements of the field but 0.
const ORDER: usize = 255;
/// Powers of 2, twice, so that two logarithms can be added.
const POWERS: [u8; 2 * ORDER] = {
    let mut powers = [0; 2 * ORDER];
    let (mut power, mut i) = (1, 0);
    while i < 2 * ORDER {
        powers[i] = power as u8;
        power <<= 1;
        if power > ORDER {
            power ^= FIELD;
        }
        i += 1;
    }
    powers
};
const LOGARITHMS: [u8; 256] = {
    let mut logarithms = [0; 256];
    let mut i = 0;
    while i < ORDER {
        logarithms[POWERS[i] as usize] = i as u8;
        i += 1;
    }
    logarithms
};

/// `power` is below [`ORDER`].
fn times_power(a: u8, power: usize) -> u8 {
    match a {
        0 => 0,
        _ => POWERS[usize::from(LOGARITHMS[usize::from(a)]) + power],
    }
}

fn times(a: u8, b: u8) -> u8 {
    match b {
        0 => 0,
        _ => times_power(a, usize::from(LOGARITHMS[usize::from(b)])),
    }
}

fn divided(a: u8, b: u8) -> Option<u8> {
    let inverse = ORDER - usize::from(LOGARITHMS[usize::from(b)]);
    (b != 0).then(|| times_power(a, inverse % ORDER))
}

/// The value of a polynomial where x is this power of 2.
fn value(polynomial: &[u8], power: usize) -> u8 {
    let highest_first = polynomial.iter().rev();
    highest_first.fold(0, |sum, &c| c ^ times_power(sum, power))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::SeededBytes;

    /// Data, and the block that another implementation makes of it.
    fn block(length: usize, correction: usize, noise: &mut SeededBytes) -> Vec<u8> {
        let data: Vec<u8> = (0..length - correction).map(|_| noise.byte()).collect();
        reed_solomon::Encoder::new(correction)
            .encode(&data)
            .to_vec()
    }

    /// Different places, in no order.
    fn places(count: usize, length: usize, noise: &mut SeededBytes) -> Vec<u8> {
        let mut all: Vec<u8> = (0..length).map(|place| place as u8).collect();
        for i in 0..count {
            let other = i + usize::from(noise.byte()) % (length - i);
            all.swap(i, other);
        }
        all.truncate(count);
        all
    }

    const SIZES: [(usize, usize); 6] =
        [(26, 7), (26, 17), (44, 10), (70, 15), (153, 30), (255, 30)];

    #[test]
    fn errors_and_erasures_are_mended_up_to_the_codes_power() {
        let mut noise = SeededBytes::new(11);
        for (length, correction) in SIZES {
            for known in 0..=correction {
                let right = block(length, correction, &mut noise);
                let unknown = (correction - known) / 2;
                let wrong = places(known + unknown, length, &mut noise);
                let mut received = right.clone();
                for &place in &wrong[..unknown] {
                    received[usize::from(place)] ^= 1 | noise.byte();
                }
                // What is doubtful may be right, too.
                for &place in &wrong[unknown..] {
                    received[usize::from(place)] ^= noise.byte();
                }
                let block = Block::new(&received, correction).unwrap();
                let corrected = block.corrected(&wrong[unknown..], 0);
                assert_eq!(
                    corrected,
                    Some(right),
                    "{length}, {correction}: {known}, {unknown}"
                );
            }
        }
    }

    #[test]
    fn what_has_to_be_spare_is_not_used() {
        let mut noise = SeededBytes::new(12);
        for spare in 0..4 {
            let right = block(26, 10, &mut noise);
            for unknown in 0..6 {
                let mut received = right.clone();
                for word in received.iter_mut().take(unknown) {
                    *word ^= 1 | noise.byte();
                }
                let corrected = Block::new(&received, 10).unwrap().corrected(&[], spare);
                assert_eq!(
                    corrected.is_some(),
                    2 * unknown + spare <= 10 || unknown == 0
                );
            }
        }
    }

    #[test]
    fn noise_is_not_taken_for_a_block_and_never_panics() {
        let mut noise = SeededBytes::new(13);
        for (length, correction) in SIZES {
            for _ in 0..300 {
                let received: Vec<u8> = (0..length).map(|_| noise.byte()).collect();
                let block = Block::new(&received, correction).unwrap();
                let known = usize::from(noise.byte()) % (correction - 3);
                let doubtful = places(known, length, &mut noise);
                assert_eq!(block.corrected(&doubtful, 3), None);
                _ = block.corrected(&doubtful, 0);
            }
        }
        assert!(Block::new(&[0; 256], 30).is_none());
        assert!(Block::new(&[0; 26], 26).is_none());
        assert!(Block::new(&[0; 60], 31).is_none());
    }
}
