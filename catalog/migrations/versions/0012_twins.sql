-- What documents are compared by, and what they are to each other.

-- Of the newest version that was read. The workspace is kept here because a search must not pass
-- over the documents of another one.
CREATE TABLE catalog.fingerprint (
    document uuid PRIMARY KEY,
    number integer NOT NULL,
    workspace text NOT NULL,
    scheme integer NOT NULL,
    text bytea NOT NULL, -- SHA-256 of the text as it is compared
    shingles integer NOT NULL,
    signature bytea NOT NULL, -- unsigned 32-bit hashes, little-endian
    figures text[] NOT NULL,
    names text[] NOT NULL,
    openers text[] NOT NULL,
    FOREIGN KEY (document, number) REFERENCES catalog.version ON DELETE CASCADE
);
CREATE INDEX fingerprint_text ON catalog.fingerprint (workspace, text, document);

-- Ids of documents grow with time: read backwards, the index gives the newest of a band.
CREATE TABLE catalog.band (
    workspace text NOT NULL,
    band bigint NOT NULL,
    document uuid NOT NULL REFERENCES catalog.fingerprint ON DELETE CASCADE,
    PRIMARY KEY (workspace, band, document)
);
CREATE INDEX band_document ON catalog.band (document);
CREATE INDEX document_bytes ON catalog.document (workspace, sha256, id) WHERE deleted IS NULL;

CREATE TABLE catalog.twins (
    elder uuid NOT NULL REFERENCES catalog.fingerprint ON DELETE CASCADE,
    younger uuid NOT NULL REFERENCES catalog.fingerprint ON DELETE CASCADE,
    workspace text NOT NULL,
    verdict text NOT NULL
        CHECK (verdict IN ('same_file', 'same_text', 'near_copy', 'same_template')),
    score real NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (elder, younger),
    CHECK (elder < younger)
);
CREATE INDEX twins_younger ON catalog.twins (younger);
CREATE INDEX twins_position ON catalog.twins (workspace, position);

-- Decided for good, whatever versions follow.
CREATE TABLE catalog.apart (
    elder uuid NOT NULL REFERENCES catalog.document ON DELETE CASCADE,
    younger uuid NOT NULL REFERENCES catalog.document ON DELETE CASCADE,
    decided_by text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (elder, younger),
    CHECK (elder < younger)
);
CREATE INDEX apart_younger ON catalog.apart (younger);

-- Deleted documents whose bytes are kept for a while. Nothing of them is left elsewhere.
CREATE TABLE catalog.trash (
    document uuid PRIMARY KEY,
    workspace text NOT NULL,
    source text NOT NULL,
    title text NOT NULL,
    filename text NOT NULL,
    sha256 text NOT NULL,
    blob text NOT NULL,
    start bigint NOT NULL,
    stop bigint NOT NULL,
    media_type text,
    metadata json NOT NULL,
    deleted timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL
);
CREATE INDEX trash_workspace ON catalog.trash (workspace, deleted);
CREATE INDEX trash_until ON catalog.trash (until);
CREATE INDEX trash_blob ON catalog.trash (blob);
