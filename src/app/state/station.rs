//! Where the device stands and which way people go there. A restart forgets neither.

use gatepost_pass::{
    Document, KebabName, Place, Text, Timestamp, TrustList, VerifiedDocument, verify,
};
use gatepost_protocol::Direction;
use gatepost_system::{
    chain,
    files::{self, Access},
};

use crate::{config::Config, data::DataDir};

/// Longest text of a place code that is kept, in bytes.
const MAX_CODE: usize = 2048;

/// Where the device stands, and which way people go.
#[derive(Debug)]
pub(crate) struct Station {
    place: StationPlace,
    /// By the settings, no place is left without a supervisor.
    stays: bool,
    /// A place code was scanned at some time, even if it is no longer valid.
    was_placed: bool,
    direction: Direction,
}

/// The place where the device stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct StationPlace {
    /// Short name; empty where neither a code nor the settings name the place.
    pub(crate) id: Text<24>,
    /// Name for people.
    pub(crate) name: String,
    /// The text of the place code, where one was scanned.
    pub(crate) code: Option<String>,
    /// Its code says that only a supervisor moves a device from there.
    pub(crate) fixed: bool,
    /// Its class in the policy, by its code.
    pub(crate) class: Option<KebabName>,
    /// Its area in the policy, by its code.
    pub(crate) area: Option<KebabName>,
}

/// Who may move a device to another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mover {
    /// Whoever stands before it: it never stood anywhere.
    Anyone,
    /// The guard on duty.
    Guard,
    /// A supervisor, by badge and PIN.
    Supervisor,
}

impl StationPlace {
    pub(crate) fn of(place: &Place, code: String) -> Self {
        Self {
            id: place.id.clone(),
            name: place.name.to_string(),
            code: Some(code),
            fixed: place.fixed,
            class: place.class.clone(),
            area: place.area.clone(),
        }
    }

    /// Whether both are one place, by the same rules: another class of the same place is another
    /// place.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let of = |place: &Self| (place.id.clone(), place.class.clone(), place.area.clone());
        of(self) == of(other)
    }
}

impl Station {
    /// As the settings say, but for the direction that was switched last.
    pub(crate) fn load(data: &DataDir, config: &Config) -> Self {
        let id: Text<24> = config.place.as_str().try_into().unwrap_or_default();
        let place = StationPlace {
            name: id.to_string(),
            id,
            ..StationPlace::default()
        };
        Self {
            place,
            stays: config.place_fixed || config.menu_lock,
            was_placed: data.place().exists(),
            direction: kept_direction(data).unwrap_or(config.direction),
        }
    }

    /// Stands at the place that was scanned before the restart, where its code is still valid. A
    /// fixed place is left by a supervisor alone even after that, and after the key that signed
    /// its code: it was verified when it was kept.
    pub(crate) fn restore_place(&mut self, data: &DataDir, trust: &TrustList, now: Timestamp) {
        let Some((document, code)) = kept_place(data) else {
            return;
        };
        self.stays |= document.claimed_place().is_some_and(|place| place.fixed);
        if let Some(place) = valid_place(&document, trust, now) {
            self.place = StationPlace::of(&place, code);
        }
    }

    /// Stands at a place from now on, also after a restart. Gives the one before.
    pub(crate) fn stand_at(&mut self, data: &DataDir, place: StationPlace) -> StationPlace {
        let kept = match &place.code {
            Some(code) => files::replace(&data.place(), Access::Shared, code.as_bytes()),
            None => files::remove_if_there(&data.place()),
        };
        if let Err(error) = kept {
            log::warn!("the place could not be kept: {}", chain(&error));
        }
        self.was_placed |= place.code.is_some();
        std::mem::replace(&mut self.place, place)
    }

    /// Who may move the device to another place.
    pub(crate) fn mover(&self) -> Mover {
        let placed = self.was_placed || !self.place.id.as_str().is_empty();
        match (self.stays || self.place.fixed, placed) {
            (_, false) => Mover::Anyone,
            (true, true) => Mover::Supervisor,
            (false, true) => Mover::Guard,
        }
    }

    pub(crate) fn place(&self) -> &StationPlace {
        &self.place
    }

    /// People go this way from now on, also after a restart.
    pub(crate) fn turn(&mut self, data: &DataDir, direction: Direction) {
        self.direction = direction;
        let word = match direction {
            Direction::In => "in",
            Direction::Out => "out",
        };
        let kept = files::replace(&data.direction(), Access::Shared, word.as_bytes());
        if let Err(error) = kept {
            log::warn!("the direction could not be kept: {}", chain(&error));
        }
    }

    pub(crate) fn direction(&self) -> Direction {
        self.direction
    }
}

/// The place where the device stands by a code that is still valid.
pub(crate) fn place_of_device(data: &DataDir, trust: &TrustList, now: Timestamp) -> Option<Place> {
    valid_place(&kept_place(data)?.0, trust, now)
}

fn valid_place(document: &Document, trust: &TrustList, now: Timestamp) -> Option<Place> {
    match verify(document, trust, now) {
        Ok(VerifiedDocument::Place(place)) => {
            let place = place.claims();
            (now < place.not_after.start()).then(|| place.clone())
        }
        _ => None,
    }
}

/// The place code that was kept, and its text.
fn kept_place(data: &DataDir) -> Option<(Document, String)> {
    let code = files::read_text(&data.place(), MAX_CODE).ok()?;
    Some((Document::from_text(&code).ok()?, code))
}

fn kept_direction(data: &DataDir) -> Option<Direction> {
    match files::read(&data.direction(), 8).ok()?.as_slice() {
        b"in" => Some(Direction::In),
        b"out" => Some(Direction::Out),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use gatepost_pass::{
        Kind,
        document::to_text,
        fixture::{self, documents},
        time::Minute,
    };

    use super::*;

    #[test]
    fn a_fixed_place_stays_fixed_when_the_key_that_signed_its_code_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let stands = |fixed, now| {
            let place = Place {
                id: "gate-3".try_into().unwrap(),
                name: "North gate".try_into().unwrap(),
                not_after: Minute::of(fixture::NOW.plus(fixture::DAY)),
                fixed,
                class: None,
                area: None,
            };
            let code = to_text(&documents().sign(Kind::PlaceCode, &place));
            files::replace(&data.place(), Access::Shared, code.as_bytes()).unwrap();
            let mut station = Station::load(&data, &Config::default());
            station.restore_place(&data, &fixture::trust(), now);
            (station.mover(), station.place().id.as_str().to_owned())
        };
        let ended = fixture::NOW.plus(10_000 * fixture::DAY);
        let fixed = (Mover::Supervisor, String::new());
        assert_eq!(stands(true, ended), fixed);
        assert_eq!(stands(false, ended), (Mover::Guard, String::new()));
        let here = (Mover::Supervisor, "gate-3".to_owned());
        assert_eq!(stands(true, fixture::NOW), here);
    }
}
