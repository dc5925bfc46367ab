//! A person by ID number: every region's answer, and the worst of them.

use gatepost_pass::{
    Colour, Digest, IdNumber, Kind, Listing, Recognition, VerifiedBundle,
    bundle::{FileEntry, FileRole, Intake, Manifest, Versions},
    envelope::{Envelope, MAX_FILE},
    fixture::{self, NOW, Region, SIGNED},
    list::{ListKind, ListPlan},
    trust::ColourMap,
};

use crate::{ListAnswer, ask_about, look_up_person, worst};

const WANG: &str = "11010519491231002X";
const LI: &str = "440524188001010014";
const ZHAO: &str = "H0123456";
const RED: ListAnswer<Listing> = ListAnswer::Found(Listing::Listed(Colour::Red));
const YELLOW: ListAnswer<Listing> = ListAnswer::Found(Listing::Listed(Colour::Yellow));
const NOT_LISTED: ListAnswer<Listing> = ListAnswer::Found(Listing::NotListed);

/// What the neighbour CN-JS lists, and what its colours mean here; our own list.
struct Lists {
    own: Vec<(&'static str, Colour)>,
    neighbour: Vec<(&'static str, Colour)>,
    recognition: Recognition,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            own: vec![(WANG, Colour::Red)],
            neighbour: vec![(LI, Colour::Red), (WANG, Colour::Yellow)],
            recognition: Recognition::Accept(ColourMap::SAME),
        }
    }
}

impl Lists {
    /// The bundle, and what becomes of a file when it is read.
    fn bundle(self) -> VerifiedBundle<Vec<u8>> {
        let signer = fixture::foreign("CN-JS");
        let mut region = Region {
            identities: self.neighbour,
            ..Region::default()
        };
        let mut issuers = region.trust.issuers.as_slice().to_vec();
        let keys = vec![fixture::key_entry(&signer, &[Kind::List])];
        issuers[1].keys = keys.try_into().unwrap();
        issuers[1].recognition = self.recognition;
        region.trust.issuers = issuers.try_into().unwrap();
        let plan = ListPlan {
            version: 1,
            as_of: SIGNED,
            salt: [3; 16],
        };
        let file = region.identity_list(&signer, plan);
        let neighbour = FileEntry {
            role: FileRole::List(ListKind::Identity, signer.issuer),
            digest: Digest::of(&file),
            length: file.len() as u64,
            records: region.identities.len() as u64,
        };
        region.files.0.borrow_mut().insert(neighbour.digest, file);
        region.identities = self.own;
        let bytes = region.manifest();
        let envelope = Envelope::parse_kind(Kind::Manifest, &bytes, MAX_FILE).unwrap();
        let claims: Manifest = envelope.peek().unwrap();
        let mut files = claims.files.as_slice().to_vec();
        files.push(neighbour);
        files.sort_by_key(|entry| entry.role);
        let files = files.try_into().unwrap();
        let manifest = fixture::freshness().sign(Kind::Manifest, &Manifest { files, ..claims });
        let (root, have) = (fixture::root(), Versions::default());
        VerifiedBundle::verify(&root, &manifest, &region.files, Intake::New(&have), NOW).unwrap()
    }
}

fn number(text: &str) -> IdNumber {
    IdNumber::parse(text).unwrap()
}

fn answers(bundle: &VerifiedBundle<Vec<u8>>, text: &str) -> Vec<(String, ListAnswer<Listing>)> {
    let answers = ask_about(&number(text), bundle);
    let answers = answers.iter();
    answers
        .map(|one| (one.issuer.to_string(), one.answer))
        .collect()
}

#[test]
fn every_region_that_sends_its_list_is_asked_and_the_worst_colour_counts() {
    let bundle = Lists::default().bundle();
    let of = |code: &str, answer| (code.to_owned(), answer);
    for (text, own, neighbour, all) in [
        (WANG, RED, YELLOW, RED),
        (LI, NOT_LISTED, RED, RED),
        (ZHAO, NOT_LISTED, NOT_LISTED, NOT_LISTED),
    ] {
        let mut said = answers(&bundle, text);
        said.sort_by(|a, b| b.0.cmp(&a.0));
        assert_eq!(said, [of("CN-SD", own), of("CN-JS", neighbour)]);
        assert_eq!(look_up_person(&number(text), &bundle), all);
    }
}

#[test]
fn a_neighbours_colour_counts_as_its_passes_colours_do() {
    let map = ColourMap {
        green: Colour::Green,
        yellow: Colour::Green,
        red: Colour::Yellow,
    };
    let bundle = Lists {
        own: vec![(ZHAO, Colour::Red)],
        recognition: Recognition::Accept(map),
        ..Lists::default()
    }
    .bundle();
    assert_eq!(look_up_person(&number(LI), &bundle), YELLOW);
    assert_eq!(look_up_person(&number(WANG), &bundle), NOT_LISTED);
    assert_eq!(look_up_person(&number(ZHAO), &bundle), RED);

    for recognition in [
        Recognition::Convert("https://pass.example".try_into().unwrap()),
        Recognition::Refuse,
    ] {
        let bundle = Lists {
            recognition,
            ..Lists::default()
        }
        .bundle();
        assert_eq!(look_up_person(&number(LI), &bundle), RED);
    }
}

#[test]
fn without_the_own_list_nobody_is_said_to_be_on_none() {
    let bundle = Lists {
        own: Vec::new(),
        ..Lists::default()
    }
    .bundle();
    assert_eq!(look_up_person(&number(LI), &bundle), RED);
    assert_eq!(look_up_person(&number(ZHAO), &bundle), ListAnswer::NoList);
    let none = Region::default().verified();
    assert_eq!(look_up_person(&number(WANG), &none), ListAnswer::NoList);
}

#[test]
fn a_list_that_can_not_be_read_is_no_all_clear_and_hides_no_red() {
    let issuer = fixture::issuer("CN-SD");
    let of = |answers: &[ListAnswer<Listing>]| {
        let answers: Vec<_> = answers
            .iter()
            .map(|answer| super::super::PersonAnswer {
                issuer,
                answer: *answer,
            })
            .collect();
        worst(&answers)
    };
    let unreadable = ListAnswer::Unreadable;
    assert_eq!(of(&[NOT_LISTED, unreadable]), unreadable);
    assert_eq!(of(&[unreadable, YELLOW]), unreadable);
    assert_eq!(of(&[unreadable, RED]), RED);
    assert_eq!(of(&[YELLOW, ListAnswer::NoList]), YELLOW);
    assert_eq!(of(&[]), ListAnswer::NoList);
}
