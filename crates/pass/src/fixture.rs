//! A small region for tests and benchmarks, signed with the published keys of `keys/test`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "test support: a panic here fails a test"
)]

use std::{cell::RefCell, collections::BTreeMap, fs, io, path::Path};

use crate::{
    badge::{Badge, BadgeRole},
    bundle::{
        AuditHead, BundleFiles, FileEntry, FileRole, Intake, Manifest, VerifiedBundle, Versions,
    },
    claims::{Class, Holder, Medium, Pass, Subject},
    colour::Colour,
    digest::Digest,
    id_number::IdNumber,
    ids::{IssuerId, KeyId, PassNumber, SubjectTag},
    key::SecretKey,
    kind::Kind,
    list::{ListKind, ListPlan, write_identity, write_revocation, write_status},
    policy::{Overridable, PlaceRules, Policy, TracingKey, WithoutCode},
    signer::Signer,
    time::{Minute, Timestamp},
    trust::{
        ColourMap, Floors, IssuerEntry, KeyEntry, Recognition, Roles, Root, RootClaims, TrustList,
        TrustListClaims, sign_with_roots,
    },
};

mod rules;

pub use rules::*;

/// 2026-11-01T00:00:00Z: when everything here was signed.
pub const SIGNED: Timestamp = Timestamp(1_793_491_200);
/// An hour later: when everything here is used.
pub const NOW: Timestamp = SIGNED.plus(3600);
pub const DAY: u64 = 24 * 3600;

macro_rules! published {
    ($($name:ident $file:literal),* $(,)?) => {
        $(pub fn $name() -> Signer {
            include_str!(concat!("../../../keys/test/", $file, ".key")).parse().unwrap()
        })*
    };
}
published!(
    root_1 "root-1", root_2 "root-2", root_3 "root-3", documents "documents", lists "lists",
    freshness "freshness", policy_key "policy", hub "hub", devices "devices", wipe "wipe",
);

pub fn issuer(code: &str) -> IssuerId {
    code.parse().unwrap()
}

/// A key of another region, which signs everything there.
pub fn foreign(code: &str) -> Signer {
    let seed = Digest::of(code.as_bytes()).0;
    Signer {
        issuer: issuer(code),
        key: KeyId(1),
        secret: SecretKey::from_seed(&seed),
    }
}

pub fn root_bytes() -> Vec<u8> {
    let keys = vec![
        root_1().secret.public(),
        root_2().secret.public(),
        root_3().secret.public(),
    ];
    let claims = RootClaims {
        version: 1,
        threshold: 2,
        keys: keys.try_into().unwrap(),
        expires: SIGNED.plus(100 * 365 * DAY),
    };
    sign_with_roots(Kind::Root, &claims, &[&root_1().secret, &root_2().secret])
}

pub fn root() -> Root {
    Root::pin(&root_bytes()).unwrap()
}

pub fn key_entry(signer: &Signer, kinds: &[Kind]) -> KeyEntry {
    KeyEntry {
        id: signer.key,
        key: signer.secret.public(),
        roles: Roles::of(kinds),
        from: SIGNED.minus(DAY),
        until: SIGNED.plus(400 * DAY),
    }
}

pub fn entry(code: &str, recognition: Recognition, keys: Vec<KeyEntry>) -> IssuerEntry {
    IssuerEntry {
        id: issuer(code),
        name: code.try_into().unwrap(),
        local_name: code.try_into().unwrap(),
        recognition,
        from: SIGNED.minus(DAY),
        until: SIGNED.plus(400 * DAY),
        keys: keys.try_into().unwrap(),
    }
}

/// Own region CN-SD; CN-JS is accepted, CN-BJ converts, CN-HB is refused.
pub fn trust_claims() -> TrustListClaims {
    let passes = [Kind::Pass, Kind::FamilyPass];
    let own = vec![
        key_entry(
            &documents(),
            &[
                Kind::Pass,
                Kind::FamilyPass,
                Kind::PlaceCode,
                Kind::Badge,
                Kind::Enrolment,
            ],
        ),
        key_entry(&lists(), &[Kind::List]),
        key_entry(&freshness(), &[Kind::Manifest]),
        key_entry(&hub(), &[Kind::Receipt, Kind::TimeAnswer]),
        key_entry(&devices(), &[Kind::DeviceCertificate]),
        key_entry(&policy_key(), &[Kind::Policy]),
        key_entry(&wipe(), &[Kind::WipeOrder]),
    ];
    let convert = Recognition::Convert("https://pass.example/convert".try_into().unwrap());
    let other =
        |code, recognition| entry(code, recognition, vec![key_entry(&foreign(code), &passes)]);
    let issuers = vec![
        entry("CN-SD", Recognition::Own, own),
        other("CN-JS", Recognition::Accept(ColourMap::SAME)),
        other("CN-BJ", convert),
        other("CN-HB", Recognition::Refuse),
    ];
    TrustListClaims {
        version: 1,
        issued_at: SIGNED,
        expires: SIGNED.plus(400 * DAY),
        floors: floors(),
        issuers: issuers.try_into().unwrap(),
    }
}

/// The loosest that [`policy`] may become; tests that need tighter ones set them.
pub fn floors() -> Floors {
    Floors {
        tracing_keys: vec![policy().tracing_key].try_into().unwrap(),
        without_code: WithoutCode::Admit,
        live_window: 900,
        max_validity_days: 366,
        fresh_hours: 24,
        hard_hours: 7 * 24,
        overridable: Overridable::ALL.into(),
    }
}

pub fn trust_bytes(claims: &TrustListClaims) -> Vec<u8> {
    sign_with_roots(
        Kind::TrustList,
        claims,
        &[&root_1().secret, &root_2().secret],
    )
}

pub fn trust() -> TrustList {
    trust_with(|_| {})
}

/// [`trust_claims`], after a change to its issuers: CN-SD, CN-JS, CN-BJ, CN-HB, in this order.
pub fn trust_claims_with(change: impl FnOnce(&mut Vec<IssuerEntry>)) -> TrustListClaims {
    let mut claims = trust_claims();
    let mut issuers = claims.issuers.as_slice().to_vec();
    change(&mut issuers);
    claims.issuers = issuers.try_into().unwrap();
    claims
}

/// [`trust`], after a change to its issuers.
pub fn trust_with(change: impl FnOnce(&mut Vec<IssuerEntry>)) -> TrustList {
    TrustList::verify(&root(), &trust_bytes(&trust_claims_with(change))).unwrap()
}

/// Changes the keys of an issuer.
pub fn change_keys(issuer: &mut IssuerEntry, change: impl FnOnce(&mut Vec<KeyEntry>)) {
    let mut keys = issuer.keys.as_slice().to_vec();
    change(&mut keys);
    issuer.keys = keys.try_into().unwrap();
}

/// [`trust_claims`] with issuers and keys that never end, for programs that read the real clock.
pub fn lasting_trust_claims() -> TrustListClaims {
    const ALWAYS: (Timestamp, Timestamp) = (Timestamp(0), Timestamp(u64::MAX));
    let mut claims = trust_claims_with(|issuers| {
        for issuer in issuers {
            (issuer.from, issuer.until) = ALWAYS;
            change_keys(issuer, |keys| {
                for key in keys {
                    (key.from, key.until) = ALWAYS;
                }
            });
        }
    });
    claims.expires = Timestamp(u64::MAX);
    claims
}

/// The names of all values of an enum whose codes on the wire are 0, 1, 2 in this order.
pub fn names_by_code<T: Copy + serde::Serialize>(
    all: &[T],
    name: fn(T) -> &'static str,
) -> Vec<&'static str> {
    let coded = (0..).zip(all).map(|(code, value)| {
        assert_eq!(crate::encode(value), [code], "the code of {}", name(*value));
        name(*value)
    });
    coded.collect()
}

pub fn subject(n: u8) -> Subject {
    Subject {
        tag: SubjectTag([n; 16]),
        name: "王**".try_into().unwrap(),
        last4: (*b"123X").try_into().unwrap(),
        colour: Colour::Green,
        class: Class::Ordinary,
    }
}

pub fn paper_pass(n: u8) -> Pass {
    Pass {
        number: PassNumber([0, 0, 0, 0, n]),
        subjects: vec![subject(n)].try_into().unwrap(),
        not_before: Minute::of(SIGNED),
        not_after: Minute::of(SIGNED.plus(14 * DAY)),
        medium: Medium::Paper,
        holder: None,
    }
}

pub fn holder() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

pub fn phone_pass(n: u8) -> Pass {
    Pass {
        medium: Medium::Phone,
        holder: Some(Holder(holder().public())),
        ..paper_pass(n)
    }
}

pub fn family_pass(n: u8) -> Pass {
    let subjects = (0..6)
        .map(|i| subject(n.wrapping_add(i)))
        .collect::<Vec<_>>();
    Pass {
        subjects: subjects.try_into().unwrap(),
        ..paper_pass(n)
    }
}

/// The badge of a guard, or of a supervisor, without a PIN, valid everywhere.
pub fn badge(n: u8, role: BadgeRole) -> Badge {
    Badge {
        id: format!("staff-{n}").try_into().unwrap(),
        name: "李*".try_into().unwrap(),
        not_after: Minute::of(SIGNED.plus(30 * DAY)),
        number: PassNumber([0xb, 0, 0, 0, n]),
        role,
        sites: Default::default(),
        pin: None,
    }
}

/// A bundle in memory; change a part, then [`Self::manifest`].
pub struct Region {
    pub version: u64,
    pub issued_at: Timestamp,
    /// How much older the lists are than the manifest, in seconds.
    pub list_age: i64,
    pub trust: TrustListClaims,
    pub policy: Policy,
    pub listed: Vec<(SubjectTag, Colour)>,
    pub revoked: Vec<PassNumber>,
    /// By ID number; a region that lists nobody that way has no such list.
    pub identities: Vec<(&'static str, Colour)>,
    /// The file of PINs, in a region whose badges have some.
    pub pins: Option<Vec<u8>>,
    /// Lists of others that come along.
    pub neighbours: Vec<Neighbour>,
    pub files: Memory,
}

/// What another region lists, signed by its own key, which the trust list must let sign lists.
pub struct Neighbour {
    pub signer: Signer,
    pub listed: Vec<(SubjectTag, Colour)>,
    pub revoked: Vec<PassNumber>,
}

#[derive(Default)]
pub struct Memory(pub RefCell<BTreeMap<Digest, Vec<u8>>>);

impl BundleFiles for Memory {
    type Reader = Vec<u8>;

    fn open(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        self.0
            .borrow()
            .get(digest)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Default for Region {
    fn default() -> Self {
        Self {
            version: 1,
            issued_at: SIGNED,
            list_age: 0,
            trust: trust_claims(),
            policy: policy(),
            listed: vec![
                (SubjectTag([101; 16]), Colour::Yellow),
                (SubjectTag([102; 16]), Colour::Red),
            ],
            revoked: vec![PassNumber([0, 0, 0, 0, 103])],
            identities: Vec::new(),
            pins: None,
            neighbours: Vec::new(),
            files: Memory::default(),
        }
    }
}

impl Region {
    fn add(&self, role: FileRole, bytes: Vec<u8>, records: usize) -> FileEntry {
        let digest = Digest::of(&bytes);
        let length = bytes.len() as u64;
        self.files.0.borrow_mut().insert(digest, bytes);
        FileEntry {
            role,
            digest,
            length,
            records: records as u64,
        }
    }

    /// Changes the rules of every class of place, at all times.
    pub fn rules(&mut self, change: impl Fn(&mut PlaceRules)) {
        let classes = self.policy.places.values_mut();
        classes
            .flat_map(|class| class.rules.values_mut())
            .for_each(change);
    }

    /// Passages are sealed to this key, as the roots allow.
    pub fn seal_to(&mut self, key: TracingKey) {
        self.policy.tracing_key = key;
        self.trust.floors.tracing_keys = vec![key].try_into().unwrap();
    }

    /// Writes all files and the manifest that names them.
    pub fn manifest(&self) -> Vec<u8> {
        let plan = ListPlan {
            version: self.version,
            as_of: Timestamp(self.issued_at.0.saturating_add_signed(-self.list_age)),
            salt: [3; 16],
        };
        let status = write_status(&lists(), plan, self.listed.clone(), []).unwrap();
        let revoked = write_revocation(&lists(), plan, self.revoked.clone()).unwrap();
        let own = issuer("CN-SD");
        let policy = policy_key().sign(Kind::Policy, &self.policy);
        let mut files = vec![
            self.add(FileRole::TrustList, trust_bytes(&self.trust), 0),
            self.add(FileRole::Policy, policy, 0),
            self.add(
                FileRole::List(ListKind::Status, own),
                status,
                self.listed.len(),
            ),
            self.add(
                FileRole::List(ListKind::Revocation, own),
                revoked,
                self.revoked.len(),
            ),
        ];
        let pins = self.pins.clone();
        files.extend(pins.map(|pins| self.add(FileRole::Pins, pins, 0)));
        if !self.identities.is_empty() {
            let role = FileRole::List(ListKind::Identity, own);
            files.push(self.add(
                role,
                self.identity_list(&lists(), plan),
                self.identities.len(),
            ));
        }
        for Neighbour {
            signer,
            listed,
            revoked,
        } in &self.neighbours
        {
            let status = write_status(signer, plan, listed.clone(), []).unwrap();
            let revocation = write_revocation(signer, plan, revoked.clone()).unwrap();
            for (kind, bytes, records) in [
                (ListKind::Status, status, listed.len()),
                (ListKind::Revocation, revocation, revoked.len()),
            ] {
                let role = FileRole::List(kind, signer.issuer);
                files.push(self.add(role, bytes, records));
            }
        }
        files.sort_by_key(|entry| entry.role);
        self.manifest_of(files)
    }

    /// A manifest that names these files, signed by the region's key for freshness.
    pub fn manifest_of(&self, files: Vec<FileEntry>) -> Vec<u8> {
        let manifest = Manifest {
            version: self.version,
            issued_at: self.issued_at,
            fresh_until: self.issued_at.plus(DAY),
            hard_expiry: self.issued_at.plus(7 * DAY),
            audit: AuditHead::default(),
            files: files.try_into().unwrap(),
        };
        freshness().sign(Kind::Manifest, &manifest)
    }

    /// Writes manifest and files into a folder, as `publish` does.
    pub fn write_to(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("manifest"), self.manifest()).unwrap();
        for (digest, bytes) in self.files.0.borrow().iter() {
            fs::write(folder.join(digest.to_string()), bytes).unwrap();
        }
    }

    /// The list by ID number, signed by anyone.
    pub fn identity_list(&self, signer: &Signer, plan: ListPlan) -> Vec<u8> {
        let listed = self.identities.iter();
        let listed: Vec<_> = listed
            .map(|(number, colour)| (IdNumber::parse(number).unwrap(), *colour))
            .collect();
        let listed = listed.iter().map(|(number, colour)| (number, *colour));
        write_identity(signer, plan, listed).unwrap()
    }

    /// The whole, checked as new.
    pub fn verified(&self) -> VerifiedBundle<Vec<u8>> {
        let intake = Versions::default();
        let manifest = self.manifest();
        VerifiedBundle::verify(&root(), &manifest, &self.files, Intake::New(&intake), NOW).unwrap()
    }
}

/// Numbers that are the same in every run, so that a failure can be looked at (SplitMix64: Steele,
/// Lea, Flood, OOPSLA 2014).
#[derive(Clone, Copy, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// Any number.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 for an end of 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.throw() % end.max(1)
    }

    /// An index into something of this length; 0 where it is empty.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }
}
