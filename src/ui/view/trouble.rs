//! What went wrong, as a closed list: the window has words for each in every language.

/// What went wrong with an update, an exchange with the hub or enrolment. The words are in `ui/texts-troubles.slint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Trouble {
    /// The update is older than what is installed.
    UpdateOlder,
    /// The update's last usable time is over.
    UpdateExpired,
    /// The update is not signed by this device's authority.
    UpdateForeign,
    /// Bytes are missing or changed: copying it again helps.
    UpdateDamaged,
    /// It was put together wrongly where it was made.
    UpdateWrong,
    /// It needs a newer program.
    UpdateNewer,
    /// It broke off on its way from the hub.
    UpdateBrokeOff,
    /// The stick can't be read.
    StickUnreadable,
    /// There is no bundle on this device yet.
    NoLists,
    /// This device is not enrolled.
    NotEnrolled,
    /// This device has no room left.
    DiskFull,
    /// This device's storage fails.
    StorageFails,
    /// The passage log fails.
    LogFails,
    /// The log has reached its cap with passages that no hub has.
    LogFull,
    /// This device's key is damaged.
    KeyDamaged,
    /// Another process is at work in the data directory.
    Busy,
    /// The program or its system fails.
    ProgramFails,
    /// No answer from the hub.
    HubAway,
    /// Somebody else answers at the hub's address.
    HubForeign,
    /// The enrolment names no key of the hub, or TLS can't be set up.
    HubNotSecure,
    /// The hub does not let this device in.
    HubShut,
    /// The hub answered with a refusal.
    HubRefused,
    /// The hub has a fault of its own.
    HubFails,
    /// The hub wants to be left alone for a while.
    HubBusy,
    /// The hub's answer broke off.
    HubBrokeOff,
    /// The hub's receipt does not count.
    ReceiptWrong,
    /// The hub did not take some passages.
    PassagesRefused,
    /// Enrolled without a hub.
    NoHub,
    /// An order to wipe this device does not count.
    OrderWrong,
    /// The enrolment code is out of date.
    CodeExpired,
    /// The answer is another authority's than the code's.
    AnswerForeign,
    /// The answer breaks the format.
    AnswerDamaged,
    /// The answer is for another device.
    AnswerOther,
    /// This program does not trust the authority of the answer.
    AuthorityRefused,
}

/// A trouble as the window tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubleView {
    /// What.
    pub what: Trouble,
    /// For who repairs it: a path, a number, the system's own words. Shown small under the sentence, never in its
    /// place, and not translated; may be empty.
    pub detail: String,
}

impl From<Trouble> for TroubleView {
    /// Without detail.
    fn from(what: Trouble) -> Self {
        let detail = String::new();
        Self { what, detail }
    }
}
