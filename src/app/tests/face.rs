//! What a second display is told from the code to the open gate, and what it is never told.

use std::{
    collections::BTreeMap,
    fs,
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::{
    Kind, Place,
    document::to_text,
    fixture::{self, Region, documents},
    policy::Risk,
    time::Minute,
};
use gatepost_protocol::Direction;

use super::{Post, paper};
use crate::{
    app::event::Event,
    camera::{CameraError, CameraState},
    config::Language,
    data::DataDir,
    face::{FaceListener, FaceMessage, FaceSign},
};

/// A checkpoint, and what its second display shows, with when.
struct Faced {
    post: Post,
    shown: Receiver<(FaceMessage, Instant)>,
}

impl Faced {
    fn open(settings: &str, change: impl FnOnce(&mut Region)) -> Self {
        Self::placed(settings, change, None)
    }

    /// Where the code of this place says.
    fn placed(settings: &str, change: impl FnOnce(&mut Region), place: Option<String>) -> Self {
        let (to_test, shown) = channel();
        let listen = |data: &DataDir| {
            if let Some(place) = place {
                fs::write(data.place(), place).unwrap();
            }
            let mut listener = FaceListener::bind(data).unwrap();
            thread::spawn(move || {
                while let Ok(message) = listener.next_message() {
                    if to_test.send((message, Instant::now())).is_err() {
                        break;
                    }
                }
            });
        };
        let folder = tempfile::tempdir().unwrap();
        let post = Post::prepared(folder, settings, change, listen, |_| ());
        Self { post, shown }
    }

    fn next(&self) -> (FaceMessage, Instant) {
        let patience = Duration::from_secs(20);
        self.shown
            .recv_timeout(patience)
            .expect("something is shown")
    }

    /// Reads signs until this one; gives those before it, and when it came.
    fn until(&self, sign: FaceSign) -> (Vec<FaceMessage>, Instant) {
        let mut before = Vec::new();
        loop {
            match self.next() {
                (message, at) if message.sign == sign => return (before, at),
                (message, _) => before.push(message),
            }
        }
    }

    /// Before it comes nothing but what a scanner says that has just begun.
    #[track_caller]
    fn comes_first(&self, sign: FaceSign) {
        let (before, _) = self.until(sign);
        let begins = [FaceSign::SeeStaff, FaceSign::NotInUse];
        let other = before.iter().find(|it| !begins.contains(&it.sign));
        assert_eq!(other, None, "before {sign:?}");
    }

    /// Before it comes nothing but a moment's "wait".
    #[track_caller]
    fn comes(&self, sign: FaceSign) -> Instant {
        let (before, at) = self.until(sign);
        let other: Vec<_> = before
            .iter()
            .filter(|it| it.sign != FaceSign::Wait)
            .collect();
        assert!(other.is_empty(), "{other:?} before {sign:?}");
        at
    }
}

#[test]
fn the_second_display_says_go_on_once_the_passage_is_on_the_disk_and_asks_the_next_person() {
    let faced = Faced::open("[face]\n", |region| region.policy.show_seconds = [1; 3]);
    faced.until(FaceSign::ShowCode);
    faced.post.show(&paper(1));
    let came = faced.comes(FaceSign::GoOn);
    assert_eq!(faced.post.passages(1).len(), 1);
    // The page goes after a second, "go on" after three.
    let stood = faced.comes(FaceSign::ShowCode) - came;
    assert!(stood.as_millis() >= 2500, "{stood:?}");
}

#[test]
fn yellow_red_and_a_code_of_strangers_say_the_same_for_the_same_time() {
    let faced = Faced::open("[face]\n", |region| region.policy.show_seconds = [1, 1, 3]);
    faced.until(FaceSign::ShowCode);
    let mut stood = Vec::new();
    let mut told = Vec::new();
    for code in [&paper(101), &paper(102), "https://example.org"] {
        faced.post.show(code);
        let (before, came) = faced.until(FaceSign::SeeStaff);
        let (after, went) = faced.until(FaceSign::ShowCode);
        told.push((before, after));
        stood.push((went - came).as_millis());
    }
    assert!(
        told.iter()
            .all(|(before, after)| before.is_empty() && after.is_empty()),
        "{told:?}"
    );
    // A check's page goes after one second here, a refusal's after three.
    assert!(stood.iter().all(|stood| *stood >= 2700), "{stood:?}");
}

#[test]
fn the_second_display_asks_for_the_temperature_and_then_lets_the_person_go_on() {
    let faced = Faced::open("[face]\n", |region| {
        region.rules(|rules| rules.temperature = true);
    });
    faced.until(FaceSign::ShowCode);
    faced.post.show(&paper(1));
    faced.comes(FaceSign::TakeTemperature);
    faced.post.tap("Normal");
    faced.comes(FaceSign::GoOn);
    // Yellow is no case for the thermometer, so nothing tells it from red.
    faced.post.tap("Next");
    faced.until(FaceSign::ShowCode);
    faced.post.show(&paper(101));
    faced.comes(FaceSign::SeeStaff);
}

#[test]
fn the_second_display_knows_the_way_the_light_and_the_language_of_the_place() {
    let settings = "direction = \"out\"\nscreen = \"day\"\n[face]\nlanguage = \"ug\"\n";
    let faced = Faced::open(settings, |_| ());
    faced.until(FaceSign::SeeStaff);
    let (before, _) = faced.until(FaceSign::ShowCode);
    assert!(
        before.iter().all(|it| it.sign == FaceSign::NotInUse),
        "{before:?}"
    );
    faced.post.show(&paper(1));
    let (mut message, _) = faced.next();
    if message.sign == FaceSign::Wait {
        (message, _) = faced.next();
    }
    let wanted = FaceMessage {
        sign: FaceSign::GoOn,
        direction: Direction::Out,
        language: Some(Language::Uyghur),
        bright: true,
    };
    assert_eq!(message, wanted);
}

#[test]
fn a_checkpoint_that_reads_nothing_or_ends_is_not_in_use() {
    let faced = Faced::open("[face]\n", |_| ());
    faced.until(FaceSign::ShowCode);
    let gone = CameraError::Unplugged {
        device: "/dev/video0".to_owned(),
    };
    faced.post.tell(Event::Camera(CameraState::Waiting(gone)));
    faced.comes(FaceSign::NotInUse);
    faced.post.tell(Event::Camera(CameraState::Live));
    faced.comes(FaceSign::ShowCode);
    let Faced { post, shown } = faced;
    drop(post);
    let last = shown.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(last.0.sign, FaceSign::NotInUse);
    // That stays, also after the scanner counts as gone.
    let more = shown.recv_timeout(Duration::from_millis(3500));
    assert!(more.is_err(), "{more:?}");
}

#[test]
fn people_are_asked_for_what_can_be_read_and_for_nothing_where_nobody_need_be_stopped() {
    let cards = "[face]\n[id_reader]\nkind = \"window\"\n";
    Faced::open(cards, |_| ()).comes_first(FaceSign::ShowCodeOrCard);
    let low = |region: &mut Region| {
        let area = fixture::area("Pingyin", [(Minute(0), Risk::Low)]);
        let areas = BTreeMap::from([(fixture::kebab("pingyin"), area)]);
        region.policy.areas = areas.try_into().unwrap();
    };
    let place = Place {
        id: "gate-3".try_into().unwrap(),
        name: "Gate 3".try_into().unwrap(),
        not_after: Minute::of(fixture::NOW.plus(fixture::DAY)),
        area: Some(fixture::kebab("pingyin")),
        fixed: false,
        class: None,
    };
    let code = to_text(&documents().sign(Kind::PlaceCode, &place));
    Faced::placed("[face]\n", low, Some(code)).comes_first(FaceSign::GoOn);
}

#[test]
fn nothing_is_told_where_the_settings_name_no_second_display() {
    let faced = Faced::open("", |_| ());
    assert_eq!(faced.next().0.sign, FaceSign::SeeStaff);
    faced.post.judges(&paper(1), "ADMIT");
    let told = faced.shown.recv_timeout(Duration::from_millis(1500));
    assert!(told.is_err(), "{told:?}");
}
