//! Bars of passages by outcome, as SVG with attributes only: the content policy allows no inline
//! style.

use gatepost_protocol::Outcome;
use maud::{Markup, html};

/// One bar.
#[derive(Clone, Debug, Default)]
pub(super) struct Bar {
    /// The text under it; may be empty.
    pub(super) label: String,
    /// Its full name.
    pub(super) name: String,
    /// Passages admitted, checked, refused.
    pub(super) counts: [u64; 3],
}

/// Order of the counts, from the bottom up.
pub(super) const CLASSES: [Outcome; 3] = [Outcome::Admit, Outcome::Check, Outcome::Refuse];

const HEIGHT: u64 = 260;
const LEFT: u64 = 56;
const TOP: u64 = 12;
const RIGHT: u64 = 16;
const BOTTOM: u64 = 28;

/// A chart of some width; `class` decides on which screens it shows.
pub(super) fn chart(title: &str, bars: &[Bar], width: u64, class: &str) -> Markup {
    let most = bars.iter().map(|bar| bar.counts.iter().sum()).max();
    let top = round_up(most.unwrap_or(0));
    let (inner, plot) = (width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let slot = inner as f64 / bars.len().max(1) as f64;
    let height = |count: u64| count as f64 * plot as f64 / top as f64;
    let base = (HEIGHT - BOTTOM) as f64;
    html! {
        svg class=(class) viewBox=(format!("0 0 {width} {HEIGHT}")) role="img" aria-label=(title) {
            @for quarter in [0, 2, 4] {
                @let y = base - plot as f64 * f64::from(quarter) / 4.0;
                line x1=(LEFT) x2=(width - RIGHT) y1=(y) y2=(y) class="grid" {}
                text x=(LEFT - 8) y=(y + 4.0) text-anchor="end" {
                    (short(top * u64::from(quarter as u32) / 4))
                }
            }
            @for (at, bar) in bars.iter().enumerate() {
                @let x = LEFT as f64 + slot * at as f64;
                g {
                    title { (bar.name) ": " (words(bar.counts)) }
                    // Catches the pointer above a low bar as well.
                    rect x=(fine(x)) y=(TOP) width=(fine(slot)) height=(plot) class="hover" {}
                    @for (class, below, count) in stack(bar.counts) {
                        @if count > 0 {
                            rect class=(class.name()) x=(fine(x + slot * 0.12))
                                width=(fine(slot * 0.76)) y=(fine(base - height(below + count)))
                                height=(fine(height(count).max(1.0))) {}
                        }
                    }
                }
                @if !bar.label.is_empty() {
                    text x=(fine(x + slot / 2.0)) y=(HEIGHT - 8) text-anchor="middle" {
                        (bar.label)
                    }
                }
            }
        }
    }
}

/// Counts in words.
pub(super) fn words(counts: [u64; 3]) -> String {
    let each = CLASSES.iter().zip(counts);
    let each: Vec<_> = each
        .map(|(class, count)| format!("{count} {}", class.name()))
        .collect();
    each.join(", ")
}

/// Each class with what lies below it, from the bottom up.
fn stack(counts: [u64; 3]) -> impl Iterator<Item = (Outcome, u64, u64)> {
    let mut below = 0;
    CLASSES.into_iter().zip(counts).map(move |(class, count)| {
        let at = below;
        below += count;
        (class, at, count)
    })
}

/// The next number whose half is whole too: 4, 10, 20, 40, 100 and so on.
fn round_up(most: u64) -> u64 {
    let mut power = 1;
    loop {
        for step in [4, 10, 20] {
            let top = power * step;
            if top >= most || top >= u64::MAX / 100 {
                return top;
            }
        }
        power *= 10;
    }
}

fn short(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..10_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}

/// A coordinate with no more digits than anybody sees.
fn fine(number: f64) -> String {
    format!("{number:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number_above_the_highest_bar() {
        for (most, top) in [
            (0, 4),
            (4, 4),
            (5, 10),
            (11, 20),
            (21, 40),
            (41, 100),
            (999, 1000),
        ] {
            assert_eq!(round_up(most), top, "{most}");
        }
        assert!(round_up(u64::MAX) > 0);
    }

    #[test]
    fn bars_stack_in_order_and_no_input_breaks_the_drawing() {
        let bar = |counts| Bar {
            counts,
            ..Bar::default()
        };
        let drawn = chart("t", &[bar([10, 6, 4])], 360, "c").into_string();
        let tops: Vec<_> = drawn.split("<rect class=").skip(1).collect();
        assert_eq!(tops.len(), 3);
        assert!(tops[0].contains("admit") && tops[0].contains(r#"y="122.0" height="110.0""#));
        assert!(tops[2].contains("refuse") && tops[2].contains(r#"y="12.0" height="44.0""#));
        chart("t", &[], 360, "c");
        chart("t", &[bar([u64::MAX / 4; 3])], 360, "c");
    }
}
