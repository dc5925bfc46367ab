//! Nothing lies outside the screen, nothing over anything else, and what scrolls can be scrolled to.

use super::stage::{Scrolled, Stage, Words};

/// Every text lies inside the screen and over no other text. In a column that scrolls, all texts lie one below the
/// other, none is wider than the column, and the last comes into sight at the end.
pub(super) fn assert_tidy(stage: &Stage, what: &str) {
    let words = stage.words();
    assert!(words.len() > 2, "{what}: hardly a word on screen");
    let columns = stage.scrolled();
    let fixed: Vec<&Words> = words
        .iter()
        .filter(|w| !columns.iter().any(|c| c.words.contains(w)))
        .collect();
    let at = format!("{what} at {:?}", stage.size);
    let (width, height) = (stage.size.0 as f32, stage.size.1 as f32);
    for w in &fixed {
        let inside = w.x >= -0.5
            && w.y >= -0.5
            && w.x + w.width <= width + 0.5
            && w.y + w.height <= height + 0.5;
        assert!(inside, "{at}: outside the screen: {w:?}");
    }
    assert_apart(&fixed, &at);
    for column in &columns {
        for w in &fixed {
            assert!(!overlap(w, &column.place), "{at}: {w:?} over what scrolls");
        }
        assert_scrolls(stage, column, &at);
    }
}

fn assert_scrolls(stage: &Stage, column: &Scrolled, at: &str) {
    let place = &column.place;
    for w in &column.words {
        let inside = w.x >= place.x - 0.5
            && w.x + w.width <= place.x + place.width + 0.5
            && w.y >= place.y - 0.5;
        assert!(inside, "{at}: outside what scrolls: {w:?} in {place:?}");
    }
    assert_apart(&column.words.iter().collect::<Vec<_>>(), at);
    let middle = (place.x + place.width / 2.0, place.y + place.height / 2.0);
    stage.scroll(middle, -1e6);
    for end in stage.scrolled() {
        let bottom = end.words.iter().map(|w| w.y + w.height).fold(0.0, f32::max);
        assert!(
            bottom <= end.place.y + end.place.height + 0.5,
            "{at}: the end can't be reached: {bottom} below {:?}",
            end.place
        );
    }
    stage.scroll(middle, 1e6);
}

fn assert_apart(words: &[&Words], at: &str) {
    for (index, a) in words.iter().enumerate() {
        for b in &words[index + 1..] {
            assert!(!overlap(a, b), "{at}: {a:?} over {b:?}");
        }
    }
}

fn overlap(a: &Words, b: &Words) -> bool {
    let across = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let down = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    across > 1.0 && down > 1.0
}
