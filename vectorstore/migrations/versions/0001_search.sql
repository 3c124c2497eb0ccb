-- Finding chunks: both legs in one statement of one snapshot.
--
-- ``few`` rows or fewer are compared one by one, which is exact and, up to about ten thousand,
-- as fast as an index. Each function sees only live versions of one workspace and generation.

CREATE TYPE panel.hit AS (version bigint, ordinal int, score float8);

-- How many chunks a read can see: counted exactly up to ``few``, then at most as many as the
-- workspace has. Without a filter the lexicons know it.
CREATE FUNCTION panel.kept(space text, gen int, documents uuid[], wanted text[], few int)
RETURNS bigint LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  found bigint;
  total bigint := (SELECT coalesce(sum(l.chunks), 0) FROM panel.lexicon AS l
                    WHERE l.workspace = space AND l.generation = gen);
BEGIN
  IF documents IS NULL AND wanted IS NULL THEN
    RETURN total;
  END IF;
  SELECT count(*) INTO found FROM (
    SELECT FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id
     WHERE v.live AND v.workspace = space AND v.generation = gen
       AND (documents IS NULL OR v.document = ANY (documents))
       AND (wanted IS NULL OR v.facets @> wanted)
     LIMIT few) AS counted;
  RETURN CASE WHEN found < few THEN found ELSE greatest(found, total) END;
END $$;

-- The nearest chunks by the exact cosine. A distance of NaN (a vector of zeros) counts as
-- opposite.
CREATE FUNCTION panel.nearest_exact(
  space text, gen int, documents uuid[], wanted text[], probe vector, most int)
RETURNS SETOF panel.hit
LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
  SELECT c.version, c.ordinal, 1 - least(c.embedding <=> probe, 2) AS score
    FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id
   WHERE v.live AND v.workspace = space AND v.generation = gen
     AND (documents IS NULL OR v.document = ANY (documents))
     AND (wanted IS NULL OR v.facets @> wanted)
   ORDER BY 3 DESC, v.document, v.number, c.ordinal
   LIMIT most;
END $$;

-- The nearest chunks by the generation's HNSW index, twice as many as asked for, in the order of
-- the exact cosine. The index holds half floats; generation and dimension stand in the text of
-- the statement because they are part of the index's definition. With ef_search 200 the ten
-- nearest of 10,000 clustered vectors are all found; iterating covers what filters hide.
CREATE FUNCTION panel.nearest_indexed(
  space text, gen int, dimension int, documents uuid[], wanted text[], probe vector, most int)
RETURNS SETOF panel.hit
LANGUAGE plpgsql STABLE ROWS 20
SET hnsw.iterative_scan = 'relaxed_order' SET hnsw.max_scan_tuples = 100000
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  PERFORM set_config('hnsw.ef_search', least(1000, greatest(200, 2 * most))::text, true);
  RETURN QUERY EXECUTE format($near$
    WITH near AS MATERIALIZED (
      SELECT v.document, v.number, c.version, c.ordinal, c.embedding <=> $5 AS distance
        FROM panel.chunk AS c JOIN panel.version AS v ON v.id = c.version
       WHERE c.generation = %1$s AND v.live AND v.workspace = $1
         AND ($2 IS NULL OR v.document = ANY ($2)) AND ($3 IS NULL OR v.facets @> $3)
       ORDER BY c.embedding::halfvec(%2$s) <=> $5::halfvec(%2$s)
       LIMIT 2 * $4)
    SELECT version, ordinal, 1 - least(distance, 2) AS score FROM near
     ORDER BY distance, document, number, ordinal LIMIT $4
  $near$, gen, dimension) USING space, documents, wanted, most, probe;
END $$;

-- The best by BM25 among all that a read can see: 0.7 us a row.
CREATE FUNCTION panel.best_of_all(
  space text, gen int, documents uuid[], wanted text[], asked sparsevec, most int)
RETURNS SETOF panel.hit
LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
  SELECT b.version, b.ordinal, (b.weights <#> asked) / -1000 AS score
    FROM panel.version AS v JOIN panel.bag AS b ON b.version = v.id
   WHERE v.live AND v.workspace = space AND v.generation = gen
     AND (documents IS NULL OR v.document = ANY (documents))
     AND (wanted IS NULL OR v.facets @> wanted)
     AND b.weights <#> asked < 0
   ORDER BY 3 DESC, v.document, v.number, b.ordinal
   LIMIT most;
END $$;

-- The best by BM25 among those that hold one of the terms: 1 us a row. Never by reading the
-- whole table: comparing two arrays of terms costs more than the score.
CREATE FUNCTION panel.best_of_named(
  space text, gen int, documents uuid[], wanted text[], asked sparsevec, terms int[], most int)
RETURNS SETOF panel.hit
LANGUAGE plpgsql STABLE ROWS 20
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  SELECT b.version, b.ordinal, (b.weights <#> asked) / -1000 AS score
    FROM panel.bag AS b JOIN panel.version AS v ON v.id = b.version
   WHERE b.terms && best_of_named.terms
     AND v.live AND v.workspace = space AND v.generation = gen
     AND (documents IS NULL OR v.document = ANY (documents))
     AND (wanted IS NULL OR v.facets @> wanted)
   ORDER BY 3 DESC, v.document, v.number, b.ordinal
   LIMIT most;
END $$;

-- The lexical leg. The question is analysed once per language of the workspace; terms of
-- different lexicons never meet, so one vector holds them all. Not many more visible chunks than
-- the terms name are all scored; else those with one of the rarer terms, as many terms as name
-- ``budget`` chunks together (99.8 % of the exact ten best at 100,000 chunks), and never so few
-- that the limit could not be filled. With a filter every term counts: it may hide any of them.
CREATE FUNCTION panel.lexical(
  space text, gen int, documents uuid[], wanted text[], question text, most int,
  visible bigint, budget int)
RETURNS SETOF panel.hit
LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  filtered constant boolean := documents IS NOT NULL OR wanted IS NOT NULL;
  asked sparsevec;
  terms int[];
  named float8;
BEGIN
  WITH counted AS (
    SELECT w.term, max(coalesce(t.chunks, 0)::float8) AS df,
           max(greatest(l.chunks, t.chunks, 0)::float8) AS n
      FROM panel.lexicon AS l
           CROSS JOIN LATERAL panel.words(l.id, l.language, question) AS w
           LEFT JOIN panel.term AS t ON t.id = w.term
     WHERE l.workspace = space AND l.generation = gen
     GROUP BY w.term
  ), summed AS (
    SELECT term, df, ln(1 + (n - df + 0.5) / (df + 0.5)) AS idf,
           sum(df) OVER (ORDER BY df, term) AS upto
      FROM counted
  ), chosen AS (
    SELECT *, filtered OR upto <= budget OR upto - df < 10 * most AS rare FROM summed
  )
  SELECT ('{' || string_agg(term || ':' || idf, ',' ORDER BY term) || '}/1000000000')::sparsevec,
         array_agg(term) FILTER (WHERE rare), sum(df) FILTER (WHERE rare)
    INTO asked, terms, named FROM chosen;
  IF asked IS NULL THEN
    RETURN;
  ELSIF visible < 2 * named THEN
    RETURN QUERY SELECT * FROM panel.best_of_all(space, gen, documents, wanted, asked, most);
  ELSE
    RETURN QUERY
    SELECT * FROM panel.best_of_named(space, gen, documents, wanted, asked, terms, most);
  END IF;
END $$;

-- Both legs. A null probe or an empty question leaves its leg out.
CREATE FUNCTION panel.search(
  space text, gen int, dimension int, documents uuid[], wanted text[],
  question text, probe vector, most int)
RETURNS TABLE (leg text, version bigint, ordinal int, score float8)
LANGUAGE plpgsql STABLE ROWS 20 AS $$
DECLARE
  few constant int := 5000;
  budget constant int := 10000;
  visible constant bigint := panel.kept(space, gen, documents, wanted, few);
  near panel.hit[];
BEGIN
  IF probe IS NOT NULL THEN
    IF visible >= few THEN
      near := ARRAY(SELECT n FROM panel.nearest_indexed(
        space, gen, dimension, documents, wanted, probe, most) AS n);
    END IF;
    -- Too few: the matching chunks lie farther away than the index is willing to walk.
    IF coalesce(cardinality(near), 0) < least(most, visible) OR visible < few THEN
      near := ARRAY(SELECT n FROM panel.nearest_exact(
        space, gen, documents, wanted, probe, most) AS n);
    END IF;
    RETURN QUERY SELECT 'dense', n.version, n.ordinal, n.score FROM unnest(near) AS n;
  END IF;
  IF question <> '' THEN
    RETURN QUERY SELECT 'lexical', l.* FROM panel.lexical(
      space, gen, documents, wanted, question, most, visible, budget) AS l;
  END IF;
END $$;
