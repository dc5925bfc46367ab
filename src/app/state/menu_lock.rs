//! The lock of the menu: whether what it holds may be changed, and how far somebody is with opening
//! it. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use gatepost_checkpoint::{MenuCandidate, MenuOpener};

use crate::ui::{LockView, Page};

/// How long it stays open.
const OPEN: Duration = Duration::from_secs(120);
/// How long the PIN of a badge is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A lock that the settings put there, or none.
#[derive(Debug)]
pub(crate) struct MenuLock {
    /// Whether there is one.
    set: bool,
    open_until: Option<Instant>,
    /// The last badge did not open it.
    refused: bool,
    /// The badge whose PIN is asked, and until when.
    candidate: Option<(MenuCandidate, Instant)>,
    /// The page that somebody wanted.
    wanted: Page,
    shown: LockView,
}

impl MenuLock {
    /// Shut, where the settings say that there is a lock.
    pub(crate) fn new(set: bool) -> Self {
        Self {
            set,
            open_until: None,
            refused: false,
            candidate: None,
            wanted: Page::Menu,
            shown: LockView::Open,
        }
    }

    /// Whether nothing behind it may be changed now.
    pub(crate) fn is_shut(&self, at: Instant) -> bool {
        self.set && self.open_until.is_none_or(|until| until <= at)
    }

    /// Somebody wants what is behind it, on this page.
    pub(crate) fn asked(&mut self, wanted: Page) {
        self.wanted = wanted;
        (self.refused, self.candidate) = (false, None);
    }

    /// A badge was shown that does not open it.
    pub(crate) fn refused(&mut self) {
        (self.refused, self.candidate) = (true, None);
    }

    /// The PIN of this badge is asked.
    pub(crate) fn asks_pin(&mut self, candidate: MenuCandidate, at: Instant) {
        self.refused = false;
        self.candidate = Some((candidate, at + PATIENCE));
    }

    /// The badge whose PIN is asked.
    pub(crate) fn awaits_pin(&self) -> Option<&MenuCandidate> {
        self.candidate.as_ref().map(|(candidate, _)| candidate)
    }

    /// Opens for a while. Gives the page that somebody wanted.
    pub(crate) fn open(&mut self, _by: MenuOpener, at: Instant) -> Page {
        self.open_until = Some(at + OPEN);
        (self.refused, self.candidate) = (false, None);
        std::mem::replace(&mut self.wanted, Page::Menu)
    }

    /// Nobody opens it after all.
    pub(crate) fn cancel(&mut self) {
        self.asked(Page::Menu);
    }

    /// Shuts at once: the guard goes off duty.
    pub(crate) fn shut(&mut self) {
        self.open_until = None;
        self.cancel();
    }

    /// Time passes. Whether a PIN was waited for in vain.
    pub(crate) fn tick(&mut self, at: Instant) -> bool {
        self.candidate.take_if(|(_, until)| *until <= at).is_some()
    }

    /// What the window is to show of it, where that has changed.
    pub(crate) fn changed(&mut self, at: Instant) -> Option<LockView> {
        let view = match (self.is_shut(at), self.refused) {
            (false, _) => LockView::Open,
            (true, false) => LockView::Shut,
            (true, true) => LockView::BadgeRefused,
        };
        let before = std::mem::replace(&mut self.shown, view);
        (before != view).then_some(view)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use gatepost_checkpoint::{CheckedBadge, ListAnswer, MenuBadge};
    use gatepost_pass::{
        BadgeRole, Document, Kind, VerifiedDocument,
        fixture::{self, NOW, documents},
        verify,
    };

    use super::*;

    /// A guard on duty whose badge has no PIN.
    fn opener() -> MenuOpener {
        let bytes = documents().sign(Kind::Badge, &fixture::badge(1, BadgeRole::Guard));
        let document = Document::from_bytes(&bytes).unwrap();
        let Ok(VerifiedDocument::Badge(badge)) = verify(&document, &fixture::trust(), NOW) else {
            panic!("no badge");
        };
        let on_duty = badge.claims().clone();
        let revocation = ListAnswer::NoList;
        let checked = CheckedBadge { badge, revocation };
        match MenuBadge::new(checked, Some(&on_duty), None, "gate-3", NOW) {
            Ok(MenuBadge::Opens(opener)) => opener,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_stays_open_for_two_minutes_and_shuts_at_once_with_the_duty() {
        let (mut lock, start) = (MenuLock::new(true), Instant::now());
        let second = Duration::from_secs(1);
        assert!(lock.is_shut(start));
        lock.asked(Page::Update);
        assert_eq!(lock.open(opener(), start), Page::Update);
        assert!(!lock.is_shut(start + 119 * second));
        assert!(lock.is_shut(start + 120 * second));
        assert_eq!(lock.open(opener(), start), Page::Menu, "asked once");
        lock.shut();
        assert!(lock.is_shut(start));
        assert!(!MenuLock::new(false).is_shut(start), "there is none");
    }

    #[test]
    fn the_window_hears_of_it_when_it_changes() {
        let (mut lock, start) = (MenuLock::new(true), Instant::now());
        assert_eq!(lock.changed(start), Some(LockView::Shut));
        assert_eq!(lock.changed(start), None);
        lock.refused();
        assert_eq!(lock.changed(start), Some(LockView::BadgeRefused));
        lock.open(opener(), start);
        assert_eq!(lock.changed(start), Some(LockView::Open));
        let later = start + OPEN;
        assert_eq!(lock.changed(later), Some(LockView::Shut));
    }
}
