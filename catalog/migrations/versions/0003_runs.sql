-- Measurements: what was pinned, what came of each question, and the names that runs go by.

CREATE TABLE catalog.run (
    id uuid PRIMARY KEY,
    pins json NOT NULL,
    questions integer NOT NULL,
    begun timestamptz NOT NULL,
    ended timestamptz,
    load json NOT NULL DEFAULT '{}'
);
CREATE INDEX run_begun ON catalog.run (begun DESC);

CREATE TABLE catalog.run_question (
    run uuid NOT NULL REFERENCES catalog.run ON DELETE CASCADE,
    question text COLLATE "C" NOT NULL,
    words text NOT NULL,
    about text NOT NULL, -- the document: its questions are not independent of each other
    slices json NOT NULL,
    metrics json NOT NULL,
    took_ms json NOT NULL,
    found text[] NOT NULL,
    answer text,
    refused boolean,
    error text,
    PRIMARY KEY (run, question)
);

CREATE TABLE catalog.run_name (
    name text PRIMARY KEY,
    run uuid NOT NULL REFERENCES catalog.run
);
CREATE INDEX run_name_run ON catalog.run_name (run);
