-- The chunks from parent_first to before parent_end of the same version are one longer passage.
ALTER TABLE panel.chunk
  ADD parent_first int,
  ADD parent_end int,
  ADD CHECK ((parent_first IS NULL) = (parent_end IS NULL)) NOT VALID;

DROP VIEW panel.passage;
CREATE VIEW panel.passage AS
SELECT v.document, v.number, c.generation, c.ordinal, c.part, c.page, c.span_start, c.span_end,
       c.text, c.context, c.language, c.parent_first, c.parent_end,
       c.version, v.workspace, v.title, v.source, v.media_type, v.external_id, v.metadata, v.live
  FROM panel.chunk AS c JOIN panel.version AS v ON v.id = c.version;
