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
        (self.refused, self.candidate) = (false, None);
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
