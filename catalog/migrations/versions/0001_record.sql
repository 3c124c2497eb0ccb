-- The record of what was accepted and what must be true in each panel.

CREATE TABLE catalog.workspace (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    created timestamptz NOT NULL DEFAULT now()
);
INSERT INTO catalog.workspace (name) VALUES ('default');

CREATE TABLE catalog.key (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('reader', 'editor', 'admin')),
    workspace text REFERENCES catalog.workspace,
    digest bytea NOT NULL UNIQUE, -- SHA-256 of the secret
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used timestamptz,
    revoked timestamptz,
    CHECK (workspace IS NOT NULL OR role = 'admin')
);

CREATE TABLE catalog.generation (
    number integer PRIMARY KEY,
    model text NOT NULL,
    dimension integer NOT NULL,
    chunker text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    UNIQUE (model, dimension, chunker)
);

-- No foreign key to the workspace: workspaces are never removed, and each insertion would lock
-- the same row.
CREATE TABLE catalog.document (
    id uuid PRIMARY KEY,
    workspace text NOT NULL,
    source text NOT NULL,
    source_key bytea NOT NULL, -- SHA-256 of the source, which may be longer than an index entry
    position bigint GENERATED ALWAYS AS IDENTITY,
    newest integer NOT NULL,
    sha256 text NOT NULL, -- of the newest version's bytes
    live integer,
    created timestamptz NOT NULL DEFAULT now(),
    deleted timestamptz
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX document_source ON catalog.document (workspace, source_key)
    WHERE deleted IS NULL;
CREATE UNIQUE INDEX document_position ON catalog.document (workspace, position)
    WHERE deleted IS NULL;

CREATE TABLE catalog.version (
    document uuid NOT NULL REFERENCES catalog.document ON DELETE CASCADE,
    number integer NOT NULL,
    filename text NOT NULL,
    sha256 text NOT NULL,
    blob text NOT NULL,
    start bigint NOT NULL,
    stop bigint NOT NULL,
    media_type text,
    metadata json NOT NULL, -- as it arrived; json, not jsonb, gives numbers back as they were
    state text NOT NULL DEFAULT 'accepted'
        CHECK (state IN ('accepted', 'processing', 'live', 'quarantined', 'retired')),
    reason text,
    detail text,
    stage text NOT NULL DEFAULT '',
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    updated timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document, number)
) WITH (fillfactor = 70);
CREATE INDEX version_state ON catalog.version (state);
CREATE INDEX version_blob ON catalog.version (blob);

-- What a reader made of a version, and the card under which the panels show it.
CREATE TABLE catalog.reading (
    document uuid NOT NULL,
    number integer NOT NULL,
    title text NOT NULL,
    external_id text,
    media_type text NOT NULL,
    metadata json NOT NULL,
    read_title text,
    read_external_id text,
    read_media_type text NOT NULL,
    read_metadata json, -- null: the same as the card's
    PRIMARY KEY (document, number),
    FOREIGN KEY (document, number) REFERENCES catalog.version ON DELETE CASCADE
);

CREATE TABLE catalog.part (
    document uuid NOT NULL,
    number integer NOT NULL,
    ordinal integer NOT NULL,
    label text NOT NULL,
    page integer,
    language text NOT NULL,
    headings json NOT NULL, -- [[start, level, text], ...]
    text text NOT NULL,
    PRIMARY KEY (document, number, ordinal),
    FOREIGN KEY (document, number) REFERENCES catalog.reading ON DELETE CASCADE
);

-- ``due`` tells whether there is work: null, nothing to do; infinity, a job names the document;
-- else the time from which the sweep may queue it again. A row is never without one of them, so
-- nothing is forgotten, and the sweep never looks at what waits in the queue.
CREATE TABLE catalog.ledger (
    document uuid NOT NULL,
    number integer NOT NULL,
    generation integer NOT NULL,
    panel text NOT NULL,
    wanted text NOT NULL DEFAULT 'live' CHECK (wanted IN ('live', 'absent')),
    reached text NOT NULL DEFAULT 'nothing'
        CHECK (reached IN ('nothing', 'staged', 'live', 'absent')),
    chunks integer,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    misses integer NOT NULL DEFAULT 0, -- jobs that ended without making the row true
    due timestamptz DEFAULT 'infinity',
    PRIMARY KEY (document, number, generation, panel),
    FOREIGN KEY (document, number) REFERENCES catalog.version ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX ledger_due ON catalog.ledger (due) WHERE due IS NOT NULL;

-- What one worker at a time does every few seconds.
CREATE TABLE catalog.duty (
    name text PRIMARY KEY,
    done timestamptz NOT NULL
);
INSERT INTO catalog.duty (name, done) VALUES ('sweep', '-infinity');

-- How far procrastinate's own schema, in the schema ``queue``, is migrated.
CREATE TABLE catalog.queue_schema (migration text NOT NULL);

-- Wake who follows these documents. A message must stay under 8000 bytes: 200 ids at most.
CREATE FUNCTION catalog.wake(documents uuid[]) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    SELECT pg_notify('diptych_progress', string_agg(document::text, ','))
    FROM unnest(documents) WITH ORDINALITY AS u (document, place)
    GROUP BY place / 200;
END;
