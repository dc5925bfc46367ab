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
            stays: config.place_fixed,
            was_placed: data.place().exists(),
            direction: kept_direction(data).unwrap_or(config.direction),
        }
    }

    /// Stands at the place that was scanned before the restart, where its code is still valid. A
    /// fixed place is left by a supervisor alone even after that.
    pub(crate) fn restore_place(&mut self, data: &DataDir, trust: &TrustList, now: Timestamp) {
        if let Some((place, code)) = kept_place(data, trust, now) {
            self.stays |= place.fixed;
            if now < place.not_after.start() {
                self.place = StationPlace::of(&place, code);
            }
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
    let (place, _) = kept_place(data, trust, now)?;
    (now < place.not_after.start()).then_some(place)
}

/// The place whose code was kept, and that code; also one that is no longer valid.
fn kept_place(data: &DataDir, trust: &TrustList, now: Timestamp) -> Option<(Place, String)> {
    let code = files::read_text(&data.place(), MAX_CODE).ok()?;
    let document = Document::from_text(&code).ok()?;
    match verify(&document, trust, now) {
        Ok(VerifiedDocument::Place(place)) => Some((place.claims().clone(), code)),
        _ => None,
    }
}

fn kept_direction(data: &DataDir) -> Option<Direction> {
    match files::read(&data.direction(), 8).ok()?.as_slice() {
        b"in" => Some(Direction::In),
        b"out" => Some(Direction::Out),
        _ => None,
    }
}
