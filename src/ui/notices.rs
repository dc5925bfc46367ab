//! What the guard should know on every page.

use super::trouble::{foreign, map_trouble};
use super::view::Notice;
use crate::config::{AllowedValue, SettingsFault, Wrong};
use crate::devices::{Device, DeviceError};
use gatepost_system::chain;
use gatepost_window::{
    AllowedKind, AppWindow, DeviceFaultKind, DeviceKind, NoticeItem, NoticeKind, NoticesAdapter,
    SettingsItem, StatusAdapter, WrongKind,
};
use slint::{ComponentHandle, ModelRc, SharedString, ToSharedString};

/// Replaces the notices on screen, the most important first.
pub(super) fn show(app: &AppWindow, notices: &[Notice]) {
    let mut sorted: Vec<&Notice> = notices.iter().collect();
    sorted.sort_by_key(|notice| rank(notice));
    let items: Vec<NoticeItem> = sorted.into_iter().map(map_notice).collect();
    let stopped = notices.contains(&Notice::Stopped);
    app.global::<StatusAdapter>().set_stopped(stopped);
    let adapter = app.global::<NoticesAdapter>();
    if items.is_empty() {
        adapter.set_expanded(false);
    }
    adapter.set_notices(ModelRc::from(items.as_slice()));
}

/// First what stops passages from being logged, then what changes the rules, then what someone can
/// plug in.
fn rank(notice: &Notice) -> u8 {
    match notice {
        Notice::Stopped | Notice::WithoutLog => 0,
        Notice::BadSettings { .. } => 1,
        Notice::DeviceGone { .. } | Notice::CodeWithoutEnd => 2,
        Notice::ParkedBatch { .. } => 3,
    }
}

fn map_notice(notice: &Notice) -> NoticeItem {
    match notice {
        Notice::Stopped => NoticeItem {
            kind: NoticeKind::Stopped,
            ..NoticeItem::default()
        },
        Notice::WithoutLog => NoticeItem {
            kind: NoticeKind::WithoutLog,
            ..NoticeItem::default()
        },
        Notice::BadSettings { file, fault } => NoticeItem {
            kind: NoticeKind::BadSettings,
            settings: map_settings(fault.as_ref()),
            detail: foreign(file),
            ..NoticeItem::default()
        },
        Notice::DeviceGone { device, why } => {
            let (device_fault, detail) = map_device_error(why);
            NoticeItem {
                kind: NoticeKind::DeviceGone,
                device: map_device(*device),
                device_fault,
                detail,
                ..NoticeItem::default()
            }
        }
        Notice::CodeWithoutEnd => NoticeItem {
            kind: NoticeKind::CodeWithoutEnd,
            ..NoticeItem::default()
        },
        Notice::ParkedBatch { why } => NoticeItem {
            kind: NoticeKind::ParkedBatch,
            trouble: map_trouble(why.what),
            detail: foreign(&why.detail),
            ..NoticeItem::default()
        },
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

/// The fault, and the device as the settings name it, with what is wrong or missing.
pub(super) fn map_device_error(error: &DeviceError) -> (DeviceFaultKind, SharedString) {
    match error {
        DeviceError::NotFound { name } => (DeviceFaultKind::NotFound, foreign(name)),
        DeviceError::Busy { name } => (DeviceFaultKind::Busy, foreign(name)),
        DeviceError::Denied { name } => (DeviceFaultKind::Denied, foreign(name)),
        DeviceError::Unplugged { name } => (DeviceFaultKind::Unplugged, foreign(name)),
        DeviceError::Unusable { name, cause } => {
            let detail = format!("{name}: {}", chain(cause));
            (DeviceFaultKind::Unusable, foreign(&detail))
        }
    }
}

/// What is wrong with the settings; without a fault the file cannot be read at all.
fn map_settings(fault: Option<&SettingsFault>) -> SettingsItem {
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
        Wrong::Syntax => (WrongKind::Syntax, ""),
    };
    let (mut least, mut most, mut words) = Default::default();
    let allowed = match &fault.allowed {
        AllowedValue::Number {
            least: from,
            most: to,
        } => {
            (least, most) = (from.to_shared_string(), to.to_shared_string());
            AllowedKind::Number
        }
        AllowedValue::Decimal {
            least: from,
            most: to,
        } => {
            (least, most) = (from.to_shared_string(), to.to_shared_string());
            AllowedKind::Decimal
        }
        AllowedValue::OneOf(names) => {
            words = names.join(", ").into();
            AllowedKind::OneOf
        }
        AllowedValue::Text(bytes) => {
            most = bytes.to_shared_string();
            AllowedKind::Text
        }
        AllowedValue::DeviceName => AllowedKind::DeviceName,
        AllowedValue::OwnDevice => AllowedKind::OwnDevice,
        AllowedValue::Other(_) => AllowedKind::Other,
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
