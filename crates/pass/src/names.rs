//! One name for each value of a closed set, the same in JSON, tables and messages of every program.

/// Names the values of an enum, in kebab-case, both ways. A name never changes: scripts read it.
///
/// ```
/// # #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Lamp { Off, BlinksRed }
/// gatepost_pass::names! { Lamp { Off = "off", BlinksRed = "blinks-red" } }
///
/// assert_eq!(Lamp::BlinksRed.name(), "blinks-red");
/// assert_eq!(Lamp::from_name("off"), Some(Lamp::Off));
/// assert_eq!(Lamp::from_name("Off"), None);
/// ```
#[macro_export]
macro_rules! names {
    ($type:ident { $($value:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$value),*];

            /// Its name in JSON, tables and messages.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name),*
                }
            }

            /// The value of a name; `None` for what [`Self::name`] never gives.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.name() == name)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fmt::Debug};

    use crate::{
        ClockTrust, Colour, Freshness, Kind,
        fixture::names_by_code,
        list::ListKind,
        policy::{Overridable, Risk, Way},
    };

    fn each_has_its_own_name<T: Copy + Debug + PartialEq>(
        all: impl AsRef<[T]>,
        name: fn(T) -> &'static str,
        from_name: fn(&str) -> Option<T>,
    ) {
        let all = all.as_ref();
        let names: BTreeSet<_> = all.iter().map(|value| name(*value)).collect();
        assert_eq!(names.len(), all.len());
        for value in all {
            assert_eq!(from_name(name(*value)), Some(*value));
        }
    }

    #[test]
    fn names_lead_back_to_their_values() {
        each_has_its_own_name(Kind::ALL, Kind::name, Kind::from_name);
        each_has_its_own_name(Colour::ALL, Colour::name, Colour::from_name);
        each_has_its_own_name(ListKind::ALL, ListKind::name, ListKind::from_name);
        each_has_its_own_name(ClockTrust::ALL, ClockTrust::name, ClockTrust::from_name);
        each_has_its_own_name(Freshness::ALL, Freshness::name, Freshness::from_name);
        each_has_its_own_name(Overridable::ALL, Overridable::name, Overridable::from_name);
        each_has_its_own_name(Risk::ALL, Risk::name, Risk::from_name);
        each_has_its_own_name(Way::ALL, Way::name, Way::from_name);
    }

    #[test]
    fn values_keep_their_codes_on_the_wire_and_new_ones_come_last() {
        let colours = names_by_code(&Colour::ALL, Colour::name);
        assert_eq!(colours, ["green", "yellow", "red"]);
        let lists = names_by_code(&ListKind::ALL, ListKind::name);
        assert_eq!(lists, ["status", "revocation", "identity"]);
        let freshness = names_by_code(&Freshness::ALL, Freshness::name);
        assert_eq!(freshness, ["fresh", "stale", "expired"]);
        let risks = names_by_code(&Risk::ALL, Risk::name);
        assert_eq!(risks, ["low", "medium", "high"]);
        let ways = names_by_code(&Way::ALL, Way::name);
        assert_eq!(ways, ["registered-crossing", "green-channel"]);
        let overridable = names_by_code(&Overridable::ALL, Overridable::name);
        assert_eq!(
            overridable,
            [
                "yellow",
                "not-yet-valid",
                "expired",
                "live-code-needed",
                "live-code-old",
                "issuer-refused",
                "convert-pass",
                "already-passed",
                "expired-data",
                "no-list",
                "list-unreadable",
            ]
        );
    }
}
