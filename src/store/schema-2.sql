-- Epochs of which the hub refused a batch: they wait for a person, or for another day.
CREATE TABLE parked (
    ordinal INTEGER PRIMARY KEY REFERENCES epochs (ordinal),
    since INTEGER NOT NULL,
    why TEXT NOT NULL
) STRICT;
