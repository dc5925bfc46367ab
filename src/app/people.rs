//! People without a phone or a code: by their ID number, or registered by hand.

use std::time::{Duration, Instant};

use gatepost_pass::{Bounded, Listing, Text, id_number::IdNumber};
use gatepost_protocol::{ByHand, Personal};

use super::{Event, checkpoint::Company, scanner::App, view, workers};
use crate::{
    checkpoint::{ListAnswer, look_up_person},
    ui::{ByHandForm, IdEntryView, IdFault, Page, UiUpdate},
};

/// An answer that has not come after this long never comes: the next number may be asked.
const GIVEN_UP: Duration = Duration::from_secs(10);

impl App {
    /// An ID number was typed or read: it is looked up beside the loop, since its hash is slow on purpose.
    pub(super) fn id_number(&mut self, text: &str) {
        let at = Instant::now();
        if self
            .looking
            .is_some_and(|since| at.saturating_duration_since(since) < GIVEN_UP)
        {
            return;
        }
        let number = match IdNumber::parse(text) {
            Ok(number) => number,
            Err(why) => return self.show_id_entry(Some(view::id_fault(why))),
        };
        self.looking = Some(at);
        self.show_id_entry(None);
        let bundle = self.checkpoint.bundle().cloned();
        let events = self.events.clone();
        workers::beside(move || {
            let listed = bundle.map_or(ListAnswer::NoList, |bundle| {
                look_up_person(&number, &*bundle)
            });
            let number = String::from_utf8_lossy(number.as_bytes()).into_owned();
            // At most 32 letters and digits, by its type.
            let number = Personal(number.try_into().unwrap_or_default());
            // A loop that has ended needs no answer.
            let _ = events.send(Event::LookedUp { number, listed });
        });
    }

    /// The identity list has answered.
    pub(super) fn looked_up(&mut self, number: Personal<32>, listed: ListAnswer<Listing>) {
        self.looking = None;
        self.show_id_entry(None);
        let judged = self
            .checkpoint
            .judge_now(self.clock.now())
            .person(number, listed);
        self.show(judged, Company::Alone, Instant::now());
    }

    fn show_id_entry(&self, fault: Option<IdFault>) {
        let looking = self.looking.is_some();
        self.ui
            .send(UiUpdate::IdEntry(IdEntryView { fault, looking }));
    }

    /// The form was filled in. One for other questions than the policy's is asked once more.
    pub(super) fn by_hand(&mut self, form: ByHandForm) {
        let asked = self
            .checkpoint
            .bundle()
            .map_or(0, |bundle| bundle.policy().questions.as_slice().len());
        let answers = match Bounded::try_from(form.answers) {
            Ok(answers) if answers.as_slice().len() == asked => answers,
            Ok(_) | Err(_) => return self.go_to(Page::ByHand),
        };
        let registered = ByHand {
            why: form.why,
            name: Personal(cut(&form.name)),
            contact: Personal(cut(&form.contact)),
            answers,
        };
        let judged = self
            .checkpoint
            .judge_now(self.clock.now())
            .by_hand(registered);
        self.show(judged, Company::Alone, Instant::now());
    }
}

/// What fits of a text, without what can't be shown.
fn cut<const MAX: usize>(text: &str) -> Text<MAX> {
    let mut kept = String::new();
    for c in text.trim().chars().filter(|c| !c.is_control()) {
        if kept.len() + c.len_utf8() > MAX {
            break;
        }
        kept.push(c);
    }
    kept.try_into().unwrap_or_default()
}
