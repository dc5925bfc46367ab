//! What of an authority ends when: its root, its trust list, its keys. Told before it happens.

use gatepost_pass::{Root, Timestamp, trust::Due};
use gatepost_system::clock::format_time;

use crate::{
    config::{KeyConfig, RecognitionConfig, RoleName, TrustConfig},
    signing_keys::SigningKey,
};

/// Something that ends, and what to do before.
pub(crate) struct End {
    what: String,
    at: Timestamp,
    remedy: String,
}

impl End {
    /// What to say of it; nothing while it is more than thirty days away.
    pub(crate) fn warning(&self, now: Timestamp) -> Option<String> {
        let verb = match Due::of(self.at, now) {
            Due::Later => return None,
            Due::Soon => "ends",
            Due::Over => "has ended on",
        };
        let Self { what, remedy, .. } = self;
        Some(format!("{what} {verb} {}: {remedy}", format_time(self.at)))
    }
}

/// Everything that ends.
pub(crate) fn ends(root: &Root, trust: &TrustConfig) -> Vec<End> {
    let mut ends = vec![
        End {
            what: format!("root {}", root.version()),
            at: root.expires(),
            remedy: "bring its keys together and make the next one".to_owned(),
        },
        End {
            what: "the trust list".to_owned(),
            at: trust.until,
            remedy: "`trust renew`, then `publish` with the root keys".to_owned(),
        },
    ];
    let own = |recognition: &RecognitionConfig| matches!(recognition, RecognitionConfig::Own);
    let own = trust.issuers.iter().find(|one| own(&one.recognition));
    let keys = own.map_or(&[][..], |own| own.keys.as_slice());
    ends.extend(SigningKey::ALL.into_iter().filter_map(|key| {
        let newest = newest(key, keys)?;
        Some(End {
            what: format!("key {}", key.name()),
            at: key.signs_until(newest.until),
            remedy: format!("`key rotate {}`, then `publish`", key.name()),
        })
    }));
    ends
}

/// The key that signs for a purpose now: the newest of those that may.
fn newest(key: SigningKey, keys: &[KeyConfig]) -> Option<&KeyConfig> {
    let may = |entry: &&KeyConfig| {
        let first = key.roles().first();
        first.is_some_and(|kind| entry.roles.contains(&RoleName(*kind)))
    };
    keys.iter().filter(may).max_by_key(|entry| entry.id.0)
}
