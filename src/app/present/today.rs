//! The page of the day: passages by hour and outcome.

use gatepost_pass::Timestamp;
use gatepost_protocol::Outcome;

use crate::{
    app::state::inside::InsideCount,
    readable_time::local_date,
    store::HourCount,
    ui::{HourView, TodayView},
};

/// The local day, `offset` minutes east of UTC.
pub(crate) fn view(
    counts: &[HourCount],
    inside: &InsideCount,
    now: Timestamp,
    offset: i16,
) -> TodayView {
    TodayView {
        inside: inside.view(offset),
        day: local_date(now, offset),
        hours: hours(counts, now, offset),
    }
}

/// Its 24 hours. Counts are by hours of UTC: where the offset has half hours, they stand in the
/// hour in which they begin.
fn hours(counts: &[HourCount], now: Timestamp, offset: i16) -> Vec<HourView> {
    let local = |hour: u64| (hour * 60).saturating_add_signed(offset.into()) / 60;
    let today = local(now.0 / 3600) / 24;
    let mut hours = vec![HourView::default(); 24];
    for count in counts {
        let hour = local(count.hour.into());
        let Some(view) = hours
            .get_mut((hour % 24) as usize)
            .filter(|_| hour / 24 == today)
        else {
            continue;
        };
        match count.outcome {
            Outcome::Admit => view.admit += count.count,
            Outcome::Check => view.check += count.count,
            Outcome::Refuse => view.refuse += count.count,
        }
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_local_one_and_each_passage_stands_in_its_own_hour() {
        let count = |hour, outcome, count| HourCount {
            hour,
            outcome,
            count,
        };
        // 2026-11-01T00:00Z is 08:00 of the same day in China; 16:00Z is midnight of the next.
        let first = 498_192;
        let counts = [
            count(first - 8, Outcome::Admit, 1),
            count(first - 9, Outcome::Admit, 50),
            count(first, Outcome::Admit, 2),
            count(first, Outcome::Refuse, 3),
            count(first + 15, Outcome::Check, 4),
            count(first + 16, Outcome::Check, 50),
        ];
        let now = Timestamp(u64::from(first) * 3600 + 60);
        let day = hours(&counts, now, 480);
        assert_eq!(day.len(), 24);
        assert_eq!((day[0].admit, day[8].admit, day[8].refuse), (1, 2, 3));
        assert_eq!(day[23].check, 4);
        let all = day.iter().map(|hour| hour.admit + hour.check + hour.refuse);
        assert_eq!(all.sum::<u32>(), 10, "other days are left out");
    }
}
