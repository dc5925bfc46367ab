//! Single pictures: the looks that one gets, until one of them reads something.

use std::convert::Infallible;

use crate::content::{DecodedCode, once_each};
use crate::look::{Care, Look, PLAIN};
use crate::luma::Luma;
use crate::stages::Stages;
use crate::threshold::ThresholdRule;

/// Looks that are spent, after a code was read, on others that were seen.
const MORE_LOOKS: usize = 6;
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
/// The careful looks at a single picture. Chosen by what each reads that those before it do not, on
/// halves of a set of photographs in turn (see `benches/readers`); those with few pixels first, for
/// an enlarged picture takes ten times as long.
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
        rule: ThresholdRule::Midrange,
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
        rule: ThresholdRule::Midrange,
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
        rule: ThresholdRule::Midrange,
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

/// Reads the codes of a picture: each content once, from the top of the picture to its bottom.
///
/// Looks at it in many ways until one reads something: there is only this picture. Frames of a
/// camera are for a [`StreamReader`](crate::StreamReader). Never panics, whatever the picture; a
/// picture without a readable code gives an empty list.
pub fn decode(picture: Luma<'_>) -> Vec<DecodedCode> {
    let Ok(codes) = decode_with(picture, |_| Ok::<(), Infallible>(()));
    codes
}

/// Shows each look to `watch` before its result is taken; stops with the error of `watch`.
pub(crate) fn decode_with<E>(
    picture: Luma<'_>,
    mut watch: impl FnMut(&Stages<'_>) -> Result<(), E>,
) -> Result<Vec<DecodedCode>, E> {
    if picture.is_too_small() {
        return Ok(Vec::new());
    }
    let (mut codes, mut unread) = (Vec::<DecodedCode>::new(), Vec::new());
    let mut more = MORE_LOOKS;
    for look in looks(picture) {
        let stages = Stages::of(look, picture);
        watch(&stages)?;
        let result = stages.result();
        codes.extend(result.codes);
        // What one look has seen, another one may read.
        unread.extend(result.unread.into_iter().chain(result.loose));
        if codes.is_empty() {
            continue;
        }
        unread.retain(|finder| !codes.iter().any(|code| code.covers(finder.at())));
        if unread.is_empty() || more == 0 {
            break;
        }
        more -= 1;
    }
    Ok(once_each(codes))
}

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
