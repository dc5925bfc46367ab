//! People without a phone or a code: by their ID number, or registered by hand.

use std::{sync::mpsc::Sender, time::Instant};

use gatepost_checkpoint::{ListAnswer, look_up_person};
use gatepost_pass::{Bounded, Listing, Text, id_number::IdNumber, visible::visible};
use gatepost_protocol::{ByHand, Personal};

use super::{place, verdict};
use crate::{
    app::{
        event::Event,
        lane::Lane,
        present::{people, window::Window},
        state::{id_lookup::IdLookup, in_view::Company},
        threads::beside,
    },
    ui::{ByHandForm, IdEntryView, IdFault, Page, UiUpdate},
};

/// An ID number was typed or read: it is looked up beside the loop, since its hash is slow on
/// purpose.
pub(crate) fn id_number(
    lane: &mut Lane,
    lookup: &mut IdLookup,
    events: &Sender<Event>,
    text: &str,
) {
    let at = Instant::now();
    if !lookup.is_free(at) {
        return;
    }
    let number = match IdNumber::parse(text) {
        Ok(number) => number,
        Err(why) => return show_id_entry(&lane.window, lookup, Some(people::id_fault(why))),
    };
    lookup.begin(at);
    show_id_entry(&lane.window, lookup, None);
    let bundle = lane.checkpoint.installed.shared();
    let events = events.clone();
    beside::run(move || {
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
pub(crate) fn looked_up(
    lane: &mut Lane,
    lookup: &mut IdLookup,
    number: Personal<32>,
    listed: ListAnswer<Listing>,
) {
    lookup.end();
    show_id_entry(&lane.window, lookup, None);
    // The verdict says whether that comes next.
    show_by_hand(lane);
    let judged = lane.checkpoint.judge(lane.now()).person(number, listed);
    place::overtaken(lane);
    verdict::show(lane, judged, Company::Alone, Instant::now());
}

/// Fills the page for an ID number.
pub(crate) fn show_id_entry(window: &Window, lookup: &IdLookup, fault: Option<IdFault>) {
    let looking = lookup.is_running();
    window.send(UiUpdate::IdEntry(IdEntryView { fault, looking }));
}

/// The form was filled in. One for other questions than those of this place is asked once more.
pub(crate) fn by_hand(lane: &mut Lane, form: ByHandForm) {
    let here = lane.checkpoint.rules_here(lane.now());
    let asked = here.map_or(0, |here| here.questions().len());
    let answers = match Bounded::try_from(form.answers) {
        Ok(answers) if answers.as_slice().len() == asked => answers,
        Ok(_) | Err(_) => {
            lane.window.go_to(Page::ByHand);
            return show_by_hand(lane);
        }
    };
    let registered = ByHand {
        why: form.why,
        name: Personal(cut(&form.name)),
        contact: Personal(cut(&form.contact)),
        answers,
    };
    let judged = lane.checkpoint.judge(lane.now()).by_hand(registered);
    verdict::show(lane, judged, Company::Alone, Instant::now());
}

/// Fills the page for registering by hand.
pub(crate) fn show_by_hand(lane: &Lane) {
    let view = people::by_hand(lane.checkpoint.rules_here(lane.now()).as_ref());
    lane.window.send(UiUpdate::ByHand(view));
}

/// What fits of a text, with what can't be seen by its number.
fn cut<const MAX: usize>(text: &str) -> Text<MAX> {
    let mut kept = String::new();
    for c in visible(text.trim()).chars() {
        if kept.len() + c.len_utf8() > MAX {
            break;
        }
        kept.push(c);
    }
    kept.try_into().unwrap_or_default()
}
