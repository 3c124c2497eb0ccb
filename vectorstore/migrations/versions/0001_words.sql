-- From text to weighted terms. Texts and questions pass through the same functions, and only
-- here: two stemmers never agree on every word. After an upgrade of PostgreSQL's major version
-- the bags are to be made anew. None is STRICT: PostgreSQL does not inline strict functions, and
-- the same work then takes half as long again.

-- Lower case, compatible forms joined (NBSP becomes a space, full-width digits plain ones).
CREATE FUNCTION panel.plain(input text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower((CASE WHEN input IS NFKC NORMALIZED THEN input ELSE normalize(input, NFKC) END)
             COLLATE pg_c_utf8);

-- Plain text as words between single spaces. Punctuation goes: the text-search parser would make
-- hosts, paths and signed numbers of it, and letters of quotation marks. The French stop words
-- hold *été*, for *has been*: without its accent the summer stays.
CREATE FUNCTION panel.spaced(language text, input text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE language WHEN 'fr'
           THEN replace(replace(' ' || words || ' ', ' été ', ' ete '), ' étés ', ' etes ')
           ELSE words END
    FROM regexp_replace(input, '[^[:alnum:]]+', ' ', 'g') AS words
$$;

-- One stemmed word without accents. After the stemmer, because its rules know accents: folding
-- before costs half a point of nDCG in French. Words in Cyrillic and beyond lose only their ё.
CREATE FUNCTION panel.unaccented(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN octet_length(word) = length(word) THEN word
  WHEN word COLLATE "C" >= 'Ѐ' THEN replace(word, 'ё', 'е')
  ELSE replace(replace(replace(
    translate(normalize(word, NFD),
              'øłđı' || U&'\0300\0301\0302\0303\0304\0306\0307\0308\030A\030B\030C\0323\0326\0327\0328',
              'oldi'),
    'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss')
END;

-- Codes in plain text, in one spelling: L. 1221-1 = L1221-1, 15/03/2024 = 2024-03-15,
-- INV-2024/0042 = inv-2024-0042, 732 829 320 00074 = 73282932000074.
CREATE FUNCTION panel.codes(input text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH dated AS MATERIALIZED (
    SELECT regexp_replace(input, '\m(\d\d)[/.](\d\d)[/.](\d{4})\M', '\3-\2-\1', 'g') AS text
  )
  SELECT replace(hit[1], '/', '-')
    FROM dated, regexp_matches(regexp_replace(text, '\m([a-z])\.? ?(?=\d)', '\1', 'g'),
                               '([[:alnum:]]+(?:[-/][[:alnum:]]+)+)', 'g') AS hit
   WHERE hit[1] ~ '\d'
  UNION ALL
  SELECT replace(hit[1], ' ', '') FROM regexp_matches(input, '(\d+(?: \d+)+)', 'g') AS hit
$$;

-- The hashed terms of a text and how often each occurs: crc32 of the lexicon and the word, in 1..999,999,999, the most that a sparsevec can index.
CREATE FUNCTION panel.words(lexicon int, language text, input text)
RETURNS TABLE (term int, times int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 1 + mod(crc32(convert_to(lexicon || ' ' || word, 'UTF8')), 999999999)::int, sum(n)::int
    FROM panel.plain(input) AS text,
         LATERAL (
           SELECT panel.unaccented(lexeme), cardinality(positions)
             FROM unnest(to_tsvector(
               CASE language WHEN 'fr' THEN 'pg_catalog.french'::regconfig
                             WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
                             WHEN 'en' THEN 'pg_catalog.english'::regconfig
                             ELSE 'pg_catalog.simple'::regconfig END,
               panel.spaced(language, text)))
           UNION ALL
           SELECT code, 1 FROM panel.codes(text) AS code WHERE text ~ '\d'
         ) AS found (word, n)
   GROUP BY 1
$$;

-- The bag of a chunk; no row for a text without words. BM25 with k1 1.2 and b 0.75:
-- 2.2 tf / (tf + 1.2 (0.25 + 0.75 length / 120)), in thousandths. The mean length is a constant
-- of the index: half or double of it costs at most a point of nDCG, and weights never age.
CREATE FUNCTION panel.weigh(lexicon int, language text, input text)
RETURNS TABLE (terms int[], weights sparsevec)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(term ORDER BY term),
         ('{' || string_agg(
            term || ':' || greatest(1, (2200 * times / (times + 0.3e0 + 0.0075e0 * length))::int), ','
            ORDER BY term) || '}/1000000000')::sparsevec
    FROM (SELECT term, times, sum(times) OVER () AS length
            FROM panel.words(lexicon, language, input)) AS counted
  HAVING count(*) > 0
$$;

-- Apply what writers have added to the counts. One transaction at a time does it; terms not yet
-- folded count as unseen, so new text is found at once.
CREATE FUNCTION panel.fold() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  unused int[];
BEGIN
  PERFORM pg_advisory_xact_lock(1146113102, 2);
  WITH taken AS (
    DELETE FROM panel.delta RETURNING lexicon, chunks, terms, counts
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
