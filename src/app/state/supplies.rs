//! What the device lives on: its battery and its network.

use crate::devices::{Battery, NetworkLink};

/// What was said of them last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Supplies {
    /// Nothing where there is no battery.
    pub(crate) battery: Option<Battery>,
    /// Nothing where there is no interface for a network.
    pub(crate) network: Option<NetworkLink>,
}
