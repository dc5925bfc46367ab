//! What the second display is told, and when.

use std::time::{Duration, Instant};

use crate::{
    config::Config,
    data::DataDir,
    face::{FaceMessage, FaceSender, FaceSign},
};

/// How long "go on" stands: whoever comes next must not take it for theirs.
const GO_ON: Duration = Duration::from_secs(3);

/// Time between two messages that say the same: the display takes a scanner that says nothing for
/// [`STALE`](crate::face::STALE) for gone.
const BEAT: Duration = Duration::from_secs(1);

/// The way to the second display, and what was said about the verdict last.
#[derive(Debug, Default)]
pub(crate) struct FaceState {
    /// Nothing where the settings name no second display.
    sender: Option<FaceSender>,
    /// Whether the camera gives pictures.
    pub(crate) sees: bool,
    said: Option<SaidOfVerdict>,
    sent: Option<(FaceMessage, Instant)>,
}

#[derive(Clone, Copy, Debug)]
struct SaidOfVerdict {
    sign: FaceSign,
    since: Instant,
    /// "See staff" stands at least this long, whatever the outcome: else its time would tell a
    /// refusal from a check.
    least: Duration,
    /// Whether the verdict is on screen.
    open: bool,
}

impl FaceState {
    pub(crate) fn new(data: &DataDir, config: &Config) -> Self {
        let wanted = config.face.is_some();
        Self {
            sender: wanted.then(|| FaceSender::new(data.face())),
            ..Self::default()
        }
    }

    /// Says this about the verdict on screen.
    pub(crate) fn judged(&mut self, sign: FaceSign, at: Instant, least: Duration) {
        let same = self.said.filter(|said| said.open && said.sign == sign);
        self.said = Some(SaidOfVerdict {
            sign,
            since: same.map_or(at, |said| said.since),
            least,
            open: true,
        });
    }

    /// The verdict goes from the screen.
    pub(crate) fn closed(&mut self) {
        if let Some(said) = &mut self.said {
            said.open = false;
        }
    }

    /// What still stands of what was said about a verdict.
    pub(crate) fn of_verdict(&self, at: Instant) -> Option<FaceSign> {
        let said = self.said?;
        let stood = at.saturating_duration_since(said.since);
        let stands = match said.sign {
            FaceSign::GoOn => stood < GO_ON,
            FaceSign::SeeStaff => said.open || stood < said.least,
            FaceSign::Wait
            | FaceSign::TakeTemperature
            | FaceSign::ShowCode
            | FaceSign::ShowCodeOrCard
            | FaceSign::NotInUse => said.open,
        };
        stands.then_some(said.sign)
    }

    /// Sends this where it is news, or time for the next beat; again and again until it is taken.
    pub(crate) fn tell(&mut self, message: FaceMessage, at: Instant) {
        let Some(sender) = &self.sender else { return };
        let fresh = |sent: Instant| at.saturating_duration_since(sent) < BEAT;
        if self
            .sent
            .is_some_and(|(sent, since)| sent == message && fresh(since))
        {
            return;
        }
        self.sent = sender.send(message).then_some((message, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn go_on_ends_after_three_seconds_also_while_its_page_is_held() {
        let at = Instant::now();
        let mut face = FaceState::default();
        face.judged(FaceSign::Wait, at, SECOND);
        assert_eq!(face.of_verdict(at + 60 * SECOND), Some(FaceSign::Wait));
        face.judged(FaceSign::GoOn, at, SECOND);
        assert_eq!(face.of_verdict(at + 2 * SECOND), Some(FaceSign::GoOn));
        // Said once more of the same page: no longer for that.
        face.judged(FaceSign::GoOn, at + 2 * SECOND, SECOND);
        assert_eq!(face.of_verdict(at + 3 * SECOND), None);
    }

    #[test]
    fn see_staff_stands_as_long_for_a_check_as_for_a_refusal() {
        let at = Instant::now();
        let mut face = FaceState::default();
        face.judged(FaceSign::SeeStaff, at, 6 * SECOND);
        assert_eq!(face.of_verdict(at + 60 * SECOND), Some(FaceSign::SeeStaff));
        face.closed();
        let shown = |seconds| face.of_verdict(at + seconds * SECOND);
        assert_eq!((shown(5), shown(6)), (Some(FaceSign::SeeStaff), None));
    }

    #[test]
    fn the_next_person_begins_anew() {
        let at = Instant::now();
        let mut face = FaceState::default();
        face.judged(FaceSign::GoOn, at, SECOND);
        face.closed();
        face.judged(FaceSign::GoOn, at + 2 * SECOND, SECOND);
        assert_eq!(face.of_verdict(at + 4 * SECOND), Some(FaceSign::GoOn));
    }
}
