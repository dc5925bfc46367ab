//! What stands on screen and for how long, without a window.

use std::time::{Duration, Instant};

use gatepost_checkpoint::{Judge, Judged, RecentPassages};
use gatepost_pass::{ClockTrust, Kind, Now, document::to_text, fixture};
use gatepost_protocol::Direction;

use crate::{
    app::state::verdicts::{LogAnswer, ShownVerdicts, Tap, TimeLeft},
    ui::SavedState,
};

const TIME: Duration = Duration::from_secs(4);

fn judged(n: u8) -> Judged {
    let bundle = fixture::Region::default().verified();
    let judge = Judge {
        bundle: Some(&bundle),
        class: None,
        area: None,
        recent: &RecentPassages::default(),
        direction: Direction::In,
        now: Now {
            time: fixture::NOW,
            clock: ClockTrust::Trusted,
        },
    };
    let pass = fixture::documents().sign(Kind::Pass, &fixture::paper_pass(n));
    judge.code(Some(&to_text(&pass)))
}

/// The screen with these passes on it, all of them on their way to the log.
fn showing(passes: &[u8], at: Instant) -> (ShownVerdicts<char>, Vec<u32>) {
    let mut verdicts = ShownVerdicts::default();
    verdicts.show(judged(passes[0]), at, TIME);
    for n in &passes[1..] {
        verdicts.join(judged(*n)).unwrap();
    }
    let sent = (0..passes.len())
        .map(|member| verdicts.sent(member))
        .collect();
    (verdicts, sent)
}

fn ok(proof: char) -> Result<Option<char>, ()> {
    Ok(Some(proof))
}

#[test]
fn a_verdict_goes_when_its_time_is_over_and_stays_while_it_is_held() {
    let at = Instant::now();
    let (mut verdicts, _) = showing(&[1], at);
    assert_eq!(verdicts.tick(at + TIME / 2), Some(TimeLeft::Part(0.5)));
    assert_eq!(verdicts.tick(at + TIME), Some(TimeLeft::Over));
    verdicts.open_mut().unwrap().hold();
    assert_eq!(verdicts.tick(at + 100 * TIME), Some(TimeLeft::Part(1.0)));
    verdicts.close(at);
    assert_eq!(verdicts.tick(at), None);
}

#[test]
fn its_time_waits_while_a_supervisor_is_asked_and_then_begins_anew() {
    let at = Instant::now();
    let (mut verdicts, _) = showing(&[1], at);
    let late = at + 100 * TIME;
    verdicts.open_mut().unwrap().wait();
    assert_eq!(verdicts.tick(late), Some(TimeLeft::Part(1.0)));
    verdicts.open_mut().unwrap().resume(late);
    assert_eq!(verdicts.tick(late + TIME / 2), Some(TimeLeft::Part(0.5)));
    assert_eq!(verdicts.tick(late + TIME), Some(TimeLeft::Over));
    // What was held before stays held.
    verdicts.open_mut().unwrap().hold();
    verdicts.open_mut().unwrap().wait();
    verdicts.open_mut().unwrap().resume(late);
    assert_eq!(verdicts.tick(late + TIME), Some(TimeLeft::Part(1.0)));
}

#[test]
fn the_second_half_of_a_double_tap_answers_for_nobody() {
    let at = Instant::now();
    let (mut verdicts, _) = showing(&[1, 2], at);
    let shown = verdicts.open_mut().unwrap();
    let taps = [0, 150, 599, 600, 700].map(|after| shown.tap(at + Duration::from_millis(after)));
    use Tap::{Answer, Bounce};
    assert_eq!(taps, [Answer, Bounce, Bounce, Answer, Bounce]);
}

#[test]
fn a_gate_opens_once_for_a_group_when_all_of_it_is_logged_and_admitted() {
    let at = Instant::now();
    let (mut verdicts, sent) = showing(&[1, 2], at);
    assert_eq!(verdicts.logged(sent[1], ok('b'), at).admit, None);
    assert_eq!(verdicts.open().unwrap().saved(), SavedState::Saving);
    let told = verdicts.logged(sent[0], ok('a'), at);
    assert!(told.on_screen && told.admit.is_some());
    assert_eq!(verdicts.open().unwrap().saved(), SavedState::Logged);
    assert_eq!(verdicts.logged(sent[0], ok('a'), at).admit, None, "again");
}

#[test]
fn one_refusal_in_a_group_keeps_the_gate_closed() {
    let at = Instant::now();
    let (mut verdicts, sent) = showing(&[1, 102], at);
    let refused: Result<Option<char>, ()> = Ok(None);
    assert_eq!(verdicts.logged(sent[0], ok('a'), at).admit, None);
    assert_eq!(verdicts.logged(sent[1], refused, at).admit, None);
}

#[test]
fn a_passage_that_could_not_be_logged_is_shown_so_and_opens_the_gate_once_it_is() {
    let at = Instant::now();
    let (mut verdicts, sent) = showing(&[1], at);
    let failed: Result<Option<char>, ()> = Err(());
    assert_eq!(verdicts.logged(sent[0], failed, at).admit, None);
    assert_eq!(verdicts.open().unwrap().saved(), SavedState::NotLogged);
    assert_eq!(verdicts.logged(sent[0], ok('a'), at).admit, Some('a'));
}

#[test]
fn a_gate_opens_for_a_verdict_that_just_went_and_not_for_one_that_went_long_ago() {
    let at = Instant::now();
    for (late, admit) in [(1, Some('a')), (6, None)] {
        let (mut verdicts, sent) = showing(&[1], at);
        verdicts.close(at);
        let told = verdicts.logged(sent[0], ok('a'), at + Duration::from_secs(late));
        let on_screen = false;
        assert_eq!(told, LogAnswer { on_screen, admit }, "{late} s");
    }
}

#[test]
fn an_answer_for_another_verdict_marks_nothing_on_this_one() {
    let at = Instant::now();
    let (mut verdicts, sent) = showing(&[1], at);
    verdicts.close(at);
    verdicts.show(judged(2), at, TIME);
    verdicts.sent(0);
    assert!(!verdicts.logged(sent[0], ok('a'), at).on_screen);
    assert_eq!(verdicts.open().unwrap().saved(), SavedState::Saving);
}

#[test]
fn what_waits_for_an_answer_is_given_back_when_the_verdict_closes() {
    let at = Instant::now();
    let mut verdicts = ShownVerdicts::<char>::default();
    verdicts.show(judged(1), at, TIME);
    verdicts.join(judged(2)).unwrap();
    verdicts.sent(1);
    assert_eq!(verdicts.close(at), [0]);
    assert_eq!(verdicts.close(at), [0; 0]);
    assert_eq!(
        verdicts.member(0),
        Some(&judged(1)),
        "to be logged as it stands"
    );
}
