-- Schema 2: a batch is the record of its passages, found by its range; no row a passage. Devices say how they are
-- doing; passages are counted by hour. What each batch's range is, `open.rs` reads from the batches themselves.

ALTER TABLE devices ADD COLUMN seen       INTEGER NOT NULL DEFAULT 0;  -- seconds since 1970
ALTER TABLE devices ADD COLUMN told       INTEGER;  -- when the status below came; NULL for never
ALTER TABLE devices ADD COLUMN ahead      INTEGER;  -- seconds its clock stood ahead of the hub's
ALTER TABLE devices ADD COLUMN clock      INTEGER;  -- 0 trusted, 1 behind the floor, 2 far ahead
ALTER TABLE devices ADD COLUMN bundle     INTEGER;
ALTER TABLE devices ADD COLUMN freshness  INTEGER;  -- 0 fresh, 1 stale, 2 expired
ALTER TABLE devices ADD COLUMN backlog    INTEGER;
ALTER TABLE devices ADD COLUMN parked     INTEGER;
ALTER TABLE devices ADD COLUMN revocation INTEGER;  -- when the operator asked for it
CREATE INDEX devices_seen ON devices (seen);

ALTER TABLE epochs ADD COLUMN beyond INTEGER NOT NULL DEFAULT 0;  -- one after the last held record
CREATE INDEX epochs_waiting ON epochs (device) WHERE beyond > next_seq;
CREATE INDEX epochs_previous ON epochs (device, previous);

UPDATE epochs SET beyond = coalesce((SELECT max(seq) + 1 FROM records r WHERE r.epoch = epochs.id), 0);
UPDATE devices SET seen = coalesce((SELECT max(b.received)
    FROM epochs e JOIN records r ON r.epoch = e.id JOIN batches b ON b.id = r.batch WHERE e.device = devices.id), 0);

CREATE TABLE hours (
    hour     INTEGER NOT NULL,      -- hours since 1970
    class    INTEGER NOT NULL,      -- 0 admit, 1 check, 2 refuse
    passages INTEGER NOT NULL,
    PRIMARY KEY (hour, class)
) STRICT, WITHOUT ROWID;
INSERT INTO hours SELECT hour, class, count(*) FROM records WHERE class IS NOT NULL GROUP BY hour, class;

-- Every signed batch that brought something new, as it came: the device's own word.
CREATE TABLE kept (
    id       INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,      -- seconds since 1970
    epoch    INTEGER NOT NULL REFERENCES epochs,
    first    INTEGER NOT NULL,      -- its first and last record
    last     INTEGER NOT NULL,
    signed   BLOB NOT NULL
) STRICT;
INSERT INTO kept
    SELECT b.id, b.received, o.epoch, 0, 0, b.signed FROM batches b JOIN
        (SELECT batch, epoch FROM records GROUP BY batch UNION SELECT batch, epoch FROM findings) o ON o.batch = b.id;

CREATE TABLE found (
    epoch INTEGER NOT NULL REFERENCES epochs,
    seq   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,         -- 0 fork, 1 break, 2 clone, 3 clock
    head  BLOB NOT NULL,            -- chain hash that tells it from others at its place
    at    INTEGER NOT NULL,         -- seconds since 1970
    PRIMARY KEY (epoch, seq, kind, head)
) STRICT, WITHOUT ROWID;
INSERT INTO found SELECT f.epoch, f.seq, f.kind, f.head, b.received FROM findings f JOIN batches b ON b.id = f.batch;

DROP TABLE findings;
DROP TABLE records;
DROP TABLE batches;
ALTER TABLE kept RENAME TO batches;
ALTER TABLE found RENAME TO findings;
CREATE INDEX batches_epoch ON batches (epoch, first);
CREATE INDEX batches_received ON batches (received);
CREATE INDEX findings_at ON findings (at);
