//! What the roots hold fast, against whoever has the keys below them; and the ends of both.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    attacks::{claims, second},
    *,
};
use crate::{
    Freshness, Manifest, Policy, Root,
    policy::{Overridable, PlaceRules, TracingKey, WhenExpired, WhenLogFull, WithoutCode},
    time::Minute,
    trust::{Due, Floors, sign_with_roots},
};

/// What a thief does to the policy.
type Loosen<'a> = &'a dyn Fn(&mut Policy);

/// Floors that just hold the fixture's policy.
fn tight() -> Floors {
    Floors {
        without_code: WithoutCode::Supervisor,
        live_window: 90,
        max_validity_days: 14,
        upload_minutes: 15,
        when_expired: WhenExpired::Refuse,
        when_log_full: WhenLogFull::Stop,
        overridable: BTreeSet::new(),
        ..fixture::floors()
    }
}

fn under(floors: Floors) -> Region {
    let mut region = Region::default();
    region.trust.floors = floors;
    region
}

fn looser(region: &Region, manifest: &[u8]) -> &'static str {
    match verify_new(manifest, &region.files, &Versions::default(), NOW) {
        Err(BundleError::Looser(rule)) => rule,
        other => panic!("{other:?}"),
    }
}

/// Every one of these was taken in while the policy was nothing but a file that the key signs.
#[test]
fn the_policy_and_freshness_keys_together_loosen_nothing_that_the_roots_hold() {
    let to_the_thief = TracingKey {
        id: 1,
        key: [66; 32],
    };
    let loosened: [(&str, Loosen<'_>); 8] = [
        ("tracing key", &|policy| policy.tracing_key = to_the_thief),
        ("live window", &|policy| policy.live_window = 91),
        ("longest validity", &|policy| policy.max_validity_days = 15),
        ("time between uploads", &|policy| policy.upload_minutes = 14),
        ("when-expired", &|policy| {
            policy.when_expired = WhenExpired::Check;
        }),
        ("when-log-full", &|policy| {
            policy.when_log_full = WhenLogFull::ScanWithoutLog;
        }),
        ("offset from UTC", &|policy| policy.utc_offset_minutes = 841),
        ("offset from UTC", &|policy| {
            policy.utc_offset_minutes = i16::MIN;
        }),
    ];
    for (rule, loosen) in loosened {
        let mut region = under(tight());
        loosen(&mut region.policy);
        assert_eq!(looser(&region, &region.manifest()), rule);
    }
    // The tracing key is the whole of it: a known number with another key is another key.
    under(tight()).verified();
}

/// Each was taken in while only the first set of rules was looked at.
#[test]
fn the_floors_hold_in_each_class_of_place_and_in_each_dated_set() {
    let by_hand = PlaceRules {
        without_code: WithoutCode::Admit,
        ..fixture::place_rules()
    };
    let by_badge = PlaceRules {
        overridable: [Overridable::LiveCodeNeeded].into(),
        ..fixture::place_rules()
    };
    let gate = |later: PlaceRules| {
        let rules = [
            (Minute(0), fixture::place_rules()),
            (Minute::of(NOW.plus(30 * DAY)), later),
        ];
        BTreeMap::from([(fixture::kebab("gate"), fixture::place_class("Gate", rules))])
    };
    for (rule, loose) in [
        ("without-code", by_hand),
        ("what a supervisor may allow", by_badge),
    ] {
        let mut region = under(tight());
        region.policy.places = fixture::at_all_times([
            ("gate", fixture::place_rules()),
            ("hospital", fixture::place_rules()),
            ("street", loose.clone()),
        ]);
        assert_eq!(looser(&region, &region.manifest()), rule);
        region.policy.places = gate(loose).try_into().unwrap();
        assert_eq!(looser(&region, &region.manifest()), rule, "dated");
    }
}

#[test]
fn the_freshness_key_makes_no_manifest_last_longer_than_the_roots_allow() {
    let region = under(tight());
    let honest = claims(&region);
    let (fresh, usable) = (honest.fresh_until.plus(1), honest.hard_expiry.plus(1));
    for (rule, manifest) in [
        (
            "fresh time",
            Manifest {
                fresh_until: fresh,
                ..honest.clone()
            },
        ),
        (
            "usable time",
            Manifest {
                hard_expiry: usable,
                ..honest.clone()
            },
        ),
        (
            "fresh time",
            Manifest {
                fresh_until: Timestamp(u64::MAX),
                hard_expiry: Timestamp(u64::MAX),
                ..honest
            },
        ),
    ] {
        let manifest = fixture::freshness().sign(Kind::Manifest, &manifest);
        assert_eq!(looser(&region, &manifest), rule);
    }
}

#[test]
fn a_policy_at_its_floors_and_a_stricter_one_are_taken_in() {
    under(tight()).verified();
    let mut stricter = under(Floors {
        overridable: [Overridable::Yellow, Overridable::Expired].into(),
        ..tight()
    });
    stricter.rules(|rules| {
        rules.without_code = WithoutCode::Never;
        rules.overridable = [Overridable::Yellow].into();
    });
    stricter.policy.live_window = 30;
    stricter.policy.max_validity_days = 7;
    stricter.verified();
}

#[test]
fn a_tracing_key_that_the_roots_named_in_time_may_take_over() {
    let next = TracingKey {
        id: 2,
        key: [10; 32],
    };
    let mut region = under(tight());
    let keys = vec![region.policy.tracing_key, next];
    region.trust.floors.tracing_keys = keys.try_into().unwrap();
    region.policy.tracing_key = next;
    region.verified();
}

#[test]
fn under_a_trust_list_that_has_ended_nothing_is_fresh_whatever_the_manifest_says() {
    let end = SIGNED.plus(7200);
    let mut region = second();
    region.trust.expires = end;
    let bundle = region.verified();
    assert_eq!(bundle.freshness(end.minus(1)), Freshness::Fresh);
    assert_eq!(bundle.freshness(end), Freshness::Expired);
    let neighbour = issuer("CN-JS");
    assert_eq!(bundle.freshness_of(neighbour, end), Freshness::Expired);
    // It may still bring newer lists: the policy says what becomes of people meanwhile.
    let (manifest, have) = (region.manifest(), Versions::default());
    let late = verify_new(&manifest, &region.files, &have, end.plus(60)).unwrap();
    assert_eq!(late.freshness(end.plus(60)), Freshness::Expired);
}

#[test]
fn under_a_root_that_has_ended_nothing_is_fresh_whatever_the_manifest_says() {
    let end = SIGNED.plus(7200);
    let (one, two) = (fixture::root_1().secret, fixture::root_2().secret);
    let ends = crate::trust::RootClaims {
        version: 1,
        threshold: 2,
        keys: fixture::root().keys().to_vec().try_into().unwrap(),
        expires: end,
    };
    let root = Root::pin(&sign_with_roots(Kind::Root, &ends, &[&one, &two])).unwrap();
    let region = Region::default();
    let (manifest, have) = (region.manifest(), Versions::default());
    let intake = Intake::New(&have);
    let bundle = VerifiedBundle::verify(&root, &manifest, &region.files, intake, NOW).unwrap();
    assert_eq!(bundle.freshness(end.minus(1)), Freshness::Fresh);
    assert_eq!(bundle.freshness(end), Freshness::Expired);
}

#[test]
fn an_end_is_told_thirty_days_ahead() {
    let end = SIGNED.plus(90 * DAY);
    for (days, told) in [
        (0..60, Due::Later),
        (60..90, Due::Soon),
        (90..100, Due::Over),
    ] {
        for day in days {
            assert_eq!(Due::of(end, SIGNED.plus(day * DAY)), told, "{day}");
        }
    }
}
