//! What went wrong, as a closed list: the window has words for each in every language.

/// What went wrong with an update, a sync with the hub or enrolment. Its texts are in
/// `ui/texts-troubles.slint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Trouble {
    /// The update is older than what is installed.
    UpdateOlder,
    /// The update is past its last usable time.
    UpdateExpired,
    /// The update is not signed by this device's authority.
    UpdateForeign,
    /// Bytes of the update are missing or changed: copying it again helps.
    UpdateDamaged,
    /// The update was made incorrectly: copying it again does not help.
    UpdateWrong,
    /// The update needs a newer program.
    UpdateNewer,
    /// The download from the hub was interrupted.
    UpdateBrokeOff,
    /// The update's date and this device's clock do not agree.
    ClockDisagrees,
    /// The USB stick cannot be read.
    StickUnreadable,
    /// There is no bundle on this device yet.
    NoLists,
    /// This device is not enrolled.
    NotEnrolled,
    /// The disk of this device is full.
    DiskFull,
    /// The disk of this device fails.
    StorageFails,
    /// The passage log cannot be read or written.
    LogFails,
    /// The passage log has reached its largest size, with passages that no hub has.
    LogFull,
    /// This device's key is damaged.
    KeyDamaged,
    /// Another process is using the data directory.
    Busy,
    /// The program or the operating system failed.
    ProgramFails,
    /// The hub does not answer.
    HubAway,
    /// Another server answers at the hub's address.
    HubForeign,
    /// The enrolment names no key of the hub, or TLS cannot be set up.
    HubNotSecure,
    /// The hub does not accept this device.
    HubShut,
    /// The hub refused the request.
    HubRefused,
    /// The hub reported an internal error.
    HubFails,
    /// The hub asks this device to wait.
    HubBusy,
    /// The hub's answer was interrupted.
    HubBrokeOff,
    /// The hub's receipt is not valid.
    ReceiptWrong,
    /// The hub refused some passages.
    PassagesRefused,
    /// This device is enrolled without a hub.
    NoHub,
    /// An order to wipe this device is not valid.
    OrderWrong,
    /// The enrolment code has expired.
    CodeExpired,
    /// The answer and the code are from different authorities.
    AnswerForeign,
    /// The answer to the enrolment request is damaged.
    AnswerDamaged,
    /// The answer is for another device.
    AnswerOther,
    /// This program does not trust the authority that answered.
    AuthorityRefused,
}

/// A trouble as the window shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubleView {
    /// What went wrong.
    pub what: Trouble,
    /// For whoever repairs the device: a path, a number, the system's own words. Shown small under
    /// the sentence, never instead of it, and not translated; may be empty.
    pub detail: String,
}

impl From<Trouble> for TroubleView {
    /// Without detail.
    fn from(what: Trouble) -> Self {
        let detail = String::new();
        Self { what, detail }
    }
}
