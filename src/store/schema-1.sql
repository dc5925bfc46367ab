-- One row a process run. `acknowledged` counts the records, from 0 on, that a receipt covers.
CREATE TABLE epochs (
    ordinal INTEGER PRIMARY KEY,
    epoch BLOB NOT NULL UNIQUE,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    acknowledged_head BLOB NOT NULL
) STRICT;

-- The chain: `bytes` is the record, `head` the chain hash after it. `passage` is 0 for an epoch's start.
CREATE TABLE records (
    ordinal INTEGER NOT NULL REFERENCES epochs (ordinal),
    seq INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    passage INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    head BLOB NOT NULL,
    PRIMARY KEY (ordinal, seq)
) STRICT, WITHOUT ROWID;
