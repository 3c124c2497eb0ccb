-- Where documents come from by themselves: folders, mailboxes, buckets.

CREATE TABLE catalog.place (
    name text COLLATE "C" PRIMARY KEY,
    number integer GENERATED ALWAYS AS IDENTITY UNIQUE, -- names its lock
    kind text NOT NULL,
    address text NOT NULL,
    workspace text NOT NULL REFERENCES catalog.workspace,
    every_s double precision NOT NULL CHECK (every_s > 0),
    mirror boolean NOT NULL,
    options json NOT NULL, -- never a secret
    looks bigint NOT NULL DEFAULT 0,
    due timestamptz NOT NULL DEFAULT now(),
    hastened boolean NOT NULL DEFAULT false, -- woken while it was looked at
    looked timestamptz, -- when the last look ended
    took_s double precision,
    report json,
    troubles integer NOT NULL DEFAULT 0
);

CREATE TABLE catalog.place_item (
    place text COLLATE "C" NOT NULL REFERENCES catalog.place ON DELETE CASCADE,
    key bytea NOT NULL, -- SHA-256 of the source, which may be long
    source text NOT NULL,
    mark text NOT NULL,
    documents uuid[] NOT NULL,
    error text, -- why it was refused
    look bigint NOT NULL, -- kept up for places that mirror
    PRIMARY KEY (place, key)
);
