-- Generations side by side, the standing of panels, the read policy, and what was seen of trials.

ALTER TABLE catalog.ledger ADD COLUMN seal text; -- what the panel held when it became live

-- Numbers are never used twice: a citation of a generation that is gone must not find another.
CREATE SEQUENCE catalog.generation_number;
SELECT setval('catalog.generation_number', max(number)) FROM catalog.generation HAVING max(number) > 0;
ALTER TABLE catalog.generation
    ADD COLUMN state text NOT NULL DEFAULT 'retiring'
        CHECK (state IN ('building', 'paused', 'live', 'standby', 'retiring')),
    ADD COLUMN since timestamptz NOT NULL DEFAULT now();
UPDATE catalog.generation SET state = 'live' WHERE number = coalesce(
    (SELECT generation FROM catalog.ledger WHERE wanted = 'live' LIMIT 1),
    (SELECT max(number) FROM catalog.generation));
ALTER TABLE catalog.generation ALTER COLUMN state DROP DEFAULT;
CREATE UNIQUE INDEX generation_live ON catalog.generation (state) WHERE state = 'live';

-- Every version has one ledger row for each generation that is not retiring and each panel that is
-- not off. The sweep reads what is due of the generations that are worked on, in order.
DROP INDEX catalog.ledger_due;
CREATE INDEX ledger_due ON catalog.ledger (generation, due, document) WHERE due IS NOT NULL;

CREATE TABLE catalog.panel (
    name text PRIMARY KEY,
    standing text NOT NULL DEFAULT 'serving'
        CHECK (standing IN ('off', 'clearing', 'filling', 'serving')),
    source text,
    since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO catalog.panel (name) VALUES ('vector'), ('graph');

-- What keeps a panel or a generation from being complete: rows of what readers see, not true yet.
CREATE VIEW catalog.gap AS
SELECT l.document, l.number, l.generation, l.panel
FROM catalog.ledger l
JOIN catalog.document d ON d.id = l.document AND d.live = l.number
WHERE l.due IS NOT NULL AND l.wanted = 'live' AND l.reached <> 'live';

-- Of the whole service (workspace null) and of workspaces; a null policy follows the whole one's.
CREATE TABLE catalog.policy (
    workspace text UNIQUE NULLS NOT DISTINCT REFERENCES catalog.workspace,
    policy jsonb DEFAULT '{"primary": "fused", "trial": null}',
    previous jsonb,
    changed boolean NOT NULL DEFAULT false
);
INSERT INTO catalog.policy (workspace) VALUES (NULL);

CREATE TABLE catalog.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before json NOT NULL,
    after json NOT NULL,
    forced boolean NOT NULL,
    reasons text[] NOT NULL
);

CREATE TABLE catalog.comparison (
    at timestamptz NOT NULL,
    workspace text NOT NULL,
    stage text NOT NULL,
    primary_mode text NOT NULL,
    candidate text NOT NULL,
    overlap double precision,
    agreement double precision,
    primary_ms double precision NOT NULL,
    candidate_ms double precision,
    error text
);
CREATE INDEX comparison_at ON catalog.comparison (at);

CREATE TABLE catalog.parity_check (
    deep boolean NOT NULL,
    sampled boolean NOT NULL,
    at timestamptz NOT NULL,
    versions bigint NOT NULL,
    found bigint NOT NULL,
    pending bigint NOT NULL,
    faults json NOT NULL,
    PRIMARY KEY (deep, sampled)
);
