//! The demonstration trust list of `demo/regions.tsv`, built and published as an authority would.

use std::fs;

use gatepost_pass::{
    Class, Colour, Digest, Document, DocumentError, IssuerId, KeyId, Kind, Medium, Pass,
    PassNumber, Recognition, SecretKey, Signer, Subject, SubjectTag, Timestamp, VerifiedDocument,
    time::Minute, trust::ColourMap, verify,
};
use serde_json::{Value, json};

use crate::support::{NOW, Region};

const REGIONS: &str = include_str!("../../demo/regions.tsv");

/// A region as the file describes it.
struct DemoRegion {
    code: IssuerId,
    fields: Vec<&'static str>,
}

impl DemoRegion {
    fn all() -> Vec<Self> {
        let lines = REGIONS.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let fields: Vec<_> = line.split('\t').collect();
                assert_eq!(fields.len(), 6, "{line}");
                let code = fields[0].parse().unwrap();
                Self { code, fields }
            })
            .collect()
    }

    /// The region's own pass key, which only this test has.
    fn signer(&self) -> Signer {
        Signer {
            issuer: self.code,
            key: KeyId(1),
            secret: SecretKey::from_seed(&Digest::of(self.fields[0].as_bytes()).0),
        }
    }

    fn words(&self) -> Vec<&'static str> {
        self.fields[3].split(' ').collect()
    }

    /// As it stands in `trust.json`.
    fn entry(&self) -> Value {
        let words = self.words();
        let colour = |here: &str| {
            let map = words.iter().find_map(|word| word.strip_prefix(here));
            map.map_or(here.trim_end_matches('='), |colour| colour)
                .to_owned()
        };
        let recognition = match words[0] {
            "accept" => json!({ "accept": {
                "green": colour("green="), "yellow": colour("yellow="), "red": colour("red="),
            }}),
            "convert" => json!({ "convert": words[1] }),
            _ => json!("refuse"),
        };
        let (from, until) = (self.fields[4], self.fields[5]);
        let key = self.signer().secret.public().to_string();
        json!({
            "id": self.fields[0], "name": self.fields[1], "local-name": self.fields[2],
            "recognition": recognition, "from": from, "until": until,
            "keys": [{
                "id": 1, "key": key, "roles": ["pass", "family-pass"], "from": from, "until": until,
            }],
        })
    }

    fn expected(&self) -> Recognition {
        let words = self.words();
        match words.as_slice() {
            ["accept"] => Recognition::Accept(ColourMap::SAME),
            ["accept", ..] => Recognition::Accept(ColourMap {
                green: Colour::Yellow,
                yellow: Colour::Red,
                red: Colour::Red,
            }),
            ["convert", address] => Recognition::Convert((*address).try_into().unwrap()),
            _ => Recognition::Refuse,
        }
    }
}

fn pass(signer: &Signer) -> Document {
    let subject = Subject {
        tag: SubjectTag([1; 16]),
        name: "王**".try_into().unwrap(),
        last4: (*b"123X").try_into().unwrap(),
        colour: Colour::Green,
        class: Class::Ordinary,
    };
    let claims = Pass {
        number: PassNumber([1; 5]),
        subjects: vec![subject].try_into().unwrap(),
        not_before: Minute::of(NOW),
        not_after: Minute::of(NOW.plus(14 * 24 * 3600)),
        medium: Medium::Paper,
        holder: None,
    };
    Document::from_bytes(&signer.sign(Kind::Pass, &claims)).unwrap()
}

#[test]
fn the_demo_trust_list_recognises_each_of_its_eighteen_regions_in_its_time() {
    let region = Region::new("CN-SD");
    let path = region.path("home/trust.json");
    let mut trust: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let lines = DemoRegion::all();
    assert_eq!(lines.len(), 14 + 4);
    let issuers = trust["issuers"].as_array_mut().unwrap();
    issuers.extend(lines.iter().map(DemoRegion::entry));
    fs::write(&path, trust.to_string()).unwrap();
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let trust = device.0.trust();
    assert_eq!(trust.issuers().count(), 1 + 18);

    for line in &lines {
        let (code, document) = (line.code, pass(&line.signer()));
        let entry = trust.issuer(code).unwrap();
        assert_eq!(entry.recognition, line.expected(), "{code}");
        assert_eq!(entry.name.as_str(), line.fields[1]);
        assert_eq!(entry.local_name.as_str(), line.fields[2]);
        assert!(entry.from <= NOW && NOW < entry.until, "{code}");
        let at = |now: Timestamp| verify(&document, trust, now);
        let is_recognised = |now| match at(now) {
            Ok(VerifiedDocument::Pass(pass)) => pass.issuer().recognition == entry.recognition,
            Err(DocumentError::KeyOutsideValidity { .. }) => false,
            other => panic!("{code}: {other:?}"),
        };
        assert!(entry.recognition == Recognition::Refuse || !is_recognised(entry.from.minus(1)));
        for now in [entry.from, NOW, entry.until.minus(1)] {
            let Ok(VerifiedDocument::Pass(pass)) = at(now) else {
                panic!("{code} at {now}")
            };
            assert_eq!(pass.issuer().id, code);
        }
        assert!(entry.recognition == Recognition::Refuse || !is_recognised(entry.until));
        // No region signs in another's name.
        for other in lines.iter().filter(|other| other.code != code) {
            let forger = Signer {
                issuer: other.code,
                ..line.signer()
            };
            let forged = verify(&pass(&forger), trust, NOW);
            assert_eq!(forged, Err(DocumentError::BadSignature));
        }
    }
}
