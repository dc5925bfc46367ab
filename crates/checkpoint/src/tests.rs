//! The rules as a table: what is shown, in which situation, and what the guard sees.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use gatepost_pass::{
    Class, ClockTrust, Colour, IssuerId, KebabName, Kind, Now, Pass, PassNumber, SubjectTag,
    Timestamp, VerifiedBundle,
    document::{live_code, to_text},
    fixture::{self, DAY, NOW, Region, SIGNED, documents, foreign},
    list::ListKind,
    policy::{IdentityRule, PassBack, PlaceRules, Risk, WhenExpired},
    time::Minute,
};

use super::{
    Basis, Case, CheckedBadge, CheckedDocument, Judge, Judged, LiveCodes, Outcome, Reason,
    RecentPassages,
};
use gatepost_protocol::Direction;

mod guard_duty;
mod menu_badge;
mod overriding;
mod people;
mod person_lookup;
mod policy;
mod rules_by_place;
mod time;
mod verdict_group;

const TRUSTED: Now = Now {
    time: NOW,
    clock: ClockTrust::Trusted,
};

struct Gate {
    region: Region,
    class: Option<KebabName>,
    area: Option<KebabName>,
    now: Now,
    recent: RecentPassages,
}

impl Gate {
    fn new() -> Self {
        Self {
            region: Region::default(),
            class: None,
            area: None,
            now: TRUSTED,
            recent: RecentPassages::default(),
        }
    }

    fn with(change: impl Fn(&mut PlaceRules)) -> Self {
        let mut gate = Self::new();
        gate.region.rules(change);
        gate
    }

    /// In a low-risk area.
    fn low_risk(change: impl Fn(&mut PlaceRules)) -> Self {
        let mut gate = Self::with(change);
        let low = fixture::area("Pingyin", [(Minute(0), Risk::Low)]);
        let areas = BTreeMap::from([(fixture::kebab("pingyin"), low)]);
        gate.region.policy.areas = areas.try_into().unwrap();
        gate.area = Some(fixture::kebab("pingyin"));
        gate
    }

    fn at(time: Timestamp) -> Self {
        Self {
            now: Now {
                time,
                clock: ClockTrust::Trusted,
            },
            ..Self::new()
        }
    }

    fn judge(&self, text: &str) -> Judged {
        let bundle = self.region.verified();
        self.bench(&bundle).code(Some(text))
    }

    fn bench<'a, R>(&'a self, bundle: &'a VerifiedBundle<R>) -> Judge<'a, R> {
        Judge {
            bundle: Some(bundle),
            class: self.class.as_ref(),
            area: self.area.as_ref(),
            recent: &self.recent,
            direction: Direction::In,
            now: self.now,
        }
    }

    /// A staff badge, checked against the lists.
    fn badge(&self, badge: &gatepost_pass::Badge) -> CheckedBadge {
        let judged = self.judge(&to_text(&documents().sign(Kind::Badge, badge)));
        judged.badge().expect("a verified badge").clone()
    }

    /// Outcome and reasons.
    fn says(&self, bytes: &[u8]) -> (Outcome, Vec<Reason>) {
        let verdict = self.judge(&to_text(bytes)).verdict;
        (verdict.outcome, verdict.reasons)
    }

    /// Outcome and reasons of a code that a checkpoint with a memory sees.
    fn says_with(&self, live: &mut LiveCodes, bytes: &[u8]) -> (Outcome, Vec<Reason>) {
        let bundle = self.region.verified();
        let judge = self.bench(&bundle);
        let judged = judge.code(Some(&to_text(bytes)));
        let verdict = judge.with_live_codes(judged, live).verdict;
        (verdict.outcome, verdict.reasons)
    }

    /// The same of a live code that its holder signed at this time.
    fn says_of_live(&self, signed: Timestamp) -> (Outcome, Vec<Reason>) {
        self.says(&live_code(&phone(1), signed, &fixture::holder()))
    }
}

fn paper(n: u8) -> Vec<u8> {
    documents().sign(Kind::Pass, &fixture::paper_pass(n))
}

/// A paper pass of another region.
fn foreign_paper(code: &str) -> Vec<u8> {
    foreign(code).sign(Kind::Pass, &fixture::paper_pass(1))
}

fn phone(n: u8) -> Vec<u8> {
    documents().sign(Kind::Pass, &fixture::phone_pass(n))
}

fn with_validity(from: Timestamp, until: Timestamp) -> Vec<u8> {
    let (not_before, not_after) = (Minute::of(from), Minute::of(until));
    documents().sign(
        Kind::Pass,
        &Pass {
            not_before,
            not_after,
            ..fixture::paper_pass(1)
        },
    )
}

fn with_class(class: Class) -> Vec<u8> {
    let person = gatepost_pass::Subject {
        class,
        ..fixture::subject(1)
    };
    let subjects = vec![person].try_into().unwrap();
    documents().sign(
        Kind::Pass,
        &Pass {
            subjects,
            ..fixture::paper_pass(1)
        },
    )
}

fn admit() -> (Outcome, Vec<Reason>) {
    (Outcome::Admit, vec![Reason::Green])
}

fn check(reason: Reason) -> (Outcome, Vec<Reason>) {
    (Outcome::Check, vec![reason])
}

fn refuse(reason: Reason) -> (Outcome, Vec<Reason>) {
    (Outcome::Refuse, vec![reason])
}

#[test]
fn green_and_valid_is_admitted_and_nothing_else_is_asked() {
    assert_eq!(Gate::new().says(&paper(1)), admit());
}

#[test]
fn paper_equals_a_live_phone_code() {
    let live = live_code(&phone(1), NOW, &fixture::holder());
    assert_eq!(Gate::new().says(&live), Gate::new().says(&paper(1)));
}

#[test]
fn a_picture_of_a_phone_pass_asks_for_the_live_code() {
    assert_eq!(Gate::new().says(&phone(1)), check(Reason::LiveCodeNeeded));
}

#[test]
fn a_live_code_counts_for_ninety_seconds_before_and_after() {
    let (gate, old) = (Gate::new(), check(Reason::LiveCodeOld));
    for (age, expected) in [(0, &admit()), (90, &admit()), (91, &old), (100_000, &old)] {
        let past = gate.says_of_live(NOW.minus(age));
        assert_eq!(&past, expected, "{age} s old");
        let future = gate.says_of_live(NOW.plus(age));
        assert_eq!(&future, expected, "{age} s ahead");
    }
}

#[test]
fn the_status_list_makes_a_green_pass_yellow_or_red() {
    assert_eq!(Gate::new().says(&paper(101)), check(Reason::Yellow));
    assert_eq!(Gate::new().says(&paper(102)), refuse(Reason::Red));
}

#[test]
fn the_worse_of_pass_and_list_counts() {
    let red = gatepost_pass::Subject {
        colour: Colour::Red,
        ..fixture::subject(101)
    };
    let subjects = vec![red].try_into().unwrap();
    let pass = documents().sign(
        Kind::Pass,
        &Pass {
            subjects,
            ..fixture::paper_pass(1)
        },
    );
    assert_eq!(Gate::new().says(&pass), refuse(Reason::Red));
}

#[test]
fn each_person_of_a_family_is_judged_and_the_worst_decides() {
    let bytes = documents().sign(Kind::FamilyPass, &fixture::family_pass(98));
    let judged = Gate::new().judge(&to_text(&bytes));
    let colours: Vec<Colour> = judged
        .verdict
        .people
        .iter()
        .map(|person| person.colour)
        .collect();
    use Colour::{Green, Red, Yellow};
    assert_eq!(colours, [Green, Green, Green, Yellow, Red, Green]);
    assert_eq!(judged.verdict.outcome, Outcome::Refuse);
    assert_eq!(judged.verdict.reasons, [Reason::Red, Reason::Yellow]);
}

#[test]
fn a_revoked_pass_is_refused() {
    assert_eq!(Gate::new().says(&paper(103)), refuse(Reason::Revoked));
}

#[test]
fn validity_begins_and_ends_to_the_minute() {
    let (from, until) = (SIGNED, SIGNED.plus(14 * DAY));
    let pass = with_validity(from, until);
    assert_eq!(Gate::at(from).says(&pass), admit());
    assert_eq!(
        Gate::at(from.minus(1)).says(&pass).1[0],
        Reason::NotYetValid
    );
    assert!(
        !Gate::at(until.minus(1))
            .says(&pass)
            .1
            .contains(&Reason::Expired)
    );
    assert!(Gate::at(until).says(&pass).1.contains(&Reason::Expired));
}

#[test]
fn no_pass_is_valid_for_more_than_fourteen_days() {
    let fits = with_validity(SIGNED, SIGNED.plus(14 * DAY));
    assert_eq!(Gate::new().says(&fits), admit());
    let long = with_validity(SIGNED, SIGNED.plus(14 * DAY + 60));
    assert_eq!(Gate::new().says(&long), refuse(Reason::ValidityTooLong));
}

#[test]
fn other_regions_are_recognised_converted_or_guided() {
    let pass = foreign_paper;
    // Recognised, and its lists are not on this device: said, not guessed.
    assert_eq!(Gate::new().says(&pass("CN-JS")), check(Reason::NoList));
    assert_eq!(Gate::new().says(&pass("CN-BJ")), check(Reason::ConvertPass));
    assert_eq!(
        Gate::new().says(&pass("CN-HB")),
        check(Reason::IssuerRefused)
    );
    assert_eq!(
        Gate::new().says(&pass("CN-XX")),
        refuse(Reason::UnknownIssuer)
    );
    let help = Gate::new().judge(&to_text(&pass("CN-BJ"))).verdict.help;
    assert_eq!(help.as_deref(), Some("https://pass.example/convert"));
    let help = Gate::new().judge(&to_text(&pass("CN-XX"))).verdict.help;
    assert_eq!(help.as_deref(), Some("Help desk 0531 12345"));
}

#[test]
fn each_flaw_of_a_document_has_its_own_reason() {
    let mut forged = paper(1);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(Gate::new().says(&forged), refuse(Reason::BadSignature));
    assert_eq!(Gate::new().says(&paper(1)[..50]), refuse(Reason::Malformed));
    let wrong_role = fixture::lists().sign(Kind::Pass, &fixture::paper_pass(1));
    assert_eq!(Gate::new().says(&wrong_role), refuse(Reason::KeyNotAllowed));
    let mut other_key = documents();
    other_key.key = gatepost_pass::KeyId(77);
    let unknown = other_key.sign(Kind::Pass, &fixture::paper_pass(1));
    assert_eq!(Gate::new().says(&unknown), refuse(Reason::UnknownKey));
    let mut newer = paper(1);
    newer[1] = 2;
    assert_eq!(Gate::new().says(&newer), check(Reason::NewerFormat));
    let verdict = Gate::new().judge("WIFI:S:cafe;;").verdict;
    assert_eq!(
        (verdict.outcome, verdict.reasons),
        check(Reason::ForeignCode)
    );
}

#[test]
fn a_place_code_is_not_a_pass_and_says_where_the_device_stands() {
    let place = gatepost_pass::Place {
        id: "gate-3".try_into().unwrap(),
        name: "North gate".try_into().unwrap(),
        not_after: Minute::of(SIGNED.plus(DAY)),
        fixed: false,
        class: None,
        area: None,
    };
    let text = to_text(&documents().sign(Kind::PlaceCode, &place));
    let judged = Gate::new().judge(&text);
    assert_eq!(judged.verdict.reasons, [Reason::NotAPass]);
    let Basis::Rules {
        case: Case::Code(Ok(CheckedDocument::Place(read))),
        ..
    } = judged.basis
    else {
        unreachable!("a verified place code")
    };
    assert_eq!(read.claims(), &place);
}

#[test]
fn stale_data_warns_and_expired_data_follows_the_policy() {
    let stale = Gate::at(SIGNED.plus(2 * DAY));
    let expected = (Outcome::Admit, vec![Reason::Green, Reason::StaleData]);
    assert_eq!(stale.says(&paper(1)), expected);
    let expired = Gate::at(SIGNED.plus(8 * DAY));
    assert_eq!(expired.says(&paper(1)), refuse(Reason::ExpiredData));
    let mut lenient = Gate::new();
    lenient.region.policy.when_expired = WhenExpired::Check;
    lenient.now.time = SIGNED.plus(8 * DAY);
    assert_eq!(lenient.says(&paper(1)), check(Reason::ExpiredData));
}

#[test]
fn an_issuer_whose_list_is_old_is_stale_whatever_the_manifest_says() {
    let mut gate = Gate::new();
    gate.region.list_age = 2 * DAY as i64;
    let expected = (Outcome::Admit, vec![Reason::Green, Reason::StaleData]);
    assert_eq!(gate.says(&paper(1)), expected);
}

#[test]
fn a_device_without_a_bundle_says_that_it_is_not_set_up() {
    let code = to_text(&paper(1));
    let verdict = Judge::<Vec<u8>> {
        bundle: None,
        ..Gate::new().bench(&Gate::new().region.verified())
    }
    .code(Some(&code))
    .verdict;
    assert_eq!((verdict.outcome, verdict.reasons), refuse(Reason::NotSetUp));
}

#[test]
fn a_list_that_can_not_be_read_is_never_an_all_clear() {
    use gatepost_pass::{
        BundleFiles, Digest, FileRole, ReadAt,
        bundle::{Intake, Versions},
    };
    use std::{cell::Cell, io, rc::Rc};

    /// Storage of which one file rots after the bundle was verified.
    struct Storage<'a>(&'a Region, Rc<Cell<Option<Digest>>>);
    struct Rotting(Vec<u8>, Digest, Rc<Cell<Option<Digest>>>);
    impl BundleFiles for Storage<'_> {
        type Reader = Rotting;
        fn open(&self, digest: &Digest) -> io::Result<Rotting> {
            let bytes = self.0.files.open(digest)?;
            Ok(Rotting(bytes, *digest, self.1.clone()))
        }
    }
    impl ReadAt for Rotting {
        fn length(&self) -> io::Result<u64> {
            self.0.length()
        }
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            if self.2.get() == Some(self.1) {
                return Err(io::ErrorKind::Other.into());
            }
            self.0.read_at(buffer, offset)
        }
    }

    let region = Region {
        // Before the pass: it is not told from the index alone.
        revoked: vec![PassNumber([0; 5])],
        ..Region::default()
    };
    let rotten = Rc::new(Cell::new(None));
    let (manifest, have) = (region.manifest(), Versions::default());
    let files = Storage(&region, rotten.clone());
    let bundle =
        VerifiedBundle::verify(&fixture::root(), &manifest, &files, Intake::New(&have), NOW)
            .unwrap();
    let says = || {
        let code = to_text(&paper(1));
        let verdict = Gate::new().bench(&bundle).code(Some(&code)).verdict;
        (verdict.outcome, verdict.reasons)
    };
    assert_eq!(says(), (Outcome::Admit, vec![Reason::Green]));
    let own: IssuerId = "CN-SD".parse().unwrap();
    for kind in ListKind::ALL {
        match kind {
            ListKind::Status | ListKind::Revocation => {}
            // It is asked by number: see `person_lookup`.
            ListKind::Identity => continue,
        }
        let mut files = bundle.manifest().files.as_slice().iter();
        let file = files.find(|file| file.role == FileRole::List(kind, own));
        rotten.set(Some(file.expect("a list of each kind").digest));
        assert_eq!(says(), check(Reason::ListUnreadable), "{kind:?}");
    }
}

#[test]
fn what_goes_into_the_passage_is_the_pass_and_its_persons() {
    let judged = Gate::new().judge(&to_text(&paper(5)));
    let gatepost_protocol::Seen::Pass {
        number, subjects, ..
    } = judged.seen
    else {
        unreachable!("a verified pass")
    };
    assert_eq!(number, PassNumber([0, 0, 0, 0, 5]));
    assert_eq!(subjects.as_slice(), [SubjectTag([5; 16])]);
}
