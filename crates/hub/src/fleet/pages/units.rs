//! Numbers and times as people read them.

use gatepost_pass::Timestamp;

use crate::listing::format_hour;

/// A span of seconds in the largest unit that fits.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The hour of a time.
pub(super) fn hour_of(at: Timestamp) -> String {
    format_hour(u32::try_from(at.0 / 3600).unwrap_or(u32::MAX))
}

/// How long ago something was of which the hour is known.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    match (now.0 / 3600).saturating_sub(at.0 / 3600) {
        0 => "this hour".into(),
        1 => "the hour before".into(),
        hours @ 2..48 => format!("{hours} h ago"),
        hours => format!("{} d ago", hours / 24),
    }
}

/// Seconds that a clock is ahead.
pub(super) fn offset(seconds: i64) -> String {
    match seconds {
        0 => "exact".into(),
        1.. => format!("{} ahead", span(seconds.unsigned_abs())),
        _ => format!("{} behind", span(seconds.unsigned_abs())),
    }
}

/// A number in groups of three digits, separated by a narrow space.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::chart::words;

    #[test]
    fn numbers_and_spans_read_well() {
        assert_eq!(
            [7, 1_234_567].map(grouped),
            ["7", "1\u{202f}234\u{202f}567"]
        );
        assert_eq!([119, 3600, 200_000].map(span), ["119 s", "60 min", "2 d"]);
        assert_eq!(
            (offset(0), offset(-5)),
            ("exact".into(), "5 s behind".into())
        );
        let (at, now) = (Timestamp(7 * 3600), |hours: u64| {
            Timestamp(hours * 3600 + 5)
        });
        assert_eq!(ago(at, now(7)), "this hour");
        assert_eq!(
            (ago(at, now(9)), ago(at, now(60))),
            ("2 h ago".into(), "2 d ago".into())
        );
        assert_eq!(words([1, 0, 2]), "1 admit, 0 check, 2 refuse");
    }
}
