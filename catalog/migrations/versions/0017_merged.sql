-- Who deleted a document, and what a document held before another one was merged into it.

ALTER TABLE catalog.trash ADD COLUMN deleted_by text NOT NULL DEFAULT '';

-- Kept as long as the other is in the trash, so that the two can be split again.
CREATE TABLE catalog.merged (
    other uuid PRIMARY KEY,
    document uuid NOT NULL,
    workspace text NOT NULL,
    source text NOT NULL,
    filename text NOT NULL,
    sha256 text NOT NULL,
    blob text NOT NULL,
    start bigint NOT NULL,
    stop bigint NOT NULL,
    media_type text,
    metadata json NOT NULL,
    until timestamptz NOT NULL
);
CREATE INDEX merged_document ON catalog.merged (document);
CREATE INDEX merged_until ON catalog.merged (until);
CREATE INDEX merged_blob ON catalog.merged (blob);
