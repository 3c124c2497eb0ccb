-- Figures of what was read, what is usual of them, and what each workspace expects.

-- The workspace and the type stand here as well: norms are computed without a look elsewhere.
CREATE TABLE catalog.quality (
    document uuid NOT NULL,
    number integer NOT NULL,
    workspace text NOT NULL,
    media_type text NOT NULL,
    rules integer NOT NULL, -- how the figures were taken
    state text NOT NULL CHECK (state IN ('good', 'doubtful', 'bad')),
    z double precision NOT NULL, -- the largest robust z-score of the reasons
    figures jsonb NOT NULL,
    repeated json NOT NULL, -- lines that recur on most pages
    reasons json NOT NULL,
    at timestamptz NOT NULL, -- when the version was read
    PRIMARY KEY (document, number),
    FOREIGN KEY (document, number) REFERENCES catalog.version ON DELETE CASCADE
);
CREATE INDEX quality_kind ON catalog.quality (workspace, media_type, at DESC);
CREATE INDEX quality_worst ON catalog.quality (workspace, state, z DESC) WHERE state <> 'good';

-- Per figure: [how many documents, median, median distance from it].
CREATE TABLE catalog.quality_norm (
    workspace text NOT NULL,
    media_type text NOT NULL,
    documents bigint NOT NULL, -- of this kind, when it was computed
    figures jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (workspace, media_type)
);

CREATE TABLE catalog.quality_expectation (
    workspace text PRIMARY KEY REFERENCES catalog.workspace,
    expectations jsonb NOT NULL,
    changed timestamptz NOT NULL
);
