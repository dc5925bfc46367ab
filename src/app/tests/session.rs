//! What stands on screen and for how long, without a window.

use std::time::{Duration, Instant};

use gatepost_pass::{ClockTrust, Kind, Now, document::to_text, fixture};
use gatepost_protocol::Direction;

use crate::{
    app::session::{Left, Session, Told},
    checkpoint::{Judge, Judged, Recent},
    decode::CodeContent,
    ui::SavedState,
};

const TIME: Duration = Duration::from_secs(4);

fn judged(n: u8) -> Judged {
    let bundle = fixture::Region::default().verified();
    let judge = Judge {
        bundle: Some(&bundle),
        recent: &Recent::default(),
        direction: Direction::In,
        now: Now {
            time: fixture::NOW,
            clock: ClockTrust::Trusted,
        },
    };
    let pass = fixture::documents().sign(Kind::Pass, &fixture::paper_pass(n));
    judge.code(&CodeContent::Text(to_text(&pass)))
}

/// A session that shows these passes, all of them on their way to the log.
fn showing(passes: &[u8], at: Instant) -> (Session<char>, Vec<u32>) {
    let mut session = Session::default();
    session.show(judged(passes[0]), at, TIME);
    for n in &passes[1..] {
        session.join(judged(*n)).unwrap();
    }
    let sent = (0..passes.len())
        .map(|member| session.sent(member))
        .collect();
    (session, sent)
}

fn ok(proof: char) -> Result<Option<char>, ()> {
    Ok(Some(proof))
}

#[test]
fn a_verdict_goes_when_its_time_is_over_and_stays_while_it_is_held() {
    let at = Instant::now();
    let (mut session, _) = showing(&[1], at);
    assert_eq!(session.tick(at + TIME / 2), Some(Left::Part(0.5)));
    assert_eq!(session.tick(at + TIME), Some(Left::Over));
    session.open_mut().unwrap().hold();
    assert_eq!(session.tick(at + 100 * TIME), Some(Left::Part(1.0)));
    session.close(at);
    assert_eq!(session.tick(at), None);
}

#[test]
fn a_gate_opens_once_for_a_group_when_all_of_it_is_logged_and_admitted() {
    let at = Instant::now();
    let (mut session, sent) = showing(&[1, 2], at);
    assert_eq!(session.logged(sent[1], ok('b'), at).admit, None);
    assert_eq!(session.open().unwrap().saved(), SavedState::Saving);
    let told = session.logged(sent[0], ok('a'), at);
    assert!(told.on_screen && told.admit.is_some());
    assert_eq!(session.open().unwrap().saved(), SavedState::Logged);
    assert_eq!(session.logged(sent[0], ok('a'), at).admit, None, "again");
}

#[test]
fn one_refusal_in_a_group_keeps_the_gate_closed() {
    let at = Instant::now();
    let (mut session, sent) = showing(&[1, 102], at);
    let refused: Result<Option<char>, ()> = Ok(None);
    assert_eq!(session.logged(sent[0], ok('a'), at).admit, None);
    assert_eq!(session.logged(sent[1], refused, at).admit, None);
}

#[test]
fn a_passage_that_could_not_be_logged_is_shown_so_and_opens_the_gate_once_it_is() {
    let at = Instant::now();
    let (mut session, sent) = showing(&[1], at);
    let failed: Result<Option<char>, ()> = Err(());
    assert_eq!(session.logged(sent[0], failed, at).admit, None);
    assert_eq!(session.open().unwrap().saved(), SavedState::NotLogged);
    assert_eq!(session.logged(sent[0], ok('a'), at).admit, Some('a'));
}

#[test]
fn a_gate_opens_for_a_verdict_that_just_went_and_not_for_one_that_went_long_ago() {
    let at = Instant::now();
    for (late, admit) in [(1, Some('a')), (6, None)] {
        let (mut session, sent) = showing(&[1], at);
        session.close(at);
        let told = session.logged(sent[0], ok('a'), at + Duration::from_secs(late));
        let on_screen = false;
        assert_eq!(told, Told { on_screen, admit }, "{late} s");
    }
}

#[test]
fn an_answer_for_another_verdict_marks_nothing_on_this_one() {
    let at = Instant::now();
    let (mut session, sent) = showing(&[1], at);
    session.close(at);
    session.show(judged(2), at, TIME);
    session.sent(0);
    assert!(!session.logged(sent[0], ok('a'), at).on_screen);
    assert_eq!(session.open().unwrap().saved(), SavedState::Saving);
}

#[test]
fn what_waits_for_an_answer_is_given_back_when_the_verdict_closes() {
    let at = Instant::now();
    let mut session = Session::<char>::default();
    session.show(judged(1), at, TIME);
    session.join(judged(2)).unwrap();
    session.sent(1);
    assert_eq!(session.close(at), [0]);
    assert_eq!(session.close(at), [0; 0]);
    assert_eq!(
        session.member(0),
        Some(&judged(1)),
        "to be logged as it stands"
    );
}
