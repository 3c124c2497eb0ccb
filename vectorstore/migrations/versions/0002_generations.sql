-- A document is live in each generation on its own: publishing in one shows nothing in another.
CREATE TEMPORARY TABLE shown ON COMMIT DROP AS
SELECT v.document AS id, v.generation, d.live
  FROM panel.version AS v JOIN panel.document AS d ON d.id = v.document
 GROUP BY v.document, v.generation, d.live
UNION ALL
SELECT d.id, g.number, d.live  -- published, never staged: live and empty wherever it is read
  FROM panel.document AS d CROSS JOIN panel.generation AS g
 WHERE NOT EXISTS (SELECT FROM panel.version AS v WHERE v.document = d.id);

ALTER TABLE panel.version DROP CONSTRAINT version_document_fkey;
DROP TABLE panel.document;
CREATE TABLE panel.document (
  id         uuid NOT NULL,
  generation int NOT NULL REFERENCES panel.generation,
  live       int,  -- number of the version that readers of the generation see, staged or not
  PRIMARY KEY (id, generation)
);
INSERT INTO panel.document (id, generation, live) SELECT id, generation, live FROM shown;
ALTER TABLE panel.version
  ADD FOREIGN KEY (document, generation) REFERENCES panel.document (id, generation);
CREATE INDEX document_generation ON panel.document (generation);
CREATE INDEX version_generation ON panel.version (generation, document, number);

-- Mentions lie in their chunk, [[start, end, kind, name], ...] in canonical order: an entity is
-- what chunks name, so none can stay behind when the last of them goes.
ALTER TABLE panel.chunk ADD mentions jsonb NOT NULL DEFAULT '[]';

-- Bags by generation, so that each generation's index of terms can be dropped for a bulk load and
-- built again, as its index of embeddings: 2 s less for 20,000 chunks.
DROP INDEX panel.bag_terms;
ALTER TABLE panel.bag RENAME TO bag_0001;
ALTER TABLE panel.bag_0001 RENAME CONSTRAINT bag_pkey TO bag_0001_pkey;
CREATE TABLE panel.bag (
  version    bigint NOT NULL,
  ordinal    int NOT NULL,
  lexicon    int NOT NULL,
  generation int NOT NULL,
  terms      int[] STORAGE MAIN NOT NULL,
  weights    sparsevec(1000000000) STORAGE MAIN NOT NULL
);
INSERT INTO panel.bag (version, ordinal, lexicon, generation, terms, weights)
SELECT b.version, b.ordinal, b.lexicon, l.generation, b.terms, b.weights
  FROM panel.bag_0001 AS b JOIN panel.lexicon AS l ON l.id = b.lexicon;
ALTER TABLE panel.bag ADD PRIMARY KEY (version, ordinal);
DROP TABLE panel.bag_0001;

-- The weights are computed by vectorstore.bags, which sends them in binary form: reading them
-- from text was a quarter of the work.
DROP FUNCTION panel.weigh;

-- Plain text as words between spaces, as before; spaces are left as they are, which costs half.
CREATE OR REPLACE FUNCTION panel.spaced(language text, input text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE language WHEN 'fr'
           THEN replace(replace(' ' || words || ' ', ' été ', ' ete '), ' étés ', ' etes ')
           ELSE words END
    FROM regexp_replace(input, '[^[:alnum:] ]+', ' ', 'g') AS words
$$;

-- As before, by the generation's own index of terms: its number stands in the text of the
-- statement because it is part of the index's definition.
CREATE OR REPLACE FUNCTION panel.best_of_named(
  space text, gen int, documents uuid[], wanted text[], asked sparsevec, terms int[], most int)
RETURNS SETOF panel.hit
LANGUAGE plpgsql STABLE ROWS 20
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY EXECUTE format($named$
    SELECT b.version, b.ordinal, (b.weights <#> $4) / -1000 AS score
      FROM panel.bag AS b JOIN panel.version AS v ON v.id = b.version
     WHERE b.generation = %1$s AND b.terms && $5
       AND v.live AND v.workspace = $1 AND v.generation = %1$s
       AND ($2 IS NULL OR v.document = ANY ($2)) AND ($3 IS NULL OR v.facets @> $3)
     ORDER BY 3 DESC, v.document, v.number, b.ordinal
     LIMIT $6
  $named$, gen) USING space, documents, wanted, asked, terms, most;
END $$;

-- As before, but what is loaded without an index of terms waits until that is built: folding once
-- costs a tenth of folding after each block.
CREATE OR REPLACE FUNCTION panel.fold() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  unused int[];
BEGIN
  PERFORM pg_advisory_xact_lock(1146113102, 2);
  WITH taken AS (
    DELETE FROM panel.delta AS d
     WHERE NOT EXISTS (
       SELECT FROM panel.lexicon AS l
        WHERE l.id = d.lexicon AND to_regclass('panel.bag_terms_' || l.generation) IS NULL)
    RETURNING d.lexicon, d.chunks, d.terms, d.counts
  ), sized AS (
    UPDATE panel.lexicon AS l SET chunks = l.chunks + s.chunks
      FROM (SELECT lexicon, sum(chunks) AS chunks FROM taken GROUP BY lexicon) AS s
     WHERE l.id = s.lexicon
  ), folded AS (
    INSERT INTO panel.term AS t (id, chunks)
    SELECT term, sum(n) FROM taken, unnest(terms, counts) AS u (term, n)
     GROUP BY term HAVING sum(n) <> 0
    ON CONFLICT (id) DO UPDATE SET chunks = t.chunks + excluded.chunks
    RETURNING t.id, t.chunks
  )
  SELECT array_agg(id) FILTER (WHERE chunks <= 0) INTO unused FROM folded;
  DELETE FROM panel.term WHERE id = ANY (unused);
END $$;
