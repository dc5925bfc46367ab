//! The line both ways, hostile lines, a scanner that falls silent, and a socket that nobody else
//! reaches and nobody waits for.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeSet,
    fs,
    os::unix::{
        fs::{FileTypeExt, PermissionsExt},
        net::UnixDatagram,
    },
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use gatepost_protocol::Direction;

use super::{listener::HeardMessage, *};
use crate::{config::Language, data::DataDir};

fn messages() -> impl Iterator<Item = FaceMessage> {
    let languages = || Language::ALL.map(Some).into_iter().chain([None]);
    FaceSign::ALL.into_iter().flat_map(move |sign| {
        Direction::ALL.into_iter().flat_map(move |direction| {
            languages().flat_map(move |language| {
                [true, false].map(|bright| FaceMessage {
                    sign,
                    direction,
                    language,
                    bright,
                })
            })
        })
    })
}

fn says(sign: FaceSign) -> FaceMessage {
    FaceMessage {
        sign,
        direction: Direction::Out,
        language: Some(Language::Uyghur),
        bright: true,
    }
}

#[test]
fn every_message_is_a_short_line_that_reads_back() {
    let mut lines = BTreeSet::new();
    for message in messages() {
        let line = message.to_line();
        assert!(line.len() <= FaceMessage::MAX, "{line}");
        assert_eq!(FaceMessage::parse(line.as_bytes()), Ok(message), "{line}");
        lines.insert(line);
    }
    assert_eq!(lines.len(), messages().count());
}

#[test]
fn what_is_no_line_of_the_scanner_is_an_error() {
    for line in [
        "",
        "go-on",
        "go-on in any",
        "go-on in any day ",
        "go-on in any day day",
        " go-on in any day",
        "go-on  in any day",
        "go-on in any day\n",
        "GO-ON in any day",
        "go-on up any day",
        "go-on in fr day",
        "go-on in any dusk",
        "red in any day",
    ] {
        let read = FaceMessage::parse(line.as_bytes());
        assert_eq!(read, Err(NotAFaceMessage), "{line:?}");
    }
    assert!(FaceMessage::parse(b"go-on in any day\xff").is_err());
    let long = "go-on in any day".repeat(100_000);
    assert!(FaceMessage::parse(long.as_bytes()).is_err());
}

#[test]
fn a_scanner_that_falls_silent_leaves_please_see_staff_behind() {
    let begin = Instant::now();
    let at = |millis| begin + Duration::from_millis(millis);
    for sign in FaceSign::ALL {
        let mut heard = HeardMessage::default();
        heard.take(says(sign), begin);
        assert_eq!(heard.news(begin), Some(says(sign)));
        assert_eq!(heard.news(at(2999)), None, "{sign:?}");
        // Its language and its light stay.
        let after = match sign {
            FaceSign::NotInUse | FaceSign::SeeStaff => None,
            _ => Some(says(FaceSign::SeeStaff)),
        };
        assert_eq!(heard.news(at(3000)), after, "{sign:?}");
        // It is back.
        heard.take(says(FaceSign::Wait), at(9000));
        let back = (sign != FaceSign::Wait || after.is_some()).then_some(says(FaceSign::Wait));
        assert_eq!(heard.news(at(9000)), back, "{sign:?}");
    }
}

#[test]
fn before_the_first_word_the_person_is_sent_to_the_staff() {
    let mut heard = HeardMessage::default();
    let first = heard.news(Instant::now()).unwrap();
    assert_eq!((first.sign, first.language), (FaceSign::SeeStaff, None));
    assert_eq!(heard.news(Instant::now()), None);
    assert_eq!(
        heard.wait(Instant::now()),
        None,
        "nothing changes by itself"
    );
}

fn directory() -> (tempfile::TempDir, DataDir) {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::open(folder.path()).unwrap();
    (folder, data)
}

#[test]
fn what_the_scanner_sends_is_shown_once_and_the_newest_counts() {
    let (_folder, data) = directory();
    let mut listener = FaceListener::bind(&data).unwrap();
    assert_eq!(listener.next_message().unwrap().sign, FaceSign::SeeStaff);
    let sender = FaceSender::new(data.face());
    for sign in [FaceSign::Wait, FaceSign::GoOn] {
        assert!(sender.send(says(sign)));
    }
    assert_eq!(listener.next_message().unwrap(), says(FaceSign::GoOn));
    // The same again is a beat and no news; what is no line is nothing at all.
    assert!(sender.send(says(FaceSign::GoOn)));
    let stranger = UnixDatagram::unbound().unwrap();
    stranger.send_to(&[b'x'; 4096], data.face()).unwrap();
    stranger.send_to(b"", data.face()).unwrap();
    assert!(sender.send(says(FaceSign::ShowCode)));
    assert_eq!(listener.next_message().unwrap(), says(FaceSign::ShowCode));
}

#[test]
fn the_socket_is_its_users_own_and_another_display_is_refused() {
    let (_folder, data) = directory();
    let first = FaceListener::bind(&data).unwrap();
    let about = fs::symlink_metadata(data.face()).unwrap();
    assert!(about.file_type().is_socket());
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    assert!(!data.face_begun().exists());
    assert!(matches!(FaceListener::bind(&data), Err(FaceError::Data(_))));
    // The next one takes the place of what the first has left, also of a start that broke off.
    drop(first);
    fs::create_dir(data.face_begun()).unwrap();
    fs::write(data.face_begun().join("s"), "").unwrap();
    let mut second = FaceListener::bind(&data).unwrap();
    assert_eq!(second.next_message().unwrap().sign, FaceSign::SeeStaff);
    assert!(FaceSender::new(data.face()).send(says(FaceSign::Wait)));
    assert_eq!(second.next_message().unwrap(), says(FaceSign::Wait));
}

#[test]
fn the_scanner_waits_for_no_display_that_is_not_there_or_does_not_read() {
    let (_folder, data) = directory();
    let sender = FaceSender::new(data.face());
    let (done, waits) = mpsc::channel();
    let listener_data = data.clone();
    thread::spawn(move || {
        assert!(!sender.send(says(FaceSign::GoOn)), "nobody is there");
        let listener = FaceListener::bind(&listener_data).unwrap();
        let sent = (0..10_000)
            .filter(|_| sender.send(says(FaceSign::GoOn)))
            .count();
        assert!((1..10_000).contains(&sent), "{sent} are kept, and no more");
        drop(listener);
        assert!(
            !sender.send(says(FaceSign::GoOn)),
            "nobody is there any more"
        );
        done.send(()).unwrap();
    });
    waits
        .recv_timeout(Duration::from_secs(20))
        .expect("it never waits");
}
