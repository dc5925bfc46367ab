//! What a blind user's reader, and a test of the whole program, finds on the window: by role and label.

use super::UiHandle;
use i_slint_backend_testing::{AccessibleRole, ElementQuery};

/// Something on screen with words on it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    /// Its label.
    pub(crate) text: String,
    /// Its middle, in pixels.
    pub(crate) middle: (u32, u32),
}

impl UiHandle {
    /// The texts on screen.
    pub(crate) fn texts(&self) -> Vec<Element> {
        self.elements(AccessibleRole::Text)
    }

    /// The buttons on screen.
    pub(crate) fn buttons(&self) -> Vec<Element> {
        self.elements(AccessibleRole::Button)
    }

    fn elements(&self, role: AccessibleRole) -> Vec<Element> {
        let found = self.ask(move |app| {
            ElementQuery::from_root(app)
                .match_descendants()
                .match_accessible_role(role)
                .find_all()
                .iter()
                .filter(|element| element.absolute_position().x + element.size().width > 0.0)
                .map(|element| {
                    let (at, size) = (element.absolute_position(), element.size());
                    let middle = (at.x + size.width / 2.0, at.y + size.height / 2.0);
                    Element {
                        text: element.accessible_label().unwrap_or_default().to_string(),
                        middle: (middle.0 as u32, middle.1 as u32),
                    }
                })
                .collect()
        });
        found.unwrap_or_default()
    }
}
