-- Configurations in versions, with a champion and challengers.

CREATE TABLE catalog.configuration (
    number integer PRIMARY KEY,
    digest text NOT NULL UNIQUE,
    settings json NOT NULL,
    note text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    run uuid REFERENCES catalog.run ON DELETE SET NULL
);

CREATE TABLE catalog.configuration_name (
    name text PRIMARY KEY CHECK (name IN ('champion', 'challenger')),
    number integer NOT NULL REFERENCES catalog.configuration,
    previous integer REFERENCES catalog.configuration
);
