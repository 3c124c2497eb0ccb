-- What the panel stores. A version's chunks are written once; publishing flips one boolean of
-- the version and one number of the document, never a chunk.
CREATE EXTENSION IF NOT EXISTS vector;
DO $$ BEGIN
  IF (SELECT string_to_array(extversion, '.')::int[] < '{0,8}' FROM pg_extension
       WHERE extname = 'vector') THEN
    RAISE feature_not_supported USING MESSAGE = 'pgvector 0.8 or later is needed';
  END IF;
END $$;

CREATE TABLE panel.generation (
  number    int PRIMARY KEY,
  model     text NOT NULL,
  dimension int NOT NULL,
  chunker   text NOT NULL
);

CREATE TABLE panel.document (
  id   uuid PRIMARY KEY,
  live int  -- number of the version that readers see, staged here or not
);

CREATE TABLE panel.version (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document    uuid NOT NULL REFERENCES panel.document,
  number      int NOT NULL,
  generation  int NOT NULL REFERENCES panel.generation,
  live        boolean NOT NULL,  -- number = document.live, kept equal under the document's row lock
  workspace   text NOT NULL,
  title       text NOT NULL,
  source      text NOT NULL,
  media_type  text NOT NULL,
  external_id text,
  metadata    json NOT NULL,  -- json, not jsonb: 1.0 and 1e300 come back as they went in
  facets      text[] NOT NULL,
  card_digest text NOT NULL,
  UNIQUE (document, number, generation)
);
CREATE INDEX version_live ON panel.version (workspace, generation) WHERE live;
CREATE INDEX version_facets ON panel.version USING gin (facets) WHERE live;

CREATE TABLE panel.chunk (
  version    bigint NOT NULL REFERENCES panel.version,
  ordinal    int NOT NULL,
  generation int NOT NULL,
  part       int NOT NULL,
  page       int,
  span_start int NOT NULL,
  span_end   int NOT NULL,
  text       text NOT NULL,
  context    text NOT NULL,
  language   text NOT NULL,
  embedding  vector NOT NULL,
  digest     bytea NOT NULL,
  mark_a     bigint NOT NULL,
  mark_b     bigint NOT NULL,
  -- The marks lie in the index, so that digests read the index alone.
  PRIMARY KEY (version, ordinal) INCLUDE (mark_a, mark_b)
) WITH (toast_tuple_target = 4080);
-- In the row itself: an exact scan of embeddings must not fetch each from another table.
ALTER TABLE panel.chunk ALTER embedding SET STORAGE MAIN;

-- A chunk with the card of its version, in the order in which vectorstore.rows reads it.
CREATE VIEW panel.passage AS
SELECT v.document, v.number, c.generation, c.ordinal, c.part, c.page, c.span_start, c.span_end,
       c.text, c.context, c.language,
       c.version, v.workspace, v.title, v.source, v.media_type, v.external_id, v.metadata, v.live
  FROM panel.chunk AS c JOIN panel.version AS v ON v.id = c.version;

-- Words are counted per workspace, generation and language; the id is hashed with each word.
CREATE TABLE panel.lexicon (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace  text NOT NULL,
  generation int NOT NULL,
  language   text NOT NULL,
  chunks     bigint NOT NULL DEFAULT 0,
  UNIQUE (workspace, generation, language)
);

-- A chunk as a bag of words: hashed terms to find it, their BM25 weights in thousandths to rank
-- it. In the row itself, because a search reads some thousands of them.
CREATE TABLE panel.bag (
  version bigint NOT NULL,
  ordinal int NOT NULL,
  lexicon int NOT NULL,
  terms   int[] STORAGE MAIN NOT NULL,
  weights sparsevec(1000000000) STORAGE MAIN NOT NULL,
  PRIMARY KEY (version, ordinal)
);
-- A short pending list: it is read by every search until it is merged.
CREATE INDEX bag_terms ON panel.bag USING gin (terms) WITH (gin_pending_list_limit = 1024);

-- In how many chunks a term occurs, and what writers have added to that since the last fold.
CREATE TABLE panel.term (id int PRIMARY KEY, chunks int NOT NULL) WITH (fillfactor = 80);
CREATE TABLE panel.delta (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lexicon int NOT NULL,
  chunks  bigint NOT NULL,
  terms   int[] NOT NULL,
  counts  int[] NOT NULL
);
