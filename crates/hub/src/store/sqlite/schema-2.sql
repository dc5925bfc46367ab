-- What a device says of its program, as in its status; NULL for never.
ALTER TABLE devices ADD COLUMN program BLOB;
