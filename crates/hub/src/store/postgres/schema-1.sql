-- Schema 1 of the hub's PostgreSQL database. Frozen once released: a change is a new step in `schema.rs`.
-- Times are hours since 1970: nothing here tells a passage or an arrival to more than the hour.

CREATE TABLE devices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device     bytea NOT NULL UNIQUE,
    name       text NOT NULL,       -- the newest one that its certificate says
    seen       bigint NOT NULL,     -- hour of the last contact
    told       bigint,              -- hour of the status below; NULL for never
    ahead      bigint,              -- seconds its clock was ahead of the hub's
    clock      bigint,              -- 0 trusted, 1 behind the floor, 2 far ahead
    bundle     bigint,              -- version and digest of its manifest; NULL for no bundle
    manifest   bytea,
    freshness  bigint,              -- 0 fresh, 1 stale, 2 expired
    backlog    bigint,
    parked     bigint,
    revocation bigint               -- hour at which the operator asked for it
) WITH (fillfactor = 70);
CREATE INDEX ON devices (seen);

-- A process run of a device: how far its records are held without a gap, and where they end. This row, and no
-- unique index over records, is what keeps a record from counting twice.
CREATE TABLE epochs (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device   bigint NOT NULL REFERENCES devices,
    epoch    bytea NOT NULL,
    previous bytea,                 -- the run before it, by its own word; NULL for none
    previous_seq  bigint,           -- where that one ended; NULL while the start of this one has not come
    previous_head bytea,
    next_seq bigint NOT NULL,
    head     bytea NOT NULL,
    beyond   bigint NOT NULL,       -- one after the last held record
    UNIQUE (device, epoch)
) WITH (fillfactor = 70);
CREATE INDEX ON epochs (device, previous);
CREATE INDEX ON epochs (device) WHERE beyond > next_seq;

-- Every signed batch that brought something new, as it came: the device's own word. A partition a day. A batch lies in
-- pieces, a row each, that fill a page of the table. Kept outside of the table (TOAST), its bytes were four times as
-- many rows of 2,000 bytes with an index entry each, and took twice as long to write.
CREATE SEQUENCE batch_numbers;
CREATE TABLE batches (
    received bigint NOT NULL,       -- hour of its arrival
    id       bigint NOT NULL DEFAULT nextval('batch_numbers'),
    epoch    bigint NOT NULL,
    first    bigint NOT NULL,       -- its first record
    held     bigint NOT NULL,       -- one after the last of its records in the chain; `first` for none
    piece    bigint NOT NULL,
    signed   bytea NOT NULL,
    receipt  bytea                  -- as the hub signed it: when the batch came; with the first piece
) PARTITION BY RANGE (received);
ALTER TABLE batches ALTER signed SET STORAGE PLAIN; -- sealed records do not compress
ALTER TABLE batches ALTER receipt SET STORAGE PLAIN;
CREATE INDEX ON batches (epoch, first);
-- Batches that only contradict others are not in it, so they cost those that come later nothing.
CREATE INDEX ON batches (epoch, first, held) WHERE piece = 0 AND held > first;

CREATE TABLE findings (
    epoch bigint NOT NULL REFERENCES epochs,
    seq   bigint NOT NULL,
    kind  bigint NOT NULL,          -- 0 fork, 1 break, 2 clone, 3 clock, 4 runs, 5 unanchored, 6 split view, 7 unknown bundle
    head  bytea NOT NULL,           -- chain hash that tells it from others at its place
    at    bigint NOT NULL,          -- hour in which it was found
    PRIMARY KEY (epoch, seq, kind, head)
);
CREATE INDEX ON findings (at);

-- The manifests that the hub has served: another one of the same version is a split view.
CREATE TABLE manifests (
    version bigint PRIMARY KEY,
    digest  bytea NOT NULL
);

CREATE TABLE hours (
    hour     bigint NOT NULL,       -- hours since 1970
    class    bigint NOT NULL,       -- 0 admit, 1 check, 2 refuse
    passages bigint NOT NULL,
    PRIMARY KEY (hour, class)
) WITH (fillfactor = 50);
