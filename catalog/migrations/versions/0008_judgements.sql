-- What judges said of a run's questions, and how far each judge agrees with people.

CREATE TABLE catalog.judge (
    id text PRIMARY KEY,
    pins json NOT NULL
);

CREATE TABLE catalog.judgement (
    run uuid NOT NULL,
    judge text NOT NULL REFERENCES catalog.judge,
    question text COLLATE "C" NOT NULL,
    metric text COLLATE "C" NOT NULL,
    repeat smallint NOT NULL,
    value double precision CHECK (value BETWEEN 0 AND 1),
    failure text,
    reason text NOT NULL,
    PRIMARY KEY (run, judge, question, metric, repeat),
    FOREIGN KEY (run, question) REFERENCES catalog.run_question ON DELETE CASCADE,
    CHECK ((value IS NULL) <> (failure IS NULL))
);
CREATE INDEX judgement_question ON catalog.judgement (run, question);

CREATE TABLE catalog.calibration (
    judge text NOT NULL REFERENCES catalog.judge ON DELETE CASCADE,
    metric text COLLATE "C" NOT NULL,
    trusted boolean NOT NULL,
    at timestamptz NOT NULL,
    report json NOT NULL,
    PRIMARY KEY (judge, metric)
);
