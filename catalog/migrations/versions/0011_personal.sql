-- What versions tell of people, in numbers, and where workspaces want it masked.

CREATE TABLE catalog.personal (
    document uuid NOT NULL,
    number integer NOT NULL,
    level text NOT NULL CHECK (level IN ('none', 'low', 'high')),
    found json NOT NULL, -- {kind: [count, [page, ...]]}; never what was found
    PRIMARY KEY (document, number),
    FOREIGN KEY (document, number) REFERENCES catalog.version ON DELETE CASCADE
);

CREATE TABLE catalog.masking (
    workspace text PRIMARY KEY REFERENCES catalog.workspace ON DELETE CASCADE,
    scopes text[] NOT NULL
);

-- Of every document the version that readers see, else the newest.
CREATE VIEW catalog.personal_shown AS
SELECT d.workspace, d.position, d.source, p.document, p.number, p.level, p.found
FROM catalog.document d
JOIN catalog.personal p ON p.document = d.id AND p.number = coalesce(d.live, d.newest)
WHERE d.deleted IS NULL;

CREATE VIEW catalog.personal_missing AS
SELECT d.workspace, d.position, d.id AS document, d.live AS number
FROM catalog.document d
WHERE d.deleted IS NULL AND d.live IS NOT NULL
  AND NOT EXISTS (SELECT FROM catalog.personal p WHERE p.document = d.id AND p.number = d.live);
