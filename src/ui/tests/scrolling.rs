//! Columns that scroll: what of them is visible, and moving them by finger or wheel.

use super::stage::Stage;
use crate::ui::ScreenElement;
use gatepost_window::AppWindow;
use i_slint_backend_testing::{AccessibleRole, ElementQuery};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use std::collections::BTreeSet;

impl Stage {
    /// Where the column that scrolls is, if the page has one.
    pub(super) fn column(&self) -> Option<ScreenElement> {
        let columns = self.ui.ask(|app| {
            let query = ElementQuery::from_root(app).match_descendants();
            query
                .match_inherits("Scroll")
                .find_first()
                .map(|c| ScreenElement::of(&c))
        });
        columns.unwrap()
    }

    /// Texts and buttons of the scrolling column that are not fully visible.
    pub(super) fn half_hidden(&self) -> Vec<ScreenElement> {
        let Some(column) = self.column() else {
            return Vec::new();
        };
        let mut found: Vec<ScreenElement> = self.ui.ask(children).unwrap();
        found.retain(|w| w.y < column.y - 0.5 || w.y + w.height > column.y + column.height + 0.5);
        found
    }

    /// All texts of the page, from top to bottom.
    pub(super) fn all_words(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        loop {
            all.extend(self.words().into_iter().map(|w| w.text));
            if !self.page_down() {
                break;
            }
        }
        self.to_top();
        all
    }

    /// Scrolls back to the top.
    pub(super) fn to_top(&self) {
        self.wheel(1e6);
    }

    /// Scrolls down by half of the column's height; false at the end.
    pub(super) fn page_down(&self) -> bool {
        let before = self.words();
        let height = self.column().map_or(0.0, |column| column.height);
        self.wheel(-height / 2.0);
        self.words() != before
    }

    /// Scrolls by this many pixels; downwards is negative.
    fn wheel(&self, delta_y: f32) {
        let Some(column) = self.column() else {
            return;
        };
        let at = (column.x as u32 + 5, column.y as u32 + 5);
        self.ui.wheel(at, delta_y).unwrap();
    }

    /// Draws a finger from one point to another.
    pub(super) fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        const STEPS: i32 = 8;
        let button = PointerEventButton::Left;
        let point = move |step: i32| {
            let along = |from: i32, to: i32| (from + (to - from) * step / STEPS) as f32;
            LogicalPosition::new(along(from.0, to.0), along(from.1, to.1))
        };
        let moved = (1..=STEPS).map(move |step| WindowEvent::PointerMoved {
            position: point(step),
        });
        let events: Vec<WindowEvent> = [WindowEvent::PointerPressed {
            position: point(0),
            button,
        }]
        .into_iter()
        .chain(moved)
        .chain([WindowEvent::PointerReleased {
            position: point(STEPS),
            button,
        }])
        .collect();
        self.ui
            .ask(move |app| {
                for event in events {
                    app.window().dispatch_event(event);
                }
            })
            .unwrap();
    }
}

/// Texts and buttons in a column that scrolls.
fn children(app: &AppWindow) -> Vec<ScreenElement> {
    let query = ElementQuery::from_root(app).match_descendants();
    let Some(column) = query.match_inherits("Scroll").find_first() else {
        return Vec::new();
    };
    let with = |role| {
        let query = column.query_descendants();
        query.match_accessible_role(role).find_all()
    };
    let found = with(AccessibleRole::Text)
        .into_iter()
        .chain(with(AccessibleRole::Button));
    found.map(|element| ScreenElement::of(&element)).collect()
}
