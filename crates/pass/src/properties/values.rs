//! Any value of each kind of claims.

use std::{collections::BTreeSet, ops::RangeInclusive};

use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::{select, subsequence},
};

use crate::{
    BoundedMap, Class, Colour, Digest, HubAddress, HubPin, IssuerId, KebabName, KeyId, Kind,
    Manifest, Medium, OneTimeSecret, Pass, PassNumber, Place, Policy, PublicKey, Recognition,
    SecretKey, Subject, SubjectTag, Text, Timestamp,
    badge::{Badge, BadgeRole, PinDigest, Site},
    bundle::{AuditHead, FileEntry, FileRole, SignedVersion},
    claims::{EnrolmentCode, Holder, Last4},
    list::{ListHead, ListKind},
    policy::{
        Area, HelpDesk, IdentityRule, Overridable, PassBack, PlaceClass, PlaceName, PlaceRules,
        Risk, TracingKey, Way, WhenExpired, WhenLogFull, WithoutCode,
    },
    time::Minute,
    trust::{ColourMap, Floors, IssuerEntry, KeyEntry, Roles, RootClaims, TrustListClaims},
    visible,
};

pub(super) fn time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

pub(super) fn colour() -> impl Strategy<Value = Colour> {
    select(vec![Colour::Green, Colour::Yellow, Colour::Red])
}

pub(super) fn pass(subjects: RangeInclusive<usize>) -> impl Strategy<Value = Pass> {
    // Tags differ by their first byte.
    let subjects = vec(subject(), subjects).prop_map(|mut subjects| {
        for (n, subject) in (0..).zip(&mut subjects) {
            subject.tag.0[0] = n;
        }
        subjects.try_into().unwrap()
    });
    (
        any::<[u8; 5]>(),
        subjects,
        any::<(u32, u32)>(),
        select(vec![Medium::Phone, Medium::Paper]),
        option::of(key()),
    )
        .prop_map(|(number, subjects, (from, until), medium, holder)| Pass {
            number: PassNumber(number),
            subjects,
            not_before: Minute(from),
            not_after: Minute(until),
            medium,
            holder: holder.map(Holder),
        })
}

pub(super) fn place() -> impl Strategy<Value = Place> {
    let kebabs = (option::of(kebab()), option::of(kebab()));
    (text(), text(), minute(), any::<bool>(), kebabs).prop_map(
        |(id, name, not_after, fixed, (class, area))| Place {
            id,
            name,
            not_after,
            fixed,
            class,
            area,
        },
    )
}

fn kebab() -> impl Strategy<Value = KebabName> {
    "[a-z0-9-]{1,24}".prop_map(|name| name.parse().unwrap())
}

pub(super) fn badge() -> impl Strategy<Value = Badge> {
    let site = (any::<bool>(), text()).prop_map(|(one, id)| match one {
        true => Site::Place(id),
        false => Site::Prefix(id),
    });
    let sites = vec(site, 0..=4).prop_map(|sites| sites.try_into().unwrap());
    let role = select(vec![BadgeRole::Guard, BadgeRole::Supervisor]);
    let rights = (any::<[u8; 5]>(), role, sites, any::<Option<[u8; 16]>>());
    (text(), text(), minute(), rights).prop_map(|(id, name, not_after, rights)| Badge {
        id,
        name,
        not_after,
        number: PassNumber(rights.0),
        role: rights.1,
        sites: rights.2,
        pin: rights.3.map(PinDigest),
    })
}

fn hub_address() -> impl Strategy<Value = HubAddress> {
    "https?://[a-z0-9]{1,20}(\\.[a-z0-9]{1,20}){0,3}(:[1-9][0-9]{0,3})?"
        .prop_map(|address| address.parse().unwrap())
}

pub(super) fn enrolment() -> impl Strategy<Value = EnrolmentCode> {
    let pins = vec(any::<[u8; 32]>().prop_map(HubPin), 0..=4);
    let secret = option::of(any::<[u8; 16]>().prop_map(OneTimeSecret));
    let hub = option::of(hub_address());
    (digest(), hub, minute(), pins, secret).prop_map(|(root, hub, not_after, pins, secret)| {
        EnrolmentCode {
            root,
            hub,
            not_after,
            hub_pins: pins.try_into().unwrap(),
            secret,
        }
    })
}

pub(super) fn root() -> impl Strategy<Value = RootClaims> {
    let keys = vec(key(), 1..=16).prop_map(|keys| keys.try_into().unwrap());
    (any::<u32>(), any::<u8>(), keys, time()).prop_map(|(version, threshold, keys, expires)| {
        RootClaims {
            version,
            threshold,
            keys,
            expires,
        }
    })
}

pub(super) fn trust_list() -> impl Strategy<Value = TrustListClaims> {
    let issuers = vec(issuer_entry(), 1..8).prop_map(|issuers| issuers.try_into().unwrap());
    (any::<u64>(), (time(), time()), floors(), issuers).prop_map(
        |(version, (issued_at, expires), floors, issuers)| TrustListClaims {
            version,
            issued_at,
            expires,
            floors,
            issuers,
        },
    )
}

fn floors() -> impl Strategy<Value = Floors> {
    let keys = vec(tracing_key(), 1..=8).prop_map(|keys| keys.try_into().unwrap());
    let numbers = any::<(u16, u16, u16, u16, u16)>();
    (keys, without_code(), at_worst(), numbers, overridable()).prop_map(
        |(tracing_keys, without_code, at_worst, numbers, overridable)| Floors {
            tracing_keys,
            without_code,
            live_window: numbers.0,
            max_validity_days: numbers.1,
            upload_minutes: numbers.4,
            when_expired: at_worst.0,
            when_log_full: at_worst.1,
            fresh_hours: numbers.2,
            hard_hours: numbers.3,
            overridable,
        },
    )
}

fn at_worst() -> impl Strategy<Value = (WhenExpired, WhenLogFull)> {
    (
        select(vec![WhenExpired::Refuse, WhenExpired::Check]),
        select(vec![WhenLogFull::Stop, WhenLogFull::ScanWithoutLog]),
    )
}

fn tracing_key() -> impl Strategy<Value = TracingKey> {
    any::<(u16, [u8; 32])>().prop_map(|(id, key)| TracingKey { id, key })
}

fn without_code() -> impl Strategy<Value = WithoutCode> {
    select(vec![
        WithoutCode::Admit,
        WithoutCode::Supervisor,
        WithoutCode::Never,
    ])
}

fn overridable() -> impl Strategy<Value = BTreeSet<Overridable>> {
    subsequence(Overridable::ALL.to_vec(), 0..=Overridable::ALL.len())
        .prop_map(|set| set.into_iter().collect())
}

pub(super) fn signed_version() -> impl Strategy<Value = SignedVersion> {
    (any::<u64>(), key()).prop_map(|(number, key)| SignedVersion { number, key })
}

pub(super) fn manifest() -> impl Strategy<Value = Manifest> {
    let file = (role(), digest(), any::<u64>(), any::<u64>()).prop_map(
        |(role, digest, length, records)| FileEntry {
            role,
            digest,
            length,
            records,
        },
    );
    let files = vec(file, 1..20).prop_map(|files| files.try_into().unwrap());
    let audit = any::<(u64, [u8; 32])>().prop_map(|(entries, head)| AuditHead { entries, head });
    (any::<u64>(), time(), time(), time(), audit, files).prop_map(
        |(version, issued_at, fresh_until, hard_expiry, audit, files)| Manifest {
            version,
            issued_at,
            fresh_until,
            hard_expiry,
            audit,
            files,
        },
    )
}

pub(super) fn place_rules() -> impl Strategy<Value = PlaceRules> {
    let identity = select(vec![
        IdentityRule::Nobody,
        IdentityRule::SpecialClasses,
        IdentityRule::Everyone,
    ]);
    let pass_back = (any::<u8>(), select(vec![PassBack::Warn, PassBack::Check]));
    let ways = subsequence(Way::ALL.to_vec(), 0..=Way::ALL.len());
    let flags = any::<[bool; 3]>();
    (
        flags,
        identity,
        pass_back,
        without_code(),
        overridable(),
        ways,
    )
        .prop_map(
            |(flags, identity, pass_back, without_code, overridable, ways)| PlaceRules {
                special_place: flags[0],
                temperature: flags[1],
                questionnaire: flags[2],
                identity,
                pass_back_minutes: pass_back.0,
                pass_back: pass_back.1,
                without_code,
                overridable,
                ways: ways.into_iter().collect(),
            },
        )
}

fn place_name() -> impl Strategy<Value = PlaceName> {
    (text(), text()).prop_map(|(name, local_name)| PlaceName { name, local_name })
}

/// A map of some of these, at least one.
fn map<K: Ord + std::fmt::Debug, V: std::fmt::Debug, const MIN: usize, const MAX: usize>(
    key: impl Strategy<Value = K>,
    value: impl Strategy<Value = V>,
    most: usize,
) -> impl Strategy<Value = BoundedMap<K, V, MIN, MAX>> {
    btree_map(key, value, 1..=most).prop_map(|entries| entries.try_into().unwrap())
}

fn place_class() -> impl Strategy<Value = PlaceClass> {
    (place_name(), map(minute(), place_rules(), 3))
        .prop_map(|(name, rules)| PlaceClass { name, rules })
}

fn area() -> impl Strategy<Value = Area> {
    let risk = select(Risk::ALL.to_vec());
    (place_name(), map(minute(), risk, 3)).prop_map(|(name, risks)| Area { name, risks })
}

pub(super) fn policy() -> impl Strategy<Value = Policy> {
    let rules = at_worst();
    let numbers = any::<(u16, u16, u16, [u8; 3], u16, i16)>();
    let desk = (text(), text()).prop_map(|(area, phone)| HelpDesk { area, phone });
    let rest = (
        vec(desk, 0..=16).prop_map(|desks| desks.try_into().unwrap()),
        vec(text(), 0..=6).prop_map(|questions| questions.try_into().unwrap()),
        option::of(text()),
        map(kebab(), place_class(), 4),
        map(kebab(), area(), 4),
    );
    (
        any::<u64>(),
        text(),
        text(),
        rules,
        numbers,
        tracing_key(),
        rest,
    )
        .prop_map(
            |(version, name, help, rules, numbers, tracing_key, rest)| Policy {
                version,
                name,
                max_validity_days: numbers.0,
                live_window: numbers.1,
                when_expired: rules.0,
                when_log_full: rules.1,
                show_seconds: numbers.3,
                retention_hours: numbers.4,
                utc_offset_minutes: numbers.5,
                help,
                tracing_key,
                desks: rest.0,
                questions: rest.1,
                declare: rest.2,
                upload_minutes: numbers.2,
                places: rest.3,
                areas: rest.4,
            },
        )
}

pub(super) fn head() -> impl Strategy<Value = ListHead> {
    let numbers = any::<(u64, u64, u32, u8, ([u8; 16], u8))>();
    (list_kind(), numbers, time(), digest()).prop_map(
        |(kind, (version, count, pages, key_bits, (salt, hash)), as_of, root)| ListHead {
            kind,
            key_bits,
            version,
            as_of,
            salt,
            hash,
            count,
            pages,
            root,
        },
    )
}

pub(super) fn role_of_list() -> impl Strategy<Value = (ListKind, IssuerId)> {
    (list_kind(), issuer())
}

fn subject() -> impl Strategy<Value = Subject> {
    let class = prop_oneof![Just(Class::Ordinary), any::<u8>().prop_map(Class::Special)];
    let last4 = "[0-9A-Z]{4}".prop_map(|text| {
        let bytes: [u8; 4] = text.as_bytes().try_into().unwrap();
        Last4::try_from(bytes).unwrap()
    });
    (any::<[u8; 16]>(), text(), last4, colour(), class).prop_map(
        |(tag, name, last4, colour, class)| Subject {
            tag: SubjectTag(tag),
            name,
            last4,
            colour,
            class,
        },
    )
}

fn issuer_entry() -> impl Strategy<Value = IssuerEntry> {
    let map = (colour(), colour(), colour()).prop_map(|(green, yellow, red)| ColourMap {
        green,
        yellow,
        red,
    });
    let recognition = prop_oneof![
        Just(Recognition::Own),
        Just(Recognition::Refuse),
        map.prop_map(Recognition::Accept),
        text().prop_map(Recognition::Convert),
    ];
    let kinds = select(vec![Kind::Pass, Kind::List, Kind::Manifest, Kind::Receipt]);
    let key = (any::<u16>(), key(), vec(kinds, 0..3), time(), time()).prop_map(
        |(id, key, kinds, from, until)| KeyEntry {
            id: KeyId(id),
            key,
            roles: Roles::of(&kinds),
            from,
            until,
        },
    );
    let keys = vec(key, 0..4).prop_map(|keys| keys.try_into().unwrap());
    (issuer(), text(), text(), recognition, time(), time(), keys).prop_map(
        |(id, name, local_name, recognition, from, until, keys)| IssuerEntry {
            id,
            name,
            local_name,
            recognition,
            from,
            until,
            keys,
        },
    )
}

fn role() -> impl Strategy<Value = FileRole> {
    prop_oneof![
        any::<u32>().prop_map(FileRole::Root),
        Just(FileRole::TrustList),
        Just(FileRole::Policy),
        Just(FileRole::Pins),
        role_of_list().prop_map(|(kind, issuer)| FileRole::List(kind, issuer)),
        (list_kind(), issuer(), any::<u64>()).prop_map(|(kind, issuer, from_version)| {
            FileRole::Delta {
                kind,
                issuer,
                from_version,
            }
        }),
    ]
}

fn list_kind() -> impl Strategy<Value = ListKind> {
    select(ListKind::ALL.to_vec())
}

fn issuer() -> impl Strategy<Value = IssuerId> {
    "[A-Z0-9-]{2,8}".prop_map(|text| text.parse().unwrap())
}

fn key() -> impl Strategy<Value = PublicKey> {
    any::<[u8; 32]>().prop_map(|seed| SecretKey::from_seed(&seed).public())
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn minute() -> impl Strategy<Value = Minute> {
    any::<u32>().prop_map(Minute)
}

/// Any characters but control characters, cut to the limit of the type.
fn text<const MAX: usize>() -> impl Strategy<Value = Text<MAX>> {
    vec(any::<char>(), 0..=MAX).prop_map(|characters| {
        let mut text = String::new();
        let is_seen = |c: &char| visible::first_hidden(c.encode_utf8(&mut [0; 4])).is_none();
        for character in characters.into_iter().filter(is_seen) {
            if text.len() + character.len_utf8() <= MAX {
                text.push(character);
            }
        }
        text.try_into().unwrap()
    })
}
