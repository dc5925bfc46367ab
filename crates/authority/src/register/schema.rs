//! The tables of the register, and what leads from older schemas to this one.

/// The schema that this program reads and writes.
pub(super) const VERSION: i64 = 7;

/// What leads from each schema to the next, starting at 1. Never edit one that was released.
pub(super) const MIGRATIONS: [&str; 6] = [
    "ALTER TABLE statuses ADD COLUMN until INTEGER;",
    IDENTITY_LIST,
    ENROL_CODES,
    NAMES,
    MANIFESTS,
    PINS,
];

/// All of the newest schema, for a new register.
pub(super) const ALL: [&str; 6] = [BASE, IDENTITY_LIST, ENROL_CODES, NAMES, MANIFESTS, PINS];

/// The tables that do not come with a migration of their own.
const BASE: &str = "
CREATE TABLE persons (
    tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
    name TEXT NOT NULL,
    last4 TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE passes (
    number BLOB PRIMARY KEY CHECK (length(number) = 5),
    kind TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    medium TEXT NOT NULL,
    issued_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE subjects (
    number BLOB NOT NULL REFERENCES passes,
    tag BLOB NOT NULL REFERENCES persons,
    colour INTEGER NOT NULL CHECK (colour IN (0, 1, 2)),
    PRIMARY KEY (number, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE statuses (
    tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
    colour INTEGER NOT NULL CHECK (colour IN (1, 2)),
    since INTEGER NOT NULL,
    until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE revocations (
    number BLOB PRIMARY KEY REFERENCES passes,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The signed trust list and policy: signed again, one version up, when their content changes.
CREATE TABLE signed (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    content BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- A version is taken before a bundle is written, so that no two bundles ever share one.
CREATE TABLE bundles (
    version INTEGER PRIMARY KEY,
    issued_at INTEGER NOT NULL,
    versions BLOB
) STRICT;
";

/// New in schema 3. A program with another hash must empty `identity_keys` by a migration.
const IDENTITY_LIST: &str = "
-- The programme's salt; no row: no identity list is published.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL CHECK (length(salt) = 16)
) STRICT;
-- Under that salt. As confidential as a pseudonym that can be tested: see docs/threat-model.md.
CREATE TABLE identity_keys (
    tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
    key BLOB NOT NULL CHECK (length(key) = 8)
) STRICT, WITHOUT ROWID;
";

/// New in schema 4.
const ENROL_CODES: &str = "
CREATE TABLE enrol_codes (
    code BLOB PRIMARY KEY CHECK (length(code) = 16),
    root BLOB NOT NULL CHECK (length(root) = 32),
    hub TEXT NOT NULL,
    -- 32 bytes each.
    hub_pins BLOB NOT NULL,
    -- In minutes.
    not_after INTEGER NOT NULL,
    -- Either the secret, or what it was used for.
    secret BLOB CHECK (length(secret) = 16),
    device BLOB CHECK (length(device) = 16),
    used_at INTEGER,
    answer BLOB,
    CHECK ((secret IS NULL) = (device IS NOT NULL AND used_at IS NOT NULL AND answer IS NOT NULL))
) STRICT, WITHOUT ROWID;
";

/// New in schema 5. What is written here looks like what the skeletons say (UTS #39, in the version
/// of the program that wrote them).
const NAMES: &str = "
CREATE TABLE names (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    id_looks TEXT NOT NULL,
    name_looks TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX names_by_id_looks ON names (kind, id_looks);
CREATE INDEX names_by_name_looks ON names (kind, name_looks);
";

/// New in schema 6.
const MANIFESTS: &str = "
-- The manifest of every bundle that was published: another one of its version is a split view.
CREATE TABLE manifests (
    version INTEGER PRIMARY KEY REFERENCES bundles,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
";

/// New in schema 7.
const PINS: &str = "
-- The devices that have a certificate, and what is sealed for them is sealed to.
CREATE TABLE devices (
    device BLOB PRIMARY KEY CHECK (length(device) = 16),
    seal_key BLOB NOT NULL CHECK (length(seal_key) = 32),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- As confidential as the PINs: whoever has a row can try all of them.
CREATE TABLE badge_pins (
    number BLOB PRIMARY KEY REFERENCES passes,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    hash BLOB NOT NULL CHECK (length(hash) = 16)
) STRICT, WITHOUT ROWID;
";
