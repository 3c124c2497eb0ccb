-- Words of a recognised text whose letters are not all sure; null where nobody knows.
ALTER TABLE catalog.recognised ADD COLUMN doubtful text[];
ALTER TABLE catalog.part ADD COLUMN doubtful json;

-- Whether a fingerprint was made knowing them.
ALTER TABLE catalog.fingerprint ADD COLUMN recognised boolean NOT NULL DEFAULT false;
