-- Schema 1 of the hub's database. Frozen once released: a change is a new step in `open.rs`.
-- Times are hours since 1970: nothing here tells a passage or an arrival to more than the hour.

CREATE TABLE devices (
    id         INTEGER PRIMARY KEY,
    device     BLOB NOT NULL UNIQUE,
    name       TEXT NOT NULL,       -- the newest one that its certificate says
    seen       INTEGER NOT NULL,    -- hour of the last contact
    told       INTEGER,             -- hour of the status below; NULL for never
    ahead      INTEGER,             -- seconds its clock was ahead of the hub's
    clock      INTEGER,             -- 0 trusted, 1 behind the floor, 2 far ahead
    bundle     INTEGER,             -- version and digest of its manifest; NULL for no bundle
    manifest   BLOB,
    freshness  INTEGER,             -- 0 fresh, 1 stale, 2 expired
    backlog    INTEGER,
    parked     INTEGER,
    revocation INTEGER              -- hour at which the operator asked for it
) STRICT;
CREATE INDEX devices_seen ON devices (seen);

-- A process run of a device, how far its records are held without a gap, and where they end. This row, and no
-- unique index over records, is what keeps a record from counting twice.
CREATE TABLE epochs (
    id       INTEGER PRIMARY KEY,
    device   INTEGER NOT NULL REFERENCES devices,
    epoch    BLOB NOT NULL,
    previous BLOB,                  -- the run before it, by its own word; NULL for none
    previous_seq  INTEGER,          -- where that one ended; NULL while the start of this one has not come
    previous_head BLOB,
    next_seq INTEGER NOT NULL,
    head     BLOB NOT NULL,
    beyond   INTEGER NOT NULL,      -- one after the last held record
    UNIQUE (device, epoch)
) STRICT;
CREATE INDEX epochs_waiting ON epochs (device) WHERE beyond > next_seq;
CREATE INDEX epochs_previous ON epochs (device, previous);

-- Every signed batch that brought something new, as it came: the device's own word.
CREATE TABLE batches (
    id       INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,      -- hour of its arrival
    epoch    INTEGER NOT NULL REFERENCES epochs,
    first    INTEGER NOT NULL,      -- its first record
    held     INTEGER NOT NULL,      -- one after the last of its records in the chain; `first` for none
    signed   BLOB NOT NULL,
    receipt  BLOB NOT NULL          -- as the hub signed it: when the batch came
) STRICT;
-- Batches that only contradict others are not in it, so they cost those that come later nothing.
CREATE INDEX batches_held ON batches (epoch, first, held) WHERE held > first;
CREATE INDEX batches_received ON batches (received);

-- What does not fit together; the batch holds what was sent.
CREATE TABLE findings (
    epoch INTEGER NOT NULL REFERENCES epochs,
    seq   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,         -- 0 fork, 1 break, 2 clone, 3 clock, 4 runs, 5 unanchored, 6 split view, 7 unknown bundle
    head  BLOB NOT NULL,            -- chain hash that tells it from others at its place
    at    INTEGER NOT NULL,         -- hour in which it was found
    PRIMARY KEY (epoch, seq, kind, head)
) STRICT, WITHOUT ROWID;
CREATE INDEX findings_at ON findings (at);

-- The manifests that the hub has served: another one of the same version is a split view.
CREATE TABLE manifests (
    version INTEGER PRIMARY KEY,
    digest  BLOB NOT NULL
) STRICT;

CREATE TABLE hours (
    hour     INTEGER NOT NULL,      -- hours since 1970
    class    INTEGER NOT NULL,      -- 0 admit, 1 check, 2 refuse
    passages INTEGER NOT NULL,
    PRIMARY KEY (hour, class)
) STRICT, WITHOUT ROWID;
