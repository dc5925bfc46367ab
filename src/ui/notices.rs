//! What the guard should know on every page.

use super::generated::{AppWindow, NoticeItem, NoticeKind, NoticesAdapter, StatusAdapter};
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
    let (kind, device, why) = match notice {
        Notice::Stopped => (NoticeKind::Stopped, "", ""),
        Notice::WithoutLog => (NoticeKind::WithoutLog, "", ""),
        Notice::BadSettings { why } => (NoticeKind::BadSettings, "", why.as_str()),
        Notice::DeviceGone { device, why } => {
            (NoticeKind::DeviceGone, device.as_str(), why.as_str())
        }
        Notice::ParkedBatch { why } => (NoticeKind::ParkedBatch, "", why.as_str()),
    };
    NoticeItem {
        kind,
        device: device.into(),
        why: why.into(),
    }
}
