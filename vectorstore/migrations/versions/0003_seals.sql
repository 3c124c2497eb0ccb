-- A bag carries a checksum of itself and of its chunk's digest, so that a check finds a bag that is
-- not its text's without analysing the text again, which takes fifty times as long.
CREATE FUNCTION panel.seal(digest bytea, terms int[], weights sparsevec) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN crc32(digest || array_send(terms) || sparsevec_send(weights));

ALTER TABLE panel.bag ADD seal bigint NOT NULL DEFAULT 0;
UPDATE panel.bag AS b SET seal = panel.seal(c.digest, b.terms, b.weights)
  FROM panel.chunk AS c WHERE (c.version, c.ordinal) = (b.version, b.ordinal);
ALTER TABLE panel.bag ALTER seal DROP DEFAULT;
