//! What can go wrong with the device, as the window's texts know it.

use super::generated::{
    AllowedKind, DeviceFaultKind, DeviceKind, SettingsItem, TroubleKind, WrongKind,
};
use super::view::Trouble;
use crate::config::{Allowed, Fault, Wrong};
use crate::devices::{Device, DeviceError};
use slint::{SharedString, ToSharedString};

pub(super) fn map_trouble(trouble: Trouble) -> TroubleKind {
    match trouble {
        Trouble::UpdateOlder => TroubleKind::UpdateOlder,
        Trouble::UpdateExpired => TroubleKind::UpdateExpired,
        Trouble::UpdateForeign => TroubleKind::UpdateForeign,
        Trouble::UpdateDamaged => TroubleKind::UpdateDamaged,
        Trouble::UpdateWrong => TroubleKind::UpdateWrong,
        Trouble::UpdateNewer => TroubleKind::UpdateNewer,
        Trouble::UpdateBrokeOff => TroubleKind::UpdateBrokeOff,
        Trouble::StickUnreadable => TroubleKind::StickUnreadable,
        Trouble::NoLists => TroubleKind::NoLists,
        Trouble::NotEnrolled => TroubleKind::NotEnrolled,
        Trouble::DiskFull => TroubleKind::DiskFull,
        Trouble::StorageFails => TroubleKind::StorageFails,
        Trouble::LogFails => TroubleKind::LogFails,
        Trouble::LogFull => TroubleKind::LogFull,
        Trouble::KeyDamaged => TroubleKind::KeyDamaged,
        Trouble::Busy => TroubleKind::Busy,
        Trouble::ProgramFails => TroubleKind::ProgramFails,
        Trouble::HubAway => TroubleKind::HubAway,
        Trouble::HubForeign => TroubleKind::HubForeign,
        Trouble::HubNotSecure => TroubleKind::HubNotSecure,
        Trouble::HubShut => TroubleKind::HubShut,
        Trouble::HubRefused => TroubleKind::HubRefused,
        Trouble::HubFails => TroubleKind::HubFails,
        Trouble::HubBusy => TroubleKind::HubBusy,
        Trouble::HubBrokeOff => TroubleKind::HubBrokeOff,
        Trouble::ReceiptWrong => TroubleKind::ReceiptWrong,
        Trouble::PassagesRefused => TroubleKind::PassagesRefused,
        Trouble::NoHub => TroubleKind::NoHub,
        Trouble::OrderWrong => TroubleKind::OrderWrong,
        Trouble::CodeExpired => TroubleKind::CodeExpired,
        Trouble::AnswerForeign => TroubleKind::AnswerForeign,
        Trouble::AnswerDamaged => TroubleKind::AnswerDamaged,
        Trouble::AnswerOther => TroubleKind::AnswerOther,
        Trouble::AuthorityRefused => TroubleKind::AuthorityRefused,
    }
}

pub(super) fn map_device(device: Device) -> DeviceKind {
    match device {
        Device::Scanner => DeviceKind::Scanner,
        Device::IdReader => DeviceKind::IdReader,
        Device::Thermometer => DeviceKind::Thermometer,
        Device::Sound => DeviceKind::Sound,
        Device::Gate => DeviceKind::Gate,
        Device::Lamp => DeviceKind::Lamp,
        Device::Torch => DeviceKind::Torch,
    }
}

/// The fault, and its device as the settings name it, with what is wrong or missing.
pub(super) fn map_device_error(error: &DeviceError) -> (DeviceFaultKind, SharedString) {
    match error {
        DeviceError::NotFound { name } => (DeviceFaultKind::NotFound, name.into()),
        DeviceError::Busy { name } => (DeviceFaultKind::Busy, name.into()),
        DeviceError::Denied { name } => (DeviceFaultKind::Denied, name.into()),
        DeviceError::Unplugged { name } => (DeviceFaultKind::Unplugged, name.into()),
        DeviceError::Unusable { name, what } => {
            let detail = format!("{name}: {what}");
            (DeviceFaultKind::Unusable, detail.into())
        }
    }
}

/// What is wrong with the settings; without a fault the file can't be read at all.
pub(super) fn map_settings(fault: Option<&Fault>) -> SettingsItem {
    let Some(fault) = fault else {
        return SettingsItem {
            wrong: WrongKind::File,
            ..SettingsItem::default()
        };
    };
    let (wrong, missing) = match &fault.wrong {
        Wrong::UnknownKey => (WrongKind::UnknownKey, ""),
        Wrong::Missing(key) => (WrongKind::Missing, key.as_str()),
        Wrong::Value => (WrongKind::Value, ""),
        Wrong::Shared => (WrongKind::Shared, ""),
        Wrong::Form => (WrongKind::Form, ""),
    };
    let (mut least, mut most, mut words) = Default::default();
    let allowed = match &fault.allowed {
        Allowed::Number {
            least: from,
            most: to,
        } => {
            (least, most) = (from.to_shared_string(), to.to_shared_string());
            AllowedKind::Number
        }
        Allowed::OneOf(names) => {
            words = names.join(", ").into();
            AllowedKind::OneOf
        }
        Allowed::Text(bytes) => {
            most = bytes.to_shared_string();
            AllowedKind::Text
        }
        Allowed::DeviceName => AllowedKind::DeviceName,
        Allowed::OwnDevice => AllowedKind::OwnDevice,
        Allowed::Other(_) => AllowedKind::Other,
    };
    SettingsItem {
        wrong,
        line: i32::try_from(fault.line).unwrap_or(i32::MAX),
        key: fault.key.as_str().into(),
        missing: missing.into(),
        allowed,
        least,
        most,
        words,
    }
}
