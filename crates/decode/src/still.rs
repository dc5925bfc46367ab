//! The looks that a single picture gets.

use crate::Luma;
use crate::look::{Care, Look, PLAIN};
use crate::threshold::Level;

/// Work of a careful look, in modules sampled.
const WORK: usize = 6_000_000;
/// Longest side, in pixels, that a careful look works at, and that is worth making larger fourfold.
const MAX_SIDE: f64 = 2_600.0;
const TINY_SIDE: f64 = 300.0;

const CAREFUL: Look = Look {
    block: 16,
    flat: 16,
    care: Care::Thorough { work: WORK },
    ..PLAIN
};
/// The careful looks at a single picture. Chosen by what each reads that those before it do not, on halves
/// of a set of photographs in turn (see `benches/readers`); those with few pixels first, for an enlarged
/// picture takes ten times as long.
const CAREFUL_LOOKS: [Look; 23] = [
    CAREFUL,
    Look {
        block: 8,
        flat: 8,
        ..CAREFUL
    },
    Look {
        scale: 2.0,
        ..CAREFUL
    },
    Look {
        block: 24,
        flat: 24,
        inverted: true,
        ..CAREFUL
    },
    Look {
        level: Level::Middle,
        ..CAREFUL
    },
    Look {
        scale: 1.5,
        block: 8,
        flat: 24,
        ..CAREFUL
    },
    Look {
        block: 8,
        flat: 24,
        sharpen: 1.0,
        ..CAREFUL
    },
    Look {
        scale: 3.0,
        ..CAREFUL
    },
    Look {
        scale: 2.0,
        block: 8,
        flat: 24,
        inverted: true,
        ..CAREFUL
    },
    Look {
        scale: 0.25,
        block: 8,
        flat: 24,
        ..CAREFUL
    },
    Look {
        scale: 6.0,
        block: 8,
        flat: 24,
        ..CAREFUL
    },
    Look {
        stretch: (2, 1),
        ..CAREFUL
    },
    Look {
        scale: 0.7,
        block: 8,
        flat: 24,
        ..CAREFUL
    },
    Look {
        stretch: (1, 2),
        ..CAREFUL
    },
    Look {
        scale: 0.5,
        block: 8,
        flat: 24,
        level: Level::Middle,
        ..CAREFUL
    },
    Look {
        scale: 0.5,
        block: 24,
        flat: 24,
        ..CAREFUL
    },
    Look {
        scale: 0.5,
        block: 8,
        flat: 24,
        sharpen: 2.0,
        ..CAREFUL
    },
    Look {
        scale: 0.5,
        block: 8,
        flat: 24,
        inverted: true,
        ..CAREFUL
    },
    Look {
        scale: 0.7,
        block: 8,
        flat: 8,
        ..CAREFUL
    },
    Look {
        block: 8,
        flat: 24,
        sharpen: 2.0,
        ..CAREFUL
    },
    Look {
        scale: 0.7,
        block: 8,
        flat: 24,
        sharpen: 1.0,
        ..CAREFUL
    },
    Look {
        scale: 0.5,
        flat: 8,
        level: Level::Middle,
        ..CAREFUL
    },
    Look {
        scale: 1.5,
        block: 32,
        flat: 24,
        sharpen: 2.0,
        ..CAREFUL
    },
];

/// The looks for a picture: a quick one, then the careful ones that suit its size.
pub(crate) fn looks(picture: Luma<'_>) -> impl Iterator<Item = Look> {
    let longest = picture.width.max(picture.height) as f64;
    let careful = CAREFUL_LOOKS.into_iter().filter(move |look| {
        let large_enough = look.scale <= 1.0 || longest / look.scale >= MIN_SHRUNK_SIDE;
        let tiny = longest <= TINY_SIDE;
        large_enough && longest / look.scale <= MAX_SIDE && (tiny || look.scale >= 0.5)
    });
    let too_large = longest > MAX_SIDE;
    let halved = too_large.then(|| Look {
        scale: (longest / MAX_SIDE).ceil(),
        ..CAREFUL
    });
    [Look::quick(picture)]
        .into_iter()
        .chain(halved)
        .chain(careful)
}

/// Shortest that a picture's longest side is made, in pixels.
const MIN_SHRUNK_SIDE: f64 = 60.0;
