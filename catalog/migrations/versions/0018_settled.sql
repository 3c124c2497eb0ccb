-- What a person looked at and left as it is: of a version, what one source found about it.

CREATE TABLE catalog.settled (
    document uuid NOT NULL,
    number integer NOT NULL,
    source text NOT NULL,
    settled_by text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (document, number, source),
    FOREIGN KEY (document, number) REFERENCES catalog.version ON DELETE CASCADE
);
