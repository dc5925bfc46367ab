//! What the guard should know on every page.

use super::generated::{AppWindow, NoticeItem, NoticeKind, NoticesAdapter, StatusAdapter};
use super::trouble::{map_device, map_device_error, map_settings, map_trouble};
use super::view::Notice;
use slint::{ComponentHandle, ModelRc};

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

/// What stops passages from being kept comes first, then what changes the rules, then what someone can plug in.
fn rank(notice: &Notice) -> u8 {
    match notice {
        Notice::Stopped | Notice::WithoutLog => 0,
        Notice::BadSettings { .. } => 1,
        Notice::DeviceGone { .. } => 2,
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
            detail: file.into(),
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
        Notice::ParkedBatch { why } => NoticeItem {
            kind: NoticeKind::ParkedBatch,
            trouble: map_trouble(why.what),
            detail: why.detail.as_str().into(),
            ..NoticeItem::default()
        },
    }
}
