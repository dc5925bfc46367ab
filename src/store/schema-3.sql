-- When receipts covered records, in hours that the device had run: no clock that is set changes
-- how long they are kept.
CREATE TABLE covered (
    ordinal INTEGER NOT NULL REFERENCES epochs (ordinal),
    hours_run INTEGER NOT NULL,
    until_seq INTEGER NOT NULL,
    PRIMARY KEY (ordinal, hours_run)
) STRICT, WITHOUT ROWID;
