//! What each update of the program changes in the window.

use super::view::UiUpdate;
use super::{
    by_hand, clock, devices, duty, enrol, id_entry, notices, page, place, place_move, scan,
    settings, status, status_page, today, update, verdict,
};
use gatepost_window::{AppWindow, ScanAdapter, StatusAdapter};
use slint::ComponentHandle;

/// Shows one update.
pub(super) fn apply(app: &AppWindow, update: &UiUpdate) {
    match update {
        UiUpdate::Preview(picture) => {
            if let Some(pixels) = scan::pixels(picture) {
                scan::show_preview(&app.global::<ScanAdapter>(), pixels);
            }
        }
        UiUpdate::Camera(camera) => scan::show_camera(&app.global::<ScanAdapter>(), camera),
        UiUpdate::Cameras(cameras) => settings::show_cameras(app, cameras),
        UiUpdate::Scanner(there) => app.global::<ScanAdapter>().set_scanner(*there),
        UiUpdate::Aim(hint) => scan::show_aim(&app.global::<ScanAdapter>(), *hint),
        UiUpdate::Recent(verdicts) => scan::show_recent(&app.global::<ScanAdapter>(), verdicts),
        UiUpdate::Thermometer(view) => verdict::show_thermometer(app, *view),
        UiUpdate::Verdict(view) => verdict::show(app, view),
        UiUpdate::Saved(saved) => verdict::show_saved(app, *saved),
        UiUpdate::TimeLeft(left) => verdict::show_time_left(app, *left),
        UiUpdate::Dismiss => verdict::go(app),
        UiUpdate::Status(status) => status::show(&app.global::<StatusAdapter>(), status),
        UiUpdate::TextSize(size) => settings::show_text_size(app, *size),
        UiUpdate::LessMotion(less) => settings::show_less_motion(app, *less),
        UiUpdate::Screen { mode, bright } => settings::show_screen(app, *mode, *bright),
        UiUpdate::Panel(inches) => settings::show_panel(app, *inches),
        UiUpdate::Hand(hand) => settings::show_hand(app, *hand),
        UiUpdate::Brightness(brightness) => settings::show_brightness(app, *brightness),
        UiUpdate::Volume(volume) => settings::show_volume(app, *volume),
        UiUpdate::Torch(torch) => settings::show_torch(app, *torch),
        UiUpdate::Page(page) => page::open(app, *page),
        UiUpdate::Place(view) => place::show(app, view),
        UiUpdate::PlaceMove(view) => place_move::show(app, view),
        UiUpdate::Lock(view) => settings::show_lock(app, *view),
        UiUpdate::StatusPage(view) => status_page::show(app, view),
        UiUpdate::Devices(view) => devices::show(app, view),
        UiUpdate::Clock(view) => clock::show(app, view),
        UiUpdate::Today(view) => today::show(app, view),
        UiUpdate::Update(view) => update::show(app, view),
        UiUpdate::Enrol(view) => enrol::show(app, view),
        UiUpdate::Notices(list) => notices::show(app, list),
        UiUpdate::Found { codes, size } => {
            scan::show_found(&app.global::<ScanAdapter>(), codes, *size);
        }
        UiUpdate::IdEntry(view) => id_entry::show(app, view),
        UiUpdate::ByHand(view) => by_hand::show(app, view),
        UiUpdate::Duty(view) => duty::show(app, view),
    }
}
