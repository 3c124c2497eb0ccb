-- Documents that lie inside others. No foreign keys: parents are dropped when both panels have
-- let go of them, which may be before their members, which are deleted with them.

ALTER TABLE catalog.document
    ADD COLUMN parent uuid,
    ADD COLUMN top uuid, -- of its parents the one that lies in no other
    ADD COLUMN depth smallint NOT NULL DEFAULT 0,
    ADD COLUMN opened integer NOT NULL DEFAULT 0, -- version whose members are the document's
    ADD CHECK ((parent IS NULL) = (top IS NULL) AND (parent IS NULL) = (depth = 0));
CREATE INDEX document_parent ON catalog.document (parent, position)
    WHERE parent IS NOT NULL AND deleted IS NULL;
CREATE INDEX document_top ON catalog.document (top) WHERE top IS NOT NULL AND deleted IS NULL;
-- A list without members must not step over ten thousand files of an archive.
CREATE INDEX document_outside ON catalog.document (workspace, position)
    WHERE parent IS NULL AND deleted IS NULL;
