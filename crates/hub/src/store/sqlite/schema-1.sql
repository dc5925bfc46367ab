-- Schema 1 of the hub's database. Frozen once released: a change is a new step in `upgrade_from`.

CREATE TABLE devices (
    id     INTEGER PRIMARY KEY,
    device BLOB NOT NULL UNIQUE,
    name   TEXT NOT NULL            -- the newest one that its certificate says
) STRICT;

-- A process run of a device, and how far its records are held without a gap.
CREATE TABLE epochs (
    id       INTEGER PRIMARY KEY,
    device   INTEGER NOT NULL REFERENCES devices,
    epoch    BLOB NOT NULL,
    previous BLOB,                  -- the run before it, by its own word
    next_seq INTEGER NOT NULL,
    head     BLOB NOT NULL,
    UNIQUE (device, epoch)
) STRICT;

-- Every signed batch that brought something new, as it came: the device's own word.
CREATE TABLE batches (
    id       INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,      -- seconds since 1970
    signed   BLOB NOT NULL
) STRICT;

-- Records: what they say in clear, their place in the chain, and where their bytes stand in a batch.
CREATE TABLE records (
    epoch  INTEGER NOT NULL REFERENCES epochs,
    seq    INTEGER NOT NULL,
    hour   INTEGER NOT NULL,        -- hours since 1970
    class  INTEGER,                 -- 0 admit, 1 check, 2 refuse, NULL for an epoch's start
    before BLOB NOT NULL,           -- chain hash before the record
    head   BLOB NOT NULL,           -- chain hash after it
    batch  INTEGER NOT NULL REFERENCES batches,
    start  INTEGER NOT NULL,        -- first byte in the batch, from 0
    length INTEGER NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- What does not fit together; the batch holds what was sent.
CREATE TABLE findings (
    epoch INTEGER NOT NULL REFERENCES epochs,
    seq   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,         -- 0 fork, 1 break, 2 clone
    head  BLOB NOT NULL,            -- chain hash that tells it from others at its place
    batch INTEGER NOT NULL REFERENCES batches,
    PRIMARY KEY (epoch, seq, kind, head)
) STRICT, WITHOUT ROWID;
