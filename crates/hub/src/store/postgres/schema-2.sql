-- Schema 2: a batch lies in pieces, a row each, that fill a page of the table. Kept outside of the table (TOAST), its
-- bytes were four times as many rows of 2,000 bytes with an index entry each, and took twice as long to write. What
-- came before stays where it is: one piece, whole.

ALTER TABLE batches ADD COLUMN piece bigint NOT NULL DEFAULT 0;
ALTER TABLE batches ALTER signed SET STORAGE PLAIN;
