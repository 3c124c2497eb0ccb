-- Text that is to be read of the original again. It stays what people see until that is done.
ALTER TABLE catalog.reading ADD COLUMN stale boolean NOT NULL DEFAULT false;
