-- Traces of questions and documents, and the feedback on answers.

-- Columns are what is looked for and summed up; ``detail`` holds the rest as it came.
CREATE TABLE catalog.trace (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('ask', 'search', 'ingest')),
    workspace text NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    words text NOT NULL, -- the question, or a document's source
    key uuid, -- no reference: what was asked stays true when the key is gone
    document uuid,
    number integer,
    mode text,
    configuration text,
    answer text,
    error text,
    total_ms double precision,
    detail json NOT NULL
);
CREATE INDEX trace_at ON catalog.trace (at DESC, id DESC);
CREATE INDEX trace_workspace ON catalog.trace (workspace, at DESC, id DESC);

CREATE TABLE catalog.feedback (
    trace uuid NOT NULL REFERENCES catalog.trace ON DELETE CASCADE,
    key uuid NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('up', 'down')),
    at timestamptz NOT NULL,
    comment text NOT NULL,
    PRIMARY KEY (trace, key)
);
