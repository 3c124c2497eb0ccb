-- Variants of the test platform.

CREATE TABLE catalog.variant (
    name text COLLATE "C" PRIMARY KEY,
    declared json NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    generation integer, -- built for it; may be gone
    workspaces text[] NOT NULL DEFAULT '{}' -- filled for it
);

CREATE TABLE catalog.variant_run (
    variant text COLLATE "C" NOT NULL REFERENCES catalog.variant ON DELETE CASCADE,
    run uuid NOT NULL REFERENCES catalog.run ON DELETE CASCADE,
    baseline uuid NOT NULL REFERENCES catalog.run ON DELETE CASCADE,
    place bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (variant, run)
);
CREATE INDEX variant_run_run ON catalog.variant_run (run);
CREATE INDEX variant_run_baseline ON catalog.variant_run (baseline);
