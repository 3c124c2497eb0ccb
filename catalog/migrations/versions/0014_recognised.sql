-- Pages whose text was recognised in pictures, by the bytes that show them: two documents of the
-- same bytes share them. They go with the blob's last version.
CREATE TABLE catalog.recognised (
    blob text NOT NULL,
    start bigint NOT NULL,
    page integer NOT NULL,
    settings text NOT NULL, -- the engine, its version and its languages
    text text NOT NULL,
    confidence double precision,
    languages text[] NOT NULL,
    script text,
    PRIMARY KEY (blob, start, page)
);
