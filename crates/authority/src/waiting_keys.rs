//! New signing keys that wait for the trust list that names them. Until it is in force the old keys
//! sign, or no device would take what they sign.

use std::{error::Error, fs};

use gatepost_pass::{TrustList, trust::Floors};
use gatepost_system::files::{self, Action, FileError};

use crate::{config, home::Home, key_files, online_key::OnlineKey, signing_keys::SigningKey};

/// Puts a new key beside the one that signs.
pub(crate) fn keep(home: &Home, name: SigningKey, key: &OnlineKey) -> Result<(), FileError> {
    let path = home.waiting_key_path(name);
    files::create_private(&path, key.to_file().as_bytes())
}

/// Whether a new key waits.
pub(crate) fn waits(home: &Home, name: SigningKey) -> bool {
    home.waiting_key_path(name).exists()
}

/// Puts every waiting key to use that the trust list in force names; gives their names.
pub(crate) fn put_to_use(home: &Home, trust: &TrustList) -> Result<Vec<String>, Box<dyn Error>> {
    let mut used = Vec::new();
    for name in SigningKey::ALL {
        if !waits(home, name) {
            continue;
        }
        let new = key_files::read_online(&home.waiting_key_path(name))?.public();
        let own = trust.issuer(trust.own());
        let mut listed = own.into_iter().flat_map(|own| own.keys.as_slice());
        if listed.any(|entry| entry.key == new) {
            swap(home, name)?;
            used.push(format!("the new key {}", name.name()));
        }
    }
    used.extend(newest_tracing_key(home, trust.floors())?);
    Ok(used)
}

/// Gives the waiting key the name of the one that signed, which keeps its number in its name.
pub(crate) fn swap(home: &Home, name: SigningKey) -> Result<(), Box<dyn Error>> {
    use gatepost_pass::Sign as _;
    let path = home.key_path(name.name());
    if path.exists() {
        let old = key_files::read_online(&path)?;
        let old_path = home.key_path(&format!("{}-{}", name.name(), old.key().0));
        if !old_path.exists() {
            let linked = fs::hard_link(&path, &old_path);
            linked.map_err(FileError::at(Action::Create, &old_path))?;
        }
    }
    files::publish(&home.waiting_key_path(name), &path)?;
    Ok(())
}

/// Seals passages to the newest tracing key that the floors allow.
fn newest_tracing_key(home: &Home, floors: &Floors) -> Result<Option<String>, Box<dyn Error>> {
    let mut policy = home.policy()?;
    let keys = floors.tracing_keys.as_slice().iter();
    let newest = keys.max_by_key(|key| key.id);
    let Some(newest) = newest.filter(|key| key.id > policy.tracing_key.id) else {
        return Ok(None);
    };
    policy.tracing_key = *newest;
    config::save(&home.policy_path(), &policy)?;
    Ok(Some(format!("tracing key {}", newest.id)))
}
