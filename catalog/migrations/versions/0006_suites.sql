-- Suites kept here, their labels, and candidates for them.

CREATE TABLE catalog.suite (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    workspace text NOT NULL REFERENCES catalog.workspace,
    created timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE catalog.suite_version (
    suite text NOT NULL REFERENCES catalog.suite ON DELETE CASCADE,
    number integer NOT NULL,
    fingerprint text NOT NULL,
    questions integer NOT NULL,
    frozen timestamptz NOT NULL DEFAULT clock_timestamp(),
    frozen_by text NOT NULL,
    PRIMARY KEY (suite, number)
);

-- A version holds its questions whole: what is copied is small, and nothing can change it.
CREATE TABLE catalog.suite_question (
    suite text NOT NULL,
    number integer NOT NULL,
    position integer NOT NULL,
    question json NOT NULL,
    PRIMARY KEY (suite, number, position),
    FOREIGN KEY (suite, number) REFERENCES catalog.suite_version ON DELETE CASCADE
);

CREATE TABLE catalog.candidate (
    id uuid PRIMARY KEY, -- made of the suite and the origin
    position bigint GENERATED ALWAYS AS IDENTITY,
    suite text NOT NULL REFERENCES catalog.suite ON DELETE CASCADE,
    origin text NOT NULL,
    source text NOT NULL CHECK (source IN ('feedback', 'generated', 'person')),
    question json NOT NULL,
    proposed_by text NOT NULL,
    proposed timestamptz NOT NULL,
    note text NOT NULL,
    seen json NOT NULL,
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    decided timestamptz,
    decided_by text,
    version integer, -- the first that holds it
    FOREIGN KEY (suite, version) REFERENCES catalog.suite_version
);
CREATE INDEX candidate_suite ON catalog.candidate (suite, state, position);
