//! When hints come, stay and go.

use super::*;

const FRAME: Duration = Duration::from_millis(40);

/// Frames that say so, 25 a second from `start` on; gives the hints that were shown, each once in
/// a row, with the milliseconds at which they came.
fn shown(
    aiming: &mut Aiming,
    start: Instant,
    frames: &[Option<Obstacle>],
) -> Vec<(Option<AimHint>, u128)> {
    let mut shown: Vec<(Option<AimHint>, u128)> = Vec::new();
    for (number, obstacle) in (0..).zip(frames) {
        let at = start + FRAME * number;
        aiming.unread(*obstacle, at);
        let hint = aiming.hint(at);
        if shown
            .last()
            .map_or(hint.is_some(), |(last, _)| *last != hint)
        {
            shown.push((hint, (FRAME * number).as_millis()));
        }
    }
    shown
}

#[test]
fn a_hint_comes_after_a_second_of_the_same_finding() {
    let far = [Some(Obstacle::TooFar); 40];
    let hints = shown(&mut Aiming::default(), Instant::now(), &far);
    assert_eq!(hints, [(Some(AimHint::ComeCloser), 1000)]);
}

#[test]
fn frames_that_disagree_give_no_hint() {
    let kinds = [Some(Obstacle::TooFar), None, Some(Obstacle::Unsteady), None];
    let frames: Vec<_> = kinds.into_iter().cycle().take(100).collect();
    assert_eq!(shown(&mut Aiming::default(), Instant::now(), &frames), []);
    let rare: Vec<_> = (0..100)
        .map(|n| (n % 2 == 0).then_some(Obstacle::TooFar))
        .collect();
    assert_eq!(shown(&mut Aiming::default(), Instant::now(), &rare), []);
}

#[test]
fn two_slow_frames_are_no_agreement() {
    let (mut aiming, start) = (Aiming::default(), Instant::now());
    for at in [
        start,
        start + Duration::from_millis(600),
        start + Duration::from_millis(1200),
    ] {
        aiming.unread(Some(Obstacle::Darkness), at);
        assert_eq!(aiming.hint(at), None);
    }
}

#[test]
fn a_hint_stays_long_enough_to_be_read_and_does_not_flicker() {
    let mut frames = vec![Some(Obstacle::Unsteady); 30];
    frames.extend([None; 60]);
    let hints = shown(&mut Aiming::default(), Instant::now(), &frames);
    assert_eq!(hints.len(), 2, "{hints:?}");
    let [(came, at), (gone, end)] = [hints[0], hints[1]];
    assert_eq!((came, gone), (Some(AimHint::HoldStill), None));
    assert!(end - at >= STAYS.as_millis(), "{hints:?}");
    // In and out of agreement for half a minute: it comes once.
    let restless: Vec<_> = (0..750)
        .map(|n| (n % 25 < 16 || n < 60).then_some(Obstacle::Unsteady))
        .collect();
    let hints = shown(&mut Aiming::default(), Instant::now(), &restless);
    assert_eq!(hints.len(), 1, "{hints:?}");
}

#[test]
fn a_hint_gives_way_to_another_one() {
    let mut frames = vec![Some(Obstacle::TooFar); 30];
    frames.extend([Some(Obstacle::Unsteady); 60]);
    let hints = shown(&mut Aiming::default(), Instant::now(), &frames);
    let hints: Vec<_> = hints.into_iter().map(|(hint, _)| hint).collect();
    assert_eq!(hints, [Some(AimHint::ComeCloser), Some(AimHint::HoldStill)]);
}

#[test]
fn a_hint_goes_at_once_when_something_is_read_and_also_when_no_frames_come() {
    let (mut aiming, start) = (Aiming::default(), Instant::now());
    let dark = [Some(Obstacle::DimCode); 30];
    assert_eq!(shown(&mut aiming, start, &dark).len(), 1);
    let end = start + FRAME * 30;
    assert_eq!(aiming.hint(end), Some(AimHint::TooDark));
    assert_eq!(aiming.hint(end + Duration::from_secs(3)), None);
    assert_eq!(shown(&mut aiming, end, &dark).len(), 1);
    aiming.clear();
    assert_eq!(aiming.hint(end + FRAME * 30), None);
    // And then it takes a second anew.
    assert_eq!(shown(&mut aiming, end + FRAME * 30, &dark[..20]), []);
}

#[test]
fn what_was_read_already_is_said_while_it_is_in_view_and_long_enough_to_be_read() {
    let (mut aiming, start) = (Aiming::default(), Instant::now());
    let after = |millis| start + Duration::from_millis(millis);
    for millis in (0..=2000).step_by(100) {
        aiming.already_read(after(millis));
        assert_eq!(aiming.hint(after(millis)), Some(AimHint::AlreadyRead));
    }
    aiming.unread(None, after(3400));
    assert_eq!(aiming.hint(after(3400)), Some(AimHint::AlreadyRead));
    assert_eq!(aiming.hint(after(3500)), None);
    aiming.already_read(after(4000));
    aiming.clear();
    assert_eq!(aiming.hint(after(4000)), None, "the next code is new");
}
