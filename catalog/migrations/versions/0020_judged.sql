-- Norms by which not all documents of the kind were judged yet: whoever was killed left them so.
ALTER TABLE catalog.quality_norm ADD COLUMN judged boolean NOT NULL DEFAULT true;

-- Expectations keep no workspace from being removed: they go with it.
ALTER TABLE catalog.quality_expectation DROP CONSTRAINT quality_expectation_workspace_fkey;
ALTER TABLE catalog.quality_expectation ADD CONSTRAINT quality_expectation_workspace_fkey
    FOREIGN KEY (workspace) REFERENCES catalog.workspace ON DELETE CASCADE;
