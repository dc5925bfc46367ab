//! error: E0117
//! Nobody else says which kinds may hold a pass.

use gatepost_pass::{Kind, Pass, verify::Claims};

impl Claims for Pass {
    const KINDS: &'static [Kind] = &[Kind::PlaceCode];
}
